//! Limits, TLS and proxies.

use super::*;
use crate::model::Role;

#[test]
fn a_header_of_a_proxy_needs_its_addresses_and_a_role() {
    let told = complaint("[auth]\nproxy_header = 'X-Forwarded-User'\nproxy_role = 'viewer'\n");
    assert!(
        told.contains("FILE:2") && told.contains("`auth.proxy_addresses`"),
        "{told}"
    );
    let told = complaint(
        "[auth]\nproxy_header = 'X-Forwarded-User'\nproxy_addresses = ['127.0.0.1']\nproxy_roles = { ops = 'operator' }\n",
    );
    assert!(told.contains("nobody would have a role"), "{told}");
    let told = complaint("[auth]\nproxy_role = 'viewer'\n");
    assert!(told.contains("without `auth.proxy_header`"), "{told}");
    let told = complaint("[auth]\nproxy_addresses = ['10.0.0.0/33']\n");
    assert!(
        told.contains("FILE:2") && told.contains("`10.0.0.0/33` is no address"),
        "{told}"
    );
    let told = complaint("[auth]\nproxy_roles = { ops = 'boss' }\n");
    assert!(told.contains("`boss` is no role of `ops`"), "{told}");
    let told = complaint(
        "[auth]\nproxy_header = 'X User'\nproxy_addresses = ['127.0.0.1']\nproxy_role = 'viewer'\n",
    );
    assert!(told.contains("no name of a header"), "{told}");
}

#[test]
fn proxies_stand_in_the_file_or_in_the_environment() {
    let environment = [
        ("JOBDECK_PROXY_HEADER", "X-Forwarded-User"),
        ("JOBDECK_PROXY_ADDRESSES", "127.0.0.1, 10.0.0.0/8, fd00::/8"),
        ("JOBDECK_PROXY_GROUPS_HEADER", "X-Groups"),
        ("JOBDECK_PROXY_ROLES", "ops=operator,cn=root=admin"),
    ];
    let said = super::environment(&environment)
        .load()
        .expect("settings")
        .auth;
    let written = "[auth]\nproxy_header = 'X-Forwarded-User'\nproxy_addresses = ['127.0.0.1/32', '10.0.0.0/8', 'fd00::/8']\n\
        proxy_groups_header = 'X-Groups'\n[auth.proxy_roles]\nops = 'operator'\n'cn=root' = 'admin'\n";
    let (_file, sources) = file(written);
    assert_eq!(sources.load().expect("settings").auth, said);
    assert_eq!(said.proxy_roles["cn=root"], Role::Admin);
    assert_eq!(said.proxy_addresses.len(), 3);
}

#[test]
fn a_base_path_is_a_plain_path() {
    let told = complaint("[server]\nbase_path = 'jobs'\n");
    assert!(
        told.contains("FILE:2") && told.contains("`jobs` is no base path: begin it with a slash"),
        "{told}"
    );
    let said = super::environment(&[("JOBDECK_BASE_PATH", "/tools/jobs/")]);
    let base = said.load().expect("settings").server.base_path;
    assert_eq!(base.as_str(), "/tools/jobs");
    let none = super::environment(&[("JOBDECK_BASE_PATH", "/")]);
    assert!(none.load().expect("settings").server.base_path.is_empty());
    let wrong = super::environment(&[("JOBDECK_BASE_PATH", "/a/../b")]);
    let told = wrong.load().expect_err("no base path").to_string();
    assert!(
        told.contains("JOBDECK_BASE_PATH") && told.contains("`..`"),
        "{told}"
    );
}

#[test]
fn limits_have_a_range_and_tls_needs_both_files() {
    let told = complaint("[limits]\nconnections = 5\n");
    assert!(
        told.contains("`limits.connections`: it must be from 10"),
        "{told}"
    );
    let told = complaint("[limits]\nstreams_per_user = 200000\n");
    assert!(told.contains("or 0 for any number"), "{told}");
    for (one, other) in [
        ("tls_certificate", "tls_key"),
        ("tls_key", "tls_certificate"),
    ] {
        let told = complaint(&format!("[server]\n{one} = 'a.pem'\n"));
        assert!(
            told.contains(&format!("TLS needs `server.{other}`")),
            "{told}"
        );
    }
}
