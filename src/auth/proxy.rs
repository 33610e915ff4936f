//! Users whom a proxy names in a header: it has asked them who they are.
//!
//! Whether a request comes from that proxy has been looked at before: anybody can write a header.

use super::GroupRoles;
use crate::model::Actor;
use http::{HeaderMap, HeaderName};

/// Longest name of a user.
const NAME_CHARACTERS: usize = 200;

/// What the proxy says, and what follows from it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProxyUsers {
    /// The header that holds the name.
    pub header: HeaderName,
    /// The header that holds the names of groups, with commas between them.
    pub groups_header: Option<HeaderName>,
    /// What members of groups, and everybody, may do.
    pub groups: GroupRoles,
}

/// Whom the proxy names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ProxyUser {
    /// Nobody.
    Nobody,
    /// Somebody with a role.
    Known(Actor),
    /// Somebody of this name who has none.
    WithoutRole(String),
    /// It cannot be told: why.
    Unclear(String),
}

impl ProxyUsers {
    /// Whether a request has one of the headers.
    #[must_use]
    pub fn is_said(&self, headers: &HeaderMap) -> bool {
        headers.contains_key(&self.header)
            || self
                .groups_header
                .as_ref()
                .is_some_and(|groups| headers.contains_key(groups))
    }

    /// Whom the headers of a request name. A header that stands there twice may be the proxy's or somebody else's, so it is taken for neither.
    #[must_use]
    pub fn read(&self, headers: &HeaderMap) -> ProxyUser {
        let said = |header: &HeaderName| one(headers, header);
        let (name, groups) = match (
            said(&self.header),
            self.groups_header.as_ref().map_or(Ok(""), said),
        ) {
            (Ok(name), Ok(groups)) => (name, groups),
            (Err(reason), _) | (_, Err(reason)) => return ProxyUser::Unclear(reason),
        };
        if name.is_empty() {
            return ProxyUser::Nobody;
        }
        if name.contains(',') || name.chars().count() > NAME_CHARACTERS {
            let header = &self.header;
            return ProxyUser::Unclear(format!(
                "`{header}` holds no single name of at most {NAME_CHARACTERS} characters"
            ));
        }
        match self.groups.of(groups.split(',').map(str::trim)) {
            Some((role, scope)) => ProxyUser::Known(Actor::proxied(name, role).within(scope)),
            None => ProxyUser::WithoutRole(name.to_owned()),
        }
    }
}

/// The value of a header; empty where it is not there.
fn one<'a>(headers: &'a HeaderMap, header: &HeaderName) -> Result<&'a str, String> {
    let mut values = headers.get_all(header).iter();
    let Some(value) = values.next() else {
        return Ok("");
    };
    if values.next().is_some() {
        return Err(format!("`{header}` is there more than once"));
    }
    std::str::from_utf8(value.as_bytes())
        .map(str::trim)
        .map_err(|_| format!("`{header}` is no UTF-8"))
}

#[cfg(test)]
mod tests {
    use super::{GroupRoles, ProxyUser, ProxyUsers};
    use crate::model::{Actor, Role};
    use http::{HeaderMap, HeaderName, HeaderValue};
    use proptest::prelude::*;

    fn users(role: Option<Role>) -> ProxyUsers {
        ProxyUsers {
            header: HeaderName::from_static("x-forwarded-user"),
            groups_header: Some(HeaderName::from_static("x-groups")),
            groups: GroupRoles {
                roles: [("ops", Role::Operator), ("root", Role::Admin)]
                    .map(|(group, role)| (group.to_owned(), role))
                    .into(),
                role,
                ..GroupRoles::default()
            },
        }
    }

    fn read(role: Option<Role>, headers: &[(&'static str, &str)]) -> ProxyUser {
        let mut map = HeaderMap::new();
        for (name, value) in headers {
            let value = HeaderValue::from_bytes(value.as_bytes()).unwrap();
            map.append(HeaderName::from_static(name), value);
        }
        users(role).read(&map)
    }

    #[test]
    fn the_highest_role_of_all_groups_counts() {
        let known = |role| ProxyUser::Known(Actor::proxied("ada", role));
        let user = ("x-forwarded-user", "ada");
        let viewer = Some(Role::Viewer);
        assert_eq!(read(viewer, &[user]), known(Role::Viewer));
        for (groups, role) in [
            ("staff, ops", Role::Operator),
            ("ops,root", Role::Admin),
            ("staff", Role::Viewer),
            ("Ops", Role::Viewer),
            ("", Role::Viewer),
        ] {
            assert_eq!(
                read(viewer, &[user, ("x-groups", groups)]),
                known(role),
                "{groups}"
            );
        }
        assert_eq!(
            read(Some(Role::Admin), &[user, ("x-groups", "ops")]),
            known(Role::Admin)
        );
        assert_eq!(
            read(None, &[user, ("x-groups", "staff")]),
            ProxyUser::WithoutRole("ada".to_owned())
        );
    }

    #[test]
    fn an_empty_name_is_nobody_and_an_unclear_one_is_refused() {
        let role = Some(Role::Viewer);
        for headers in [
            &[][..],
            &[("x-forwarded-user", "")],
            &[("x-forwarded-user", "  ")],
            &[("x-groups", "root")],
        ] {
            assert_eq!(read(role, headers), ProxyUser::Nobody, "{headers:?}");
        }
        let long = "a".repeat(201);
        for headers in [
            &[("x-forwarded-user", "ada"), ("x-forwarded-user", "eve")][..],
            &[("x-forwarded-user", "ada"), ("x-forwarded-user", "ada")],
            &[("x-forwarded-user", "ada,eve")],
            &[("x-forwarded-user", &long)],
            &[
                ("x-forwarded-user", "ada"),
                ("x-groups", "a"),
                ("x-groups", "root"),
            ],
        ] {
            let unclear = read(role, headers);
            assert!(matches!(unclear, ProxyUser::Unclear(_)), "{unclear:?}");
        }
        let mut map = HeaderMap::new();
        map.append(
            "x-forwarded-user",
            HeaderValue::from_bytes(b"\xff").unwrap(),
        );
        assert!(matches!(users(role).read(&map), ProxyUser::Unclear(_)));
    }

    #[test]
    fn what_a_group_is_limited_to_its_members_are() {
        let mail = crate::model::Scope {
            queues: crate::model::Limit::to([]),
            ..crate::model::Scope::all()
        };
        let mut users = users(None);
        users.groups.scopes.insert("ops".to_owned(), mail.clone());
        let mut headers = HeaderMap::new();
        for (name, value) in [("x-forwarded-user", "ada"), ("x-groups", "staff, ops")] {
            headers.append(name, HeaderValue::from_static(value));
        }
        let ada = Actor::proxied("ada", Role::Operator).within(mail);
        assert_eq!(users.read(&headers), ProxyUser::Known(ada));
    }

    proptest! {
        #[test]
        fn nobody_gets_a_role_that_none_of_their_groups_has(
            name in "[ -~]{0,20}",
            groups in proptest::collection::vec("[a-z ]{0,5}", 0..4),
        ) {
            let text = groups.join(",");
            let user = read(None, &[("x-forwarded-user", &name), ("x-groups", &text)]);
            if let ProxyUser::Known(actor) = user {
                prop_assert_eq!(&actor.name, name.trim());
                let known = groups.iter().any(|group| matches!(group.trim(), "ops" | "root"));
                prop_assert!(known);
            }
        }
    }
}
