//! The OpenAPI document.

use super::*;

#[tokio::test]
async fn the_document_lists_exactly_the_routes_that_there_are() {
    let site = Site::new().await;
    let document = site.get("/api/v1/openapi.json").await.json();
    assert!(
        document["openapi"]
            .as_str()
            .expect("a version")
            .starts_with("3.1")
    );
    assert_eq!(document["servers"][0]["url"], "/api/v1");
    let mut listed: Vec<String> = document["paths"]
        .as_object()
        .expect("paths")
        .iter()
        .flat_map(|(path, methods)| {
            let methods: Vec<_> = methods
                .as_object()
                .expect("methods")
                .keys()
                .cloned()
                .collect();
            methods
                .into_iter()
                .map(move |method| format!("{method} {path}"))
        })
        .collect();
    listed.sort();

    // What a body may hold is what the server takes.
    let schemas = &document["components"]["schemas"];
    let mut verbs: Vec<&str> = schemas["VerbBody"]["enum"]
        .as_array()
        .expect("verbs")
        .iter()
        .filter_map(|verb| verb.as_str())
        .collect();
    verbs.sort_unstable();
    assert_eq!(verbs, ["delete", "enqueue", "kill", "reschedule", "retry"]);
    let kinds: Vec<&str> = schemas["MomentBody"]["oneOf"]
        .as_array()
        .expect("kinds")
        .iter()
        .filter_map(|kind| kind["type"].as_str())
        .collect();
    assert_eq!(kinds, ["string", "number"]);
    assert!(schemas["NewJobBody"]["properties"]["jid"].is_object());

    let mut expected = [
        "get /overview",
        "get /failures",
        "get /failures/{digest}",
        "put /failures/{digest}",
        "get /deploys",
        "post /deploys",
        "get /export",
        "post /import",
        "get /operations/{id}/export",
        "get /queues",
        "get /queues/{name}/jobs",
        "post /queues/{name}/pause",
        "post /queues/{name}/resume",
        "delete /queues/{name}",
        "get /sets/{set}/jobs",
        "get /search",
        "get /search/suggest",
        "get /running",
        "get /processes",
        "post /processes/{identity}/dump",
        "post /processes/{identity}/quiet",
        "post /processes/{identity}/stop",
        "get /jobs/{jid}",
        "post /jobs",
        "post /jobs/{jid}/cancel",
        "post /jobs/{jid}/reveal",
        "post /actions",
        "get /periodic",
        "get /periodic/{name}",
        "delete /periodic/{name}",
        "post /periodic/{name}/run",
        "post /periodic/{name}/pause",
        "post /periodic/{name}/resume",
        "get /operations",
        "post /operations",
        "post /operations/preview",
        "get /operations/{id}",
        "post /operations/{id}/pause",
        "post /operations/{id}/resume",
        "post /operations/{id}/stop",
        "post /operations/{id}/undo",
        "post /operations/{id}/free",
        "get /holds",
        "post /holds",
        "post /holds/preview",
        "get /holds/{id}",
        "delete /holds/{id}",
        "post /holds/{id}/release",
        "get /alerts",
        "post /alerts/{id}/acknowledge",
        "post /alerts/{id}/snooze",
        "post /alerts/{id}/wake",
        "get /audit",
        "get /audit/export",
        "get /stores",
        "get /live",
        "get /healthz",
        "get /readyz",
        "get /metrics",
    ];
    expected.sort_unstable();
    assert_eq!(listed, expected);
    // Every listed route is one: nothing of them says that there is no such path or method.
    for route in expected.iter().filter(|route| **route != "get /live") {
        let (name, template) = route.split_once(' ').expect("two words");
        let path = template
            .replace("{set}", "dead")
            .replace("{name}", "a")
            .replace("{identity}", "a:1:b")
            .replace("{jid}", "a")
            .replace("{id}", "a");
        let method = name.to_uppercase().parse().expect("a method");
        let headers = [("content-type", "application/json")];
        // Unless it says so, a path is under the document's own server.
        let operation = &document["paths"][template][name];
        let server = operation["servers"][0]["url"]
            .as_str()
            .map_or("/api/v1", |url| url.trim_end_matches('/'));
        let answer = site
            .ask(method, &format!("{server}{path}"), &headers, "{}")
            .await;
        let is_route = answer.status != StatusCode::METHOD_NOT_ALLOWED
            && !answer.text.contains("there is nothing at");
        assert!(is_route, "{route}: {} {}", answer.status, answer.text);
    }
    // Every body that it names, it also describes.
    let text = document.to_string();
    for reference in text.split("#/components/schemas/").skip(1) {
        let name = reference.split('"').next().expect("a name");
        assert!(
            document["components"]["schemas"][name].is_object(),
            "{name}"
        );
    }
}
