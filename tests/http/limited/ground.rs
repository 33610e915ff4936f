//! A store with the jobs of two teams: the ponies' queue is `mine`, the giraffes' is `zebra`.

use super::*;
use jobdeck::{
    auth::{Auth, PasswordHash, SessionLimits, Token, User, hash_text},
    job::encode_trace,
    model::{
        Alert, AlertSeverity, AlertState, AlertWatch, Limit, LogLine, NamePattern, Place, Progress,
        Role, Scope,
    },
    periodic::PeriodicJob,
    store::{Announcement, QueueEnd, RunReport},
};

/// The others' word: in their classes, arguments, errors, traces, tags, in all that is said of them.
pub(super) const FOREIGN: &str = "giraffe";
/// The others' queue, and the word in names by which something of theirs is asked for: job ids, periodic jobs, processes. An answer may say
/// again what it was asked for.
pub(super) const QUEUE: &str = "zebra";
/// The word of those who are limited.
pub(super) const OWN: &str = "pony";

/// A process of both, and one of the others alone.
pub(super) const SHARED: &str = "host:1:a";
pub(super) const THEIRS: &str = "zebra-host:2:b";

pub(super) const OWN_RUN: &str = "pony-running";
pub(super) const FOREIGN_RUN: &str = "zebra-running";

/// The score of the first entry of a set: what is scheduled is due in many years, the rest was long ago.
fn start(set: Set) -> f64 {
    match set {
        Set::Scheduled => 4_000_000_000.0,
        Set::Retries => 1_700_000_000.0,
        Set::Dead => 1_600_000_000.0,
    }
}

/// Roles by name, each once for everything and once for the queue `mine` alone.
pub(super) fn auth() -> Auth {
    let mine = Scope {
        queues: Limit::to([NamePattern::new("mine*").expect("a pattern")]),
        ..Scope::all()
    };
    let weak = access::weak_hash();
    let weak: PasswordHash = weak.parse().expect("a hash");
    let (mut users, mut tokens) = (Vec::new(), Vec::new());
    for role in Role::ALL {
        let name = role.name();
        let limited = format!("limited-{name}");
        users.push(User::new(name, role, weak.clone()));
        users.push(User::new(&limited, role, weak.clone()).within(mine.clone()));
        let token = |name: &str| Token::new(name, role, &hash_text(name), None).expect("a token");
        tokens.push(token(name));
        tokens.push(token(&limited).within(mine.clone()));
    }
    Auth::new(users, tokens, SessionLimits::default(), false)
}

/// The job of a team: everything of it has the team's word.
fn job(word: &str, queue: &str, jid: &str, has_failed: bool) -> String {
    let trace = encode_trace(&[format!("/app/{word}_job.rb:5:in 'perform'")]);
    let failure = if has_failed {
        format!(
            r#","failed_at":1590000000.5,"retry_count":1,"error_class":"{word}::Error","error_message":"the {word} is away","error_backtrace":{trace}"#
        )
    } else {
        String::new()
    };
    format!(
        r#"{{"class":"{word}::Job","args":["{word}",{{"{word}_id":1}}],"jid":"{jid}","queue":"{queue}","created_at":1795470698.5,"enqueued_at":1795470698.5,"tags":["{word}-tag"]{failure}}}"#
    )
}

/// All jobs that stand somewhere.
fn entries() -> Vec<Destination> {
    let mut entries = Vec::new();
    for (word, queue, name) in [(OWN, "mine", OWN), (FOREIGN, QUEUE, QUEUE)] {
        for number in 0..3 {
            entries.push(Destination::Queue {
                name: queue.to_owned(),
                raw: job(word, queue, &format!("{name}-waiting-{number}"), false).into(),
                end: QueueEnd::Last,
            });
        }
        for set in Set::ALL {
            for number in 0..3_u32 {
                let jid = format!("{name}-{}-{number}", set.name());
                entries.push(Destination::Set {
                    set,
                    score: start(set) + f64::from(number),
                    raw: job(word, queue, &jid, set != Set::Scheduled).into(),
                });
            }
        }
    }
    // Of no queue at all: nobody's who is limited.
    for (number, raw) in [
        "giraffe {".to_owned(),
        r#"{"class":"giraffe::Lost","args":[],"jid":"zebra-lost"}"#.to_owned(),
        // Two queues: the last one counts.
        job(FOREIGN, "mine", "zebra-twice", true)
            .replace(r#""tags""#, &format!(r#""queue":"{QUEUE}","tags""#)),
        // The same failure in both: a group of more than one team.
        job(FOREIGN, "mine", "x", true).replace(FOREIGN, "both"),
        job(FOREIGN, QUEUE, "zebra-both", true).replace(FOREIGN, "both"),
    ]
    .into_iter()
    .enumerate()
    {
        entries.push(Destination::Set {
            set: Set::Dead,
            score: start(Set::Dead) + 10.0 + f64::from(u32::try_from(number).expect("a few")),
            raw: raw.into(),
        });
    }
    entries
}

async fn beat(site: &Site) {
    let now = site.store.now().await.expect("a time");
    let run = |process: &str, word: &str, queue: &str, jid: &str| {
        let payload = Job::new(job(word, queue, jid, false));
        jobdeck::job::running(process, jid, queue, &payload, now)
    };
    let process = |identity: &str, queues: &[&str]| ProcessInfo {
        identity: identity.to_owned(),
        queues: queues
            .iter()
            .map(|queue| ((*queue).to_owned(), 1))
            .collect(),
        capsules: queues
            .iter()
            .map(|queue| (format!("capsule-of-{queue}"), 1, vec![(*queue).to_owned()]))
            .collect(),
        version: "jobdeck 1.0.0".to_owned(),
        concurrency: 5,
        busy: 2,
        ..ProcessInfo::default()
    };
    for beat in [
        Heartbeat {
            process: process(SHARED, &["mine", QUEUE]),
            running: vec![
                run(SHARED, OWN, "mine", OWN_RUN),
                run(SHARED, FOREIGN, QUEUE, FOREIGN_RUN),
            ],
        },
        Heartbeat {
            process: process(THEIRS, &[QUEUE]),
            running: vec![run(THEIRS, FOREIGN, QUEUE, "zebra-running-too")],
        },
    ] {
        let told = site.store.heartbeat(&beat).await.expect("it is noted");
        assert_eq!(told.signal, None, "a process was told something");
    }
}

fn alert(id: &str, queue: &str) -> Alert {
    Alert {
        id: id.to_owned(),
        version: 1,
        rule: format!("{queue}-latency"),
        watch: AlertWatch::Latency,
        queue: queue.to_owned(),
        severity: AlertSeverity::Critical,
        above: 300.0,
        value: 420.0,
        state: AlertState::Firing,
        since: Timestamp(1_795_470_000_000),
        fired_at: Some(Timestamp(1_795_470_060_000)),
        ..Alert::default()
    }
}

/// Puts everything there, with what only those without a limit have done.
pub(super) async fn fill(site: &Site) {
    let store = &site.store;
    store.add(&entries()).await.expect("they are added");
    beat(site).await;
    for (jid, word) in [
        (OWN_RUN, OWN),
        (FOREIGN_RUN, FOREIGN),
        ("zebra-dead-0", FOREIGN),
    ] {
        let now = store.now().await.expect("a time");
        let told = RunReport {
            jid: jid.to_owned(),
            progress: Some(Progress {
                percent: 41.9,
                message: format!("half of the {word}"),
                at: now,
            }),
            log: vec![LogLine {
                at: now,
                text: format!("found a {word}"),
            }],
            ..RunReport::default()
        };
        store.check_in(&[told]).await.expect("it is kept");
    }
    let periodic = [(OWN, "mine", OWN), (FOREIGN, QUEUE, QUEUE)].map(|(word, queue, name)| {
        PeriodicJob::new("0 7 * * *", format!("{word}::Job"))
            .name(format!("{name}-nightly"))
            .queue(queue)
    });
    let announcements = periodic.map(|job| Announcement {
        name: job.effective_name().to_owned(),
        definition: job.definition().expect("a definition"),
        schedule: job.schedule_text(),
        fresh: true,
    });
    let announced = store.announce_periodic(SHARED, &announcements).await;
    announced.expect("they are noted");
    store
        .withdraw_periodic(SHARED, &announcements.map(|it| it.name))
        .await
        .expect("noted");
    for (id, queue) in [("aaaa", "mine"), ("bbbb", QUEUE)] {
        let alert = alert(id, queue);
        let kept = store.change_alert(id, 0, Some(&alert), None).await;
        assert!(kept.expect("it is kept"));
    }
}

/// Every byte of what is the others', and how it and these operations of theirs stand.
pub(super) async fn state(site: &Site, operations: &[String]) -> Vec<String> {
    let store = &site.store;
    // Says that no process was told anything.
    beat(site).await;
    let mut state = Vec::new();
    let overview = store.overview().await.expect("numbers");
    let mut note = |what: &dyn std::fmt::Debug| state.push(format!("{what:?}"));
    for queue in overview.queues.iter().filter(|queue| queue.name == QUEUE) {
        note(&(&queue.name, queue.size, queue.paused));
    }
    for (place, _) in overview.places() {
        let slice = store
            .slice(
                &place,
                &jobdeck::store::Start::Edge,
                jobdeck::model::Order::Ascending,
                1_000,
            )
            .await
            .expect("a slice");
        for entry in slice.entries {
            let raw = String::from_utf8_lossy(&entry.raw).to_lowercase();
            let is_theirs = place == Place::Queue(QUEUE.to_owned())
                || raw.contains(FOREIGN)
                || raw.contains(QUEUE)
                // A job of no queue.
                || (place.set().is_some() && raw.contains("lost"));
            if is_theirs {
                // A queue counts from either end.
                let position = place.set().map(|_| entry.id.position);
                note(&(&place, position, raw));
            }
        }
    }
    for periodic in store.periodic().await.expect("those") {
        if periodic.name.contains(QUEUE) {
            note(&(&periodic.name, periodic.paused, periodic.last_run));
        }
    }
    for alert in store.alerts().await.expect("alerts") {
        if alert.queue == QUEUE {
            note(&alert);
        }
    }
    for hold in store.holds().await.expect("holds") {
        if hold.limit.is_none() {
            note(&hold);
        }
    }
    for (digest, kept) in store.kept_groups().await.expect("groups") {
        note(&(digest, kept));
    }
    note(&store.deploy_marks().await.expect("marks"));
    for jid in [FOREIGN_RUN, "zebra-running-too"] {
        let report = store.report(jid).await.expect("a report");
        note(&report.map(|report| report.cancel_requested_at));
    }
    for id in operations {
        let operation = store.operation(id).await.expect("an operation");
        note(&operation.map(|it| (it.id, it.state, it.kept.entries, it.undone_by)));
    }
    state
}
