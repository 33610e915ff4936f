//! Proxies: their addresses, and what the groups that they name may do.

use crate::model::Role;
use ipnet::IpNet;
use serde::{Deserialize, Deserializer, de::Error};
use std::{collections::BTreeMap, net::IpAddr};

/// `10.0.0.0/8`, `127.0.0.1`.
pub(super) fn addresses<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Vec<IpNet>, D::Error> {
    let texts = Vec::<String>::deserialize(deserializer)?;
    texts.iter().map(|text| address(text)).collect()
}

fn address<E: Error>(text: &str) -> Result<IpNet, E> {
    text.parse::<IpNet>()
        .or_else(|_| text.parse::<IpAddr>().map(IpNet::from))
        .map_err(|_| {
            E::custom(format!(
                "`{text}` is no address: write it as `127.0.0.1`, `10.0.0.0/8` or `fd00::/8`"
            ))
        })
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Roles {
    Table(BTreeMap<String, String>),
    List(Vec<String>),
}

/// `{ ops = "operator" }`; in the environment `ops=operator`.
pub(super) fn roles<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<BTreeMap<String, Role>, D::Error> {
    let pairs: Vec<(String, String)> = match Roles::deserialize(deserializer)
        .map_err(|_| D::Error::custom("write groups and roles as `{ ops = \"operator\" }`"))?
    {
        Roles::Table(table) => table.into_iter().collect(),
        Roles::List(list) => list
            .into_iter()
            .map(|item| match item.rsplit_once('=') {
                Some((group, role)) => Ok((group.trim().to_owned(), role.trim().to_owned())),
                None => Err(D::Error::custom(format!(
                    "`{item}` names no role: write it as `ops=operator`"
                ))),
            })
            .collect::<Result<_, _>>()?,
    };
    pairs
        .into_iter()
        .map(|(group, name)| match Role::named(&name) {
            Some(role) => Ok((group, role)),
            None => Err(D::Error::custom(format!(
                "`{name}` is no role of `{group}`: it is `viewer`, `operator` or `admin`"
            ))),
        })
        .collect()
}
