//! People who log in at an OpenID Connect provider.

use super::*;
use crate::model::Role;

const ENOUGH: &str =
    "[auth.oidc]\nissuer = 'https://login.example.com'\nclient_id = 'jobdeck'\nrole = 'viewer'\n";

#[test]
fn what_is_missing_or_wrong_is_told_where_it_stands() {
    let issuer = "issuer = 'https://login.example.com'\n";
    for (text, place, words) in [
        (issuer, ":2", "set `auth.oidc.client_id`"),
        (
            &format!("{issuer}client_id = 'a'\n"),
            ":2",
            "nobody would have a role",
        ),
        (
            "issuer = 'http://login.example.com'\n",
            ":2",
            "must begin with `https://`",
        ),
        ("issuer = 'login'\n", ":2", "is no address"),
        ("client_id = 'a'\n", ":2", "without `auth.oidc.issuer`"),
        ("role = 'viewer'\n", ":2", "without `auth.oidc.issuer`"),
        (
            "\nroles = { ops = 'boss' }\n",
            ":3",
            "`boss` is no role of `ops`",
        ),
        ("redirect_url = 'https://a/'\n", ":2", "does not lead back"),
        ("scopes = ['a b']\n", ":2", "a scope is one word"),
        ("groups_claim = ''\n", ":2", "it is empty"),
        (
            "client_secret = 'a'\nclient_secret_file = '/b'\n",
            ":3",
            "`auth.oidc.client_secret` is set as well",
        ),
        (
            "isuer = 'https://a'\n",
            ":2",
            "did you mean `auth.oidc.issuer`?",
        ),
    ] {
        let told = complaint(&format!("[auth.oidc]\n{text}"));
        assert!(
            told.contains(&format!("FILE{place}: ")) && told.contains(words),
            "{text}: {told}"
        );
    }
    let told = complaint("[auth]\noidc = 'https://a'\n");
    assert!(
        told.contains("FILE:2") && told.contains("write `[auth.oidc]`"),
        "{told}"
    );
}

#[test]
fn a_provider_stands_in_the_file_or_in_the_environment() {
    let environment = [
        ("JOBDECK_OIDC_ISSUER", "https://login.example.com"),
        ("JOBDECK_OIDC_CLIENT_ID", "jobdeck"),
        ("JOBDECK_OIDC_CLIENT_SECRET", "hunter2"),
        ("JOBDECK_OIDC_SCOPES", "email, groups"),
        ("JOBDECK_OIDC_ROLES", "ops=operator,root=admin"),
    ];
    let loaded = super::environment(&environment).load_with_places();
    let loaded = loaded.expect("settings");
    let said = &loaded.config.auth.oidc;
    let (_file, sources) = file(
        "[auth.oidc]\nissuer = 'https://login.example.com'\nclient_id = 'jobdeck'\nclient_secret = 'hunter2'\n\
         scopes = ['email', 'groups']\nroles = { ops = 'operator', root = 'admin' }\n",
    );
    assert_eq!(&sources.load().expect("settings").auth.oidc, said);
    assert_eq!(said.roles["root"], Role::Admin);
    assert_eq!(said.user_claim, "preferred_username");
    // Nobody is shown the secret.
    assert!(!format!("{:?}", loaded.config).contains("hunter2"));
    let shown: Vec<_> = loaded
        .values
        .iter()
        .filter_map(|it| it.shown.clone())
        .collect();
    assert!(
        !shown.iter().any(|value| value.contains("hunter2")),
        "{shown:?}"
    );
}

#[test]
fn the_secret_may_stand_in_a_file_that_only_the_server_reads() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("secret");
    let (_file, sources) = file(&format!(
        "{ENOUGH}client_secret_file = '{}'\n",
        path.display()
    ));
    let config = sources.load().expect("settings");
    let told = config.auth.oidc.settings().expect_err("no file");
    assert!(told.to_string().contains("there is no such file"), "{told}");
    std::fs::write(&path, "hunter2\n").expect("it is written");
    let settings = config.auth.oidc.settings().expect("it is read");
    let settings = settings.expect("a provider");
    assert_eq!(settings.client_secret.as_deref(), Some("hunter2"));
    assert!(!format!("{settings:?}").contains("hunter2"));
    let none = Config::default().auth.oidc.settings();
    assert_eq!(none, Ok(None));
}
