//! All that can be read.

use super::*;
use regex::Regex;

/// Streams that never end, with the numbers of queues.
pub(super) const STREAMS: &[&str] = &["/live", "/api/v1/live"];

/// What stands in the place of a name, of both teams.
fn names_of(place: &str, names: &Names) -> Vec<String> {
    let texts = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect();
    match place {
        "set" => texts(&["dead", "retries", "scheduled"]),
        "name" => texts(&["mine", QUEUE, "pony-nightly", "zebra-nightly"]),
        "jid" => {
            let mut jids: Vec<String> = [OWN, QUEUE]
                .iter()
                .flat_map(|word| {
                    ["running", "waiting-0", "dead-0", "retries-0", "scheduled-0"]
                        .map(|place| format!("{word}-{place}"))
                })
                .collect();
            jids.extend(texts(&["zebra-lost", "zebra-twice"]));
            jids
        }
        "digest" => names.groups.clone(),
        "id" => {
            let mut ids = names.foreign.clone();
            ids.extend(texts(&["aaaa", "bbbb"]));
            ids
        }
        "identity" => texts(&[ground::SHARED, ground::THEIRS]),
        other => panic!("what stands in the place of `{other}`?"),
    }
}

/// The addresses that a template stands for.
pub(super) fn filled(template: &str, names: &Names) -> Vec<String> {
    let mut paths = vec![String::new()];
    for part in template.split('/').skip(1) {
        let name = part
            .strip_prefix(':')
            .or_else(|| part.strip_prefix('{')?.strip_suffix('}'));
        let parts = name.map_or_else(|| vec![part.to_owned()], |name| names_of(name, names));
        paths = paths
            .iter()
            .flat_map(|path| parts.iter().map(move |part| format!("{path}/{part}")))
            .collect();
    }
    paths
}

/// What is asked for behind an address of REST.
fn queries(template: &str) -> Vec<String> {
    let texts = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect();
    match template {
        "/search" => texts(&[
            "",
            "?q=",
            "?q=gira",
            "?q=class:g*",
            "?q=in:dead",
            "?q=queue:zeb*",
            "?q=in:queue:zebra",
            "?in=queue:zebra",
            "?q=-class:pony*",
        ]),
        "/search/suggest" => texts(&[
            "?q=",
            "?q=gi",
            "?q=gira",
            "?q=class:g",
            "?q=queue:z",
            "?q=error:g",
            "?q=tag:g",
            "?q=in:queue:z",
            "?q=po",
        ]),
        "/export" => texts(&[
            "",
            "?format=csv",
            "?from=queue:zebra",
            "?from=dead&from=queue:mine",
            "?filter=class:g*",
        ]),
        "/sets/{set}/jobs" => texts(&["", "?limit=1", "?q=class:g*", "?text=gira", "?order=desc"]),
        "/failures" => texts(&["", "?state=all", "?order=newest&state=all"]),
        _ => texts(&[""]),
    }
}

/// All reads over REST, as its own document names them.
async fn rest(site: &Site, names: &Names) -> Vec<Asked> {
    let document = site.as_token("admin").json("/api/v1/openapi.json").await;
    let mut all = Vec::new();
    for (template, methods) in document["paths"].as_object().expect("paths") {
        if methods.get("get").is_none() || template == "/live" {
            continue;
        }
        let server = match template.as_str() {
            "/healthz" | "/readyz" | "/metrics" => "",
            _ => "/api/v1",
        };
        for path in filled(template, names) {
            for query in queries(template) {
                all.push(Asked::get(format!("{server}{path}{query}")));
            }
        }
    }
    all
}

/// All pages, as the server names them, with what can be asked of them.
fn pages(names: &Names) -> Vec<Asked> {
    let mut paths: Vec<String> = jobdeck::web::page_paths()
        .flat_map(|template| match template.as_str() {
            "" => vec!["/".to_owned()],
            template => filled(template, names),
        })
        .collect();
    for path in [
        "/search?q=class:g*",
        "/search?q=in:dead",
        "/search?q=gira",
        "/dead?q=class:g*",
        "/dead?confirm=clear",
        "/retries?text=gira",
        "/failures?state=all",
        "/failures?group=x",
        "/queues?confirm=clear&queue=zebra",
        "/running?queue=zebra",
        "/running?process=host:1:a",
        "/periodic?open=pony-nightly",
        "/operations/new?in=dead&action=delete",
        "/operations/new?in=queue:zebra&action=delete",
        "/operations/new?in=dead&action=move&target=zebra",
        "/operations/new?in=dead&action=edit&path=args.0&value=1",
        "/holds/new?query=class:g*&for=4h",
        "/processes?confirm=stop",
        "/import",
    ] {
        paths.push(path.to_owned());
    }
    for entry in &names.entries {
        paths.push(format!("/jobs?entry={entry}"));
    }
    paths
        .into_iter()
        .map(|path| Asked {
            headers: vec![("accept", "text/html")],
            ..Asked::get(path)
        })
        .collect()
}

/// What each server function that reads is asked with.
fn functions(names: &Names) -> Vec<(&'static str, Vec<String>)> {
    let texts = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect();
    let nothing = || texts(&[""]);
    let mut shown: Vec<String> = names_of("jid", names)
        .iter()
        .map(|jid| format!("jid={jid}"))
        .collect();
    shown.extend(names.entries.iter().map(|entry| format!("entry={entry}")));
    let ids = |field: &str, ids: &[String]| -> Vec<String> {
        ids.iter().map(|id| format!("{field}={id}")).collect()
    };
    vec![
        (
            "jobs/page",
            texts(&[
                "place=dead",
                "place=retries",
                "place=scheduled",
                "place=queue:mine",
                "place=queue:zebra",
                "place=dead&query=q%3Dclass:g*",
            ]),
        ),
        ("jobs/show", shown),
        (
            "jobs/search",
            texts(&["q=class:g*", "q=gira", "q=in:dead", "q=in:queue:zebra"]),
        ),
        (
            "jobs/complete",
            texts(&[
                "q=gi&at=2",
                "q=class:g&at=7",
                "q=queue:z&at=7",
                "q=tag:g&at=5",
                "q=po&at=2",
            ]),
        ),
        (
            "jobs/report",
            names_of("jid", names)
                .iter()
                .map(|jid| format!("jid={jid}"))
                .collect(),
        ),
        ("processes", nothing()),
        ("running", texts(&["", "queue=zebra", "process=host:1:a"])),
        ("audit", texts(&["", "query=text%3Dgira"])),
        ("operations", nothing()),
        ("operation", ids("id", &names.foreign)),
        ("page_frame", nothing()),
        (
            "periodic",
            texts(&["", "looked_at=pony-nightly", "looked_at=zebra-nightly"]),
        ),
        (
            "failures",
            texts(&["query[order]=count&query[filter]=all&query[limit]=0"]),
        ),
        ("failure_group", ids("digest", &names.groups)),
        ("snapshot", nothing()),
        ("stores", nothing()),
        ("import_outcome", nothing()),
        ("alerts", nothing()),
        ("dead_causes", nothing()),
        (
            "preview_operation",
            texts(&[
                "query=in%3Ddead%26action%3Ddelete",
                "query=in%3Dqueue:zebra%26action%3Ddelete",
                "query=in%3Ddead%26in%3Dretries%26action%3Dretry",
                "query=in%3Dscheduled%26action%3Dmove%26target%3Dzebra",
            ]),
        ),
        (
            "preview_hold",
            texts(&[
                "query=query%3Dclass:g*%26for%3D4h",
                "query=query%3Dclass:p*%26for%3D4h",
            ]),
        ),
    ]
}

/// All server functions that read.
fn server_functions(names: &Names) -> Vec<Asked> {
    let known = functions(names);
    for (path, method) in leptos::server_fn::axum::server_fn_paths() {
        let name = path.strip_prefix("/api/ui/").expect("below /api/ui");
        assert!(
            method != Method::GET || known.iter().any(|(known, _)| *known == name),
            "what is `{name}` asked with, so that it could tell of another's jobs?"
        );
    }
    known
        .iter()
        .flat_map(|(name, queries)| {
            queries.iter().map(move |query| Asked {
                headers: vec![("accept", "application/json")],
                ..Asked::get(format!("/api/ui/{name}?{query}"))
            })
        })
        .collect()
}

/// Addresses that stand in neither list: those of the router itself.
const OTHERS: &[(&str, &[&str])] = &[
    (
        "/live/search",
        &["?q=class:g*", "?q=gira", "?q=in:dead", "?q=class:p*"],
    ),
    // A stream that never ends, or listed by the document, or public, or a change.
    ("/live", &[]),
    ("/healthz", &[]),
    ("/readyz", &[]),
    ("/metrics", &[]),
    ("/import", &[]),
    ("/jobs", &[]),
    ("/jobs/{jid}", &[]),
    ("/api/v1/", &[]),
];

fn others() -> Vec<Asked> {
    let source = include_str!("../../../src/web/mod.rs");
    let route = Regex::new(r#"\.route\("([^"]+)""#).expect("a pattern");
    for found in route.captures_iter(source) {
        let path = &found[1];
        assert!(
            OTHERS.iter().any(|(known, _)| *known == path),
            "could `{path}` tell of another's jobs?"
        );
    }
    OTHERS
        .iter()
        .flat_map(|(path, queries)| {
            queries
                .iter()
                .map(move |query| Asked::get(format!("{path}{query}")))
        })
        .collect()
}

/// All that can be read, and whether programs ask for it.
pub(super) async fn all(site: &Site, names: &Names) -> Vec<(bool, Asked)> {
    let rest = rest(site, names)
        .await
        .into_iter()
        .map(|asked| (true, asked));
    let by_people = pages(names)
        .into_iter()
        .chain(server_functions(names))
        .chain(others())
        .map(|asked| (false, asked));
    rest.chain(by_people).collect()
}
