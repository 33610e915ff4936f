//! `jobdeck audit`.

use super::*;

#[tokio::test]
async fn what_commands_change_is_told_by_another_one() {
    let place = Place::new();
    let jid = place.run(&["enqueue", "Greet"]).await.done();
    let jid = jid.trim();
    place.run(&["deploy-mark", "v2"]).await.done();
    let shown = place.run(&["audit"]).await.done();
    let lines: Vec<&str> = shown.lines().collect();
    assert_eq!(lines.len(), 2, "{shown}");
    assert!(lines[0].ends_with(": Mark deploy v2: done"), "{shown}");
    assert!(
        lines[1].ends_with(": Add 1 job of class Greet: 1 done"),
        "{shown}"
    );
    let mut ada = place.command(&["audit", "--json", "--text", jid]);
    let page = Run::from(ada.output().await.expect("it runs")).done();
    let page: Value = serde_json::from_str(&page).expect("JSON");
    assert_eq!(page["events"][0]["action"], "add_jobs");
    assert_eq!(page["events"][0]["jids"][0], jid);
    // Who it was is what the shell says.
    let mut mark = place.command(&["deploy-mark", "v3"]);
    let output = mark.env("USER", "ada").output().await.expect("it runs");
    Run::from(output).done();
    let shown = place.run(&["audit", "--who", "ada", "--all"]).await.done();
    assert!(
        shown.contains(" command ada: Mark deploy v3: done"),
        "{shown}"
    );
    assert_eq!(shown.lines().count(), 1, "{shown}");
    let wrong = place.run(&["audit", "--action", "teleport"]).await;
    assert_eq!(wrong.code, Some(2), "{wrong:?}");
    let wrong = place.run(&["audit", "--after", "soon"]).await;
    assert_eq!(wrong.code, Some(2), "{wrong:?}");
}
