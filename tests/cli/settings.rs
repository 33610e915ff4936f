//! `jobdeck settings`.

use super::*;

#[tokio::test]
async fn settings_shows_what_is_in_force_where_it_was_said_and_no_secret() {
    let place = Place::new();
    let text = "[log]\nfilter = 'debug'\n[store]\nurl = 'redis://ada:hunter2@localhost/1'\n\
                [handlers.A]\nhttp = 'http://localhost/'\nsecret = 'hunter2'\n";
    std::fs::write(place.path().join("jobdeck.toml"), text).expect("a file");
    let mut command = place.command(&["settings"]);
    command.env("JOBDECK_HOSTS", "a.example");
    let said = Run::from(command.output().await.expect("it runs")).done();
    let line = |name: &str| {
        let line = said.lines().find(|line| line.starts_with(name));
        let line = line.unwrap_or_else(|| panic!("{name} in {said}"));
        line.split_whitespace().collect::<Vec<_>>().join(" ")
    };
    assert_eq!(
        line("log.filter"),
        "log.filter = \"debug\" # jobdeck.toml:2"
    );
    assert_eq!(
        line("store.url ="),
        "store.url = \"redis://…@localhost/1\" # jobdeck.toml:4"
    );
    assert_eq!(
        line("server.hosts"),
        "server.hosts = [\"a.example\"] # JOBDECK_HOSTS"
    );
    assert_eq!(
        line("live.interval"),
        "live.interval = \"1s\" # unless said"
    );
    assert_eq!(line("[handlers.A]"), "[handlers.A] # jobdeck.toml:5");
    assert!(!said.contains("hunter2"), "{said}");

    let json = place.run(&["settings", "--json"]).await.done();
    let json: Value = serde_json::from_str(&json).expect("JSON");
    let settings = json["settings"].as_array().expect("a list");
    let filter = settings.iter().find(|it| it["setting"] == "log.filter");
    let filter = filter.expect("the filter");
    assert_eq!(filter["value"], "\"debug\"");
    assert_eq!(filter["said_by"], "jobdeck.toml:2");
    assert_eq!(json["tables"][0]["table"], "handlers.A");
}

#[tokio::test]
async fn the_example_can_be_begun_with() {
    let place = Place::new();
    let example = place.run(&["settings", "--example"]).await.done();
    std::fs::write(place.path().join("jobdeck.toml"), example).expect("a file");
    let checked = place.run(&["check"]).await.done();
    assert!(checked.contains("configuration: jobdeck.toml"), "{checked}");
}
