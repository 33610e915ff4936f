//! What users, tokens and members of groups are limited to.

use super::*;
use crate::config::ConfigError;
use crate::model::{Limit, NamePattern, Scope};

/// A file with somebody whom these lines limit.
fn load(lines: &str) -> Result<Config, ConfigError> {
    let hash = crate::auth::PasswordHash::weak_for_tests("secret").to_string();
    let hex = "0123456789abcdef".repeat(4);
    let (_file, sources) = file(&format!(
        "[users.ada]\npassword_hash = \"{hash}\"\nrole = \"operator\"\n{lines}\n\
         [tokens.ci]\nhash = \"{hex}\"\nrole = \"viewer\"\n{lines}\n"
    ));
    sources.load()
}

fn limit(texts: &[&str]) -> Limit {
    Limit::to(texts.iter().map(|text| NamePattern::new(text).unwrap()))
}

#[test]
fn users_and_tokens_are_limited_to_what_their_lists_say() {
    let config = load("queues = [\"photos*\", \"mail\"]\nstores = [\"main\"]").unwrap();
    let scope = Scope {
        queues: limit(&["photos*", "mail"]),
        stores: limit(&["main"]),
    };
    assert_eq!(config.users[0].scope, scope);
    assert_eq!(config.tokens[0].scope, scope);
    let config = load("").unwrap();
    assert_eq!(config.users[0].scope, Scope::all());
    assert_eq!(config.tokens[0].scope, Scope::all());
}

#[test]
fn a_list_that_is_empty_or_names_nothing_is_told_where_it_stands() {
    for (line, words) in [
        ("queues = []", "`users.ada.queues`: it is empty"),
        ("stores = []", "`users.ada.stores`: it is empty"),
        (
            "queues = [\"mail\", \"\"]",
            "`users.ada.queues`: ``: it is empty",
        ),
        ("queues = [\" mail\"]", "begins or ends with a space"),
        ("queues = \"mail\"", "it must be a list of names in quotes"),
        ("queues = [1]", "it must be a list of names in quotes"),
        ("queue = [\"mail\"]", "did you mean `queues`?"),
    ] {
        let told = load(line).expect_err(line).to_string();
        // Of the user and of the token.
        for place in [":4: ", ":8: "] {
            assert!(told.contains(place), "{line}: {told}");
        }
        assert!(told.contains(words), "{line}: {told}");
    }
}

#[test]
fn groups_with_a_role_are_limited_and_others_are_told_of() {
    let load = |lines: &str| {
        let (_file, sources) = file(&format!(
            "[auth]\nproxy_addresses = ['127.0.0.1']\nproxy_header = 'X-Forwarded-User'\n\
             proxy_groups_header = 'X-Forwarded-Groups'\nproxy_roles = {{ ops = 'operator' }}\n{lines}"
        ));
        sources.load()
    };
    let config = load("[groups.ops]\nqueues = ['mail']\n").unwrap();
    let scopes = config.group_scopes();
    assert_eq!(scopes["ops"].queues, limit(&["mail"]));
    for (lines, place, words) in [
        // The members of the other one would have no limit.
        (
            "[groups.opps]\nqueues = ['mail']\n",
            ":6: ",
            "`[groups.opps]`: the group has no role",
        ),
        ("[groups.ops]\n", ":6: ", "it limits nobody"),
        ("[groups.ops]\nqueues = []\n", ":7: ", "it is empty"),
        (
            "[groups.ops]\nrole = 'admin'\n",
            ":7: ",
            "there is no setting `role`",
        ),
        (
            "[group.ops]\nqueues = ['mail']\n",
            ":6: ",
            "did you mean `[groups]`",
        ),
    ] {
        let told = load(lines).expect_err(lines).to_string();
        assert!(
            told.contains(place) && told.contains(words),
            "{lines}: {told}"
        );
    }
}
