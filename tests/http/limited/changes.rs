//! All that can be changed, tried on what is the others'.

use super::{reads::filled, *};

/// The line of a file that would be a job of the others.
fn lines() -> String {
    [
        r#"{"place":"queue:zebra","job":{"class":"A","args":[],"jid":"n1","queue":"zebra"}}"#,
        r#"{"place":"dead","score":1.5,"job":{"class":"A","args":[],"jid":"n2","queue":"zebra"}}"#,
        r#"{"place":"queue:mine","job":{"class":"A","args":[],"jid":"n3","queue":"zebra"}}"#,
        r#"{"place":"retries","score":1.5,"job":{"class":"A","args":["lost"],"jid":"n4"}}"#,
    ]
    .map(|line| format!("{line}\n"))
    .concat()
}

/// The bodies with which a change over REST is asked for.
async fn bodies(site: &Site, route: &str, names: &Names) -> Vec<String> {
    let texts = |bodies: &[Value]| bodies.iter().map(ToString::to_string).collect();
    match route {
        "put /failures/{digest}" => texts(&[
            json!({"note": "not any more"}),
            json!({"state": "resolved"}),
        ]),
        "post /deploys" => texts(&[json!({"name": "v2"})]),
        "post /import" => vec![lines()],
        "post /jobs" => texts(&[
            json!({"class": "A", "args": [], "queue": "zebra"}),
            json!({"class": "A", "args": [], "queue": "zebra", "at": "2099-01-01T00:00:00Z"}),
            json!([{"class": "A", "args": [], "queue": "mine"}, {"class": "A", "args": [], "queue": "zebra"}]),
            json!({"class": "A", "args": ["zebra"]}),
        ]),
        "post /jobs/{jid}/reveal" => texts(&[json!({"reason": "a customer asks"})]),
        "post /actions" => {
            let mut bodies = Vec::new();
            for action in ["retry", "kill", "delete", "enqueue", "reschedule"] {
                let mut body = json!({"action": action, "entries": names.entries});
                if action == "reschedule" {
                    body["at"] = json!("2099-01-01T00:00:00Z");
                }
                bodies.push(body.to_string());
                // One by one: an entry of a queue refuses the others along with it.
                for entry in &names.entries {
                    body["entries"] = json!([entry]);
                    bodies.push(body.to_string());
                }
            }
            bodies
        }
        "post /operations" | "post /operations/preview" => operations(site, names).await,
        "post /holds" | "post /holds/preview" => texts(&[
            json!({"query": "class:g*", "seconds": 7_200}),
            json!({"query": "-class:nothing", "seconds": 7_201}),
            // As that of somebody without a limit, which it must not take the place of.
            json!({"query": "class:g*", "seconds": 90_000}),
        ]),
        "post /holds/{id}/release" => texts(&[json!({})]),
        "post /alerts/{id}/acknowledge" => texts(&[json!({"reason": "known"}), json!({})]),
        "post /alerts/{id}/snooze" => texts(&[json!({"seconds": 60})]),
        "post /operations/{id}/undo" => texts(&[json!({}), json!({"reason": "wrong"})]),
        "post /queues/{name}/pause"
        | "post /queues/{name}/resume"
        | "delete /queues/{name}"
        | "post /processes/{identity}/dump"
        | "post /processes/{identity}/quiet"
        | "post /processes/{identity}/stop"
        | "post /jobs/{jid}/cancel"
        | "delete /periodic/{name}"
        | "post /periodic/{name}/run"
        | "post /periodic/{name}/pause"
        | "post /periodic/{name}/resume"
        | "post /operations/{id}/pause"
        | "post /operations/{id}/resume"
        | "post /operations/{id}/stop"
        | "post /operations/{id}/free"
        | "delete /holds/{id}"
        | "post /alerts/{id}/wake" => vec![String::new()],
        other => panic!("with which bodies could `{other}` change what is another's?"),
    }
}

/// Operations on everything there is, on what is the others' by name, and such as would make theirs of one's own.
async fn operations(site: &Site, names: &Names) -> Vec<String> {
    let own = site.as_token("limited-admin");
    let mut of_own = Vec::new();
    for path in ["/api/v1/sets/dead/jobs", "/api/v1/queues/mine/jobs"] {
        let page = own.get(path).await;
        if page.status == StatusCode::OK {
            for entry in page.json()["entries"].as_array().expect("entries") {
                of_own.push(entry["id"].clone());
            }
        }
    }
    let mut bodies = Vec::new();
    let later = "2099-01-01T00:00:00Z";
    for (what, from) in [
        (json!({"action": "retry"}), json!(["dead", "retries"])),
        (json!({"action": "enqueue"}), json!("scheduled")),
        (
            json!({"action": "kill"}),
            json!(["retries", "scheduled", "queue:zebra"]),
        ),
        (
            json!({"action": "reschedule", "at": later}),
            json!(["dead", "retries", "scheduled"]),
        ),
        (
            json!({"action": "move", "queue": "zebra"}),
            json!(["dead", "queue:mine"]),
        ),
        (
            json!({"action": "move", "queue": "mine"}),
            json!(["dead", "retries", "scheduled"]),
        ),
        (
            json!({"action": "move", "queue": "mine"}),
            json!("queue:zebra"),
        ),
        (
            json!({"action": "edit", "path": "queue", "value": "zebra"}),
            json!(["dead", "retries", "scheduled", "queue:mine"]),
        ),
        (
            json!({"action": "edit", "path": "args.0", "value": 1}),
            json!(["dead", "retries", "scheduled"]),
        ),
        (
            json!({"action": "delete"}),
            json!(["dead", "retries", "scheduled"]),
        ),
        (json!({"action": "delete"}), json!("queue:zebra")),
    ] {
        for selection in [
            json!({"from": from}),
            json!({"from": from, "filter": "class:g*"}),
            json!({"entries": names.entries}),
            json!({"entries": of_own}),
        ] {
            // What is one's own may be deleted, but is needed for the rest.
            let is_own = selection["entries"] == json!(of_own);
            if is_own && (what["action"] == "delete" || of_own.is_empty()) {
                continue;
            }
            let mut body = what.clone();
            let into = body.as_object_mut().expect("an object");
            into.extend(selection.as_object().expect("an object").clone());
            bodies.push(body.to_string());
        }
    }
    bodies
}

/// All changes over REST, as its own document names them.
async fn rest(site: &Site, names: &Names) -> Vec<Asked> {
    let document = site.as_token("admin").json("/api/v1/openapi.json").await;
    let mut all = Vec::new();
    for (template, methods) in document["paths"].as_object().expect("paths") {
        for method in methods.as_object().expect("methods").keys() {
            if method == "get" {
                continue;
            }
            for body in bodies(site, &format!("{method} {template}"), names).await {
                for path in filled(template, names) {
                    let kind = match template.as_str() {
                        "/import" => "application/x-ndjson",
                        _ => "application/json",
                    };
                    let asked = Asked {
                        method: method.to_uppercase().parse().expect("a method"),
                        path: format!("/api/v1{path}"),
                        headers: vec![("content-type", kind)],
                        body: body.clone(),
                    };
                    if template == "/import" {
                        for to in ["queue:zebra", "queue:mine", "dead"] {
                            let path = format!("{}?to={to}", asked.path);
                            all.push(Asked {
                                path,
                                ..asked.clone()
                            });
                        }
                    }
                    all.push(asked);
                }
            }
        }
    }
    all
}

/// What each server function that changes something is asked with.
fn functions(names: &Names) -> Vec<(&'static str, Vec<String>)> {
    let texts =
        |texts: &[&str]| -> Vec<String> { texts.iter().map(|text| (*text).to_owned()).collect() };
    let each = |field: &str, all: &[String], rest: &str| -> Vec<String> {
        all.iter()
            .map(|one| format!("{field}={one}{rest}"))
            .collect()
    };
    let mut acts = Vec::new();
    for verb in ["retry", "kill", "delete", "enqueue", "reschedule:1h"] {
        let all: String = names
            .entries
            .iter()
            .map(|entry| format!("&entries[]={entry}"))
            .collect();
        acts.push(format!("verb={verb}{all}"));
        acts.extend(
            each("only", &names.entries, "")
                .iter()
                .map(|only| only.replacen("only=", &format!("only={verb}%20"), 1)),
        );
    }
    let mut turns = Vec::new();
    for verb in ["pause", "resume", "stop", "undo", "free"] {
        turns.extend(each("id", &names.foreign, &format!("&verb={verb}")));
    }
    let digests = |rest: &str| each("digest", &names.groups, rest);
    vec![
        ("acknowledge_alert", texts(&["id=bbbb&reason="])),
        ("snooze_alert", texts(&["id=bbbb&span=1h"])),
        ("wake_alert", texts(&["id=bbbb"])),
        ("theme", texts(&["theme=dark"])),
        (
            "signal_process",
            texts(&[
                "identity=zebra-host:2:b&signal=stop",
                "identity=zebra-host:2:b&signal=dump",
                "identity=host:1:a&signal=quiet",
            ]),
        ),
        ("jobs/act", acts),
        (
            "start_operation",
            texts(&[
                "query=in%3Dqueue:zebra%26action%3Ddelete&before=4102444800000",
                "query=in%3Ddead%26in%3Dretries%26action%3Dretry&before=4102444800000",
                "query=in%3Dscheduled%26action%3Dmove%26target%3Dzebra&before=4102444800000",
                "query=in%3Dscheduled%26action%3Dmove%26target%3Dmine&before=4102444800000",
            ]),
        ),
        ("turn_operation", turns),
        ("set_queue_paused", texts(&["queue=zebra&paused=true"])),
        (
            "clear_queue",
            texts(&["queue=zebra", "queue=zebra&for_good=true"]),
        ),
        ("run_periodic", texts(&["name=zebra-nightly"])),
        (
            "set_periodic_paused",
            texts(&["name=zebra-nightly&paused=true"]),
        ),
        ("delete_periodic", texts(&["name=zebra-nightly"])),
        ("set_group_state", digests("&state=resolved")),
        ("set_group_note", digests("&note=a")),
        (
            "jobs/cancel",
            texts(&["jid=zebra-running", "jid=zebra-running-too"]),
        ),
        ("start_hold", texts(&["query=query%3Dclass:g*%26for%3D4h"])),
        ("release_hold", each("id", &names.foreign, "")),
    ]
}

/// All server functions that change something.
fn server_functions(names: &Names) -> Vec<Asked> {
    let known = functions(names);
    for (path, method) in leptos::server_fn::axum::server_fn_paths() {
        let name = path.strip_prefix("/api/ui/").expect("below /api/ui");
        assert!(
            method != Method::POST || known.iter().any(|(known, _)| *known == name),
            "what is `{name}` asked with, so that it could change what is another's?"
        );
    }
    let form = vec![
        ("content-type", "application/x-www-form-urlencoded"),
        ("accept", "application/json"),
    ];
    known
        .into_iter()
        .flat_map(|(name, bodies)| bodies.into_iter().map(move |body| (name, body)))
        .map(|(name, body)| Asked {
            method: Method::POST,
            path: format!("/api/ui/{name}"),
            headers: form.clone(),
            body,
        })
        .collect()
}

/// The forms of pages that are no server functions: a file, and a job with its secrets.
fn forms(names: &Names) -> Vec<Asked> {
    let lines = lines();
    let file = |to: &str| {
        format!(
            "--b\r\nContent-Disposition: form-data; name=\"to\"\r\n\r\n{to}\r\n--b\r\nContent-Disposition: form-data; name=\"queue\"\r\n\r\nzebra\r\n\
             --b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.ndjson\"\r\n\r\n{lines}\r\n--b--\r\n"
        )
    };
    let mut forms: Vec<Asked> = ["", "queue", "dead"]
        .map(|to| Asked {
            method: Method::POST,
            path: "/import".to_owned(),
            headers: vec![("content-type", "multipart/form-data; boundary=b")],
            body: file(to),
        })
        .into();
    let entries = names
        .entries
        .iter()
        .map(|entry| format!("/jobs?entry={entry}"));
    for path in entries.chain(filled("/jobs/{jid}", names)) {
        forms.push(Asked {
            method: Method::POST,
            path,
            headers: vec![("content-type", "application/x-www-form-urlencoded")],
            body: "reason=a+customer+asks".to_owned(),
        });
    }
    forms
}

/// All that can be changed, and whether programs ask for it.
pub(super) async fn all(site: &Site, names: &Names) -> Vec<(bool, Asked)> {
    let rest = rest(site, names)
        .await
        .into_iter()
        .map(|asked| (true, asked));
    let by_people = server_functions(names).into_iter().chain(forms(names));
    rest.chain(by_people.map(|asked| (false, asked))).collect()
}
