//! What the groups of somebody let them do: of people whom a proxy names, or who come by a provider.

use crate::model::{Role, Scope};
use std::collections::{BTreeMap, BTreeSet};

/// What members of groups may do, and where.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct GroupRoles {
    /// The roles of groups.
    pub roles: BTreeMap<String, Role>,
    /// What members of some of them are limited to.
    pub scopes: BTreeMap<String, Scope>,
    /// What everybody may do, without a limit; without it only members of those groups come in.
    pub role: Option<Role>,
}

impl GroupRoles {
    /// What a member of these groups may do: the highest role counts, within what any of the groups that have it is limited to. A lower role
    /// opens nothing to a higher one: who may read everything and act on some may do both there only. Where two of them are limited in both
    /// queues and stores, and to others, the first one by name counts ([`Scope::or`]).
    #[must_use]
    pub fn of<'a>(&self, groups: impl IntoIterator<Item = &'a str>) -> Option<(Role, Scope)> {
        let groups: BTreeSet<&str> = groups.into_iter().collect();
        let everybody = self.role.map(|role| (role, Scope::all()));
        let of_groups = groups.into_iter().filter_map(|group| {
            let scope = self.scopes.get(group).cloned().unwrap_or_default();
            Some((*self.roles.get(group)?, scope))
        });
        everybody
            .into_iter()
            .chain(of_groups)
            .reduce(|one, other| match one.0.cmp(&other.0) {
                std::cmp::Ordering::Less => other,
                std::cmp::Ordering::Equal => (one.0, one.1.or(&other.1)),
                std::cmp::Ordering::Greater => one,
            })
    }
}

#[cfg(test)]
mod tests {
    use super::GroupRoles;
    use crate::model::{Limit, NamePattern, Role, Scope};

    fn scope(queue: &str) -> Scope {
        Scope {
            queues: Limit::to([NamePattern::new(queue).unwrap()]),
            ..Scope::default()
        }
    }

    fn roles(role: Option<Role>) -> GroupRoles {
        GroupRoles {
            roles: [
                ("mailers", Role::Operator),
                ("photographers", Role::Operator),
                ("staff", Role::Viewer),
                ("root", Role::Admin),
            ]
            .map(|(group, role)| (group.to_owned(), role))
            .into(),
            scopes: [("mailers", "mail"), ("photographers", "photos")]
                .map(|(group, queue)| (group.to_owned(), scope(queue)))
                .into(),
            role,
        }
    }

    #[test]
    fn the_limits_are_those_of_the_groups_that_have_the_highest_role() {
        let roles = roles(None);
        let of = |groups: &[&str]| roles.of(groups.iter().copied());
        assert_eq!(of(&["mailers"]), Some((Role::Operator, scope("mail"))));
        assert_eq!(of(&["staff"]), Some((Role::Viewer, Scope::all())));
        for groups in [["staff", "mailers"], ["mailers", "staff"]] {
            assert_eq!(
                of(&groups),
                Some((Role::Operator, scope("mail"))),
                "{groups:?}"
            );
        }
        let both = scope("mail").or(&scope("photos"));
        assert_eq!(
            of(&["mailers", "photographers"]),
            Some((Role::Operator, both))
        );
        assert_eq!(of(&["mailers", "root"]), Some((Role::Admin, Scope::all())));
        assert_eq!(of(&["others"]), None);
    }

    #[test]
    fn what_everybody_may_do_has_no_limit() {
        let mailer = |role| roles(Some(role)).of(["mailers"]);
        assert_eq!(mailer(Role::Operator), Some((Role::Operator, Scope::all())));
        assert_eq!(mailer(Role::Viewer), Some((Role::Operator, scope("mail"))));
        let nobody = roles(Some(Role::Viewer)).of([]);
        assert_eq!(nobody, Some((Role::Viewer, Scope::all())));
    }
}
