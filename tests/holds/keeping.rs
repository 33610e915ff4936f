//! Keeping those that come due from being tried.

use crate::harness::Subject;
use crate::making::{hold, retry};
use crate::runs::{admin, everything, retries};
use crate::support::{ShiftedClock, wait_until};
use jobdeck::{
    admin::{Admin, HoldKeeper},
    model::HoldStatus,
};
use tokio_util::sync::{CancellationToken, DropGuard};

/// A Jobdeck that keeps what is held until the answer is dropped.
fn keep(admin: Admin) -> DropGuard {
    let shutdown = CancellationToken::new();
    tokio::spawn(HoldKeeper::new(admin).run(shutdown.clone()));
    shutdown.drop_guard()
}

async fn wait_for_held(subject: &Subject, held: u64) -> HoldStatus {
    let admin = admin(subject);
    wait_until(&format!("{held} are held"), async || {
        admin.holds().await.unwrap()[0].held >= held
    })
    .await;
    let status = admin.holds().await.unwrap().remove(0);
    assert_eq!(status.held, held);
    status
}

/// Class and number of those that do not wait for the end of a hold.
async fn others(subject: &Subject, status: &HoldStatus) -> Vec<String> {
    let end = status.hold.until.seconds();
    let mut others: Vec<String> = everything(subject, &[retries()])
        .await
        .into_iter()
        .filter(|(_, score, _)| (score - end).abs() > 0.001)
        .map(|(.., text)| {
            let jid = text.split(r#""jid":""#).nth(1).unwrap_or_default();
            jid.split('"').next().unwrap_or_default().to_owned()
        })
        .collect();
    others.sort();
    others
}

pub(crate) async fn what_comes_due_is_moved_aside(subject: Subject) {
    hold(&subject, "class:Held", 3_600).await;
    // Of a job that failed after the hold was made: overdue, due soon, due within the half minute.
    for (number, seconds) in [-100.0, -1.0, 6.0, 20.0].into_iter().enumerate() {
        retry(&subject, "Held", number, seconds).await;
        retry(&subject, "Free", number, seconds).await;
    }
    retry(&subject, "Held", 9, 600.0).await;
    let _keeper = keep(admin(&subject));
    let status = wait_for_held(&subject, 4).await;
    assert_eq!(
        others(&subject, &status).await,
        ["Free0", "Free1", "Free2", "Free3", "Held9"]
    );
    // The next that fails.
    retry(&subject, "Held", 10, 8.0).await;
    wait_for_held(&subject, 5).await;
}

pub(crate) async fn many_others_that_are_due_hide_nothing(subject: Subject) {
    hold(&subject, "class:Held", 3_600).await;
    let now = subject.now().await.unwrap().seconds();
    let entries: Vec<_> = (0..7_000_u32)
        .map(|number| {
            let raw = format!(r#"{{"class":"Free","args":[{number}],"jid":"{number:024}"}}"#);
            crate::harness::into_set(
                jobdeck::model::Set::Retries,
                now - 50.0 + f64::from(number) / 1_000.0,
                raw,
            )
        })
        .collect();
    for thousand in entries.chunks(1_000) {
        subject.add(thousand).await.unwrap();
    }
    let _keeper = keep(admin(&subject));
    retry(&subject, "Held", 1, 9.0).await;
    wait_for_held(&subject, 1).await;
    // Behind all the others: that takes the slower way.
    retry(&subject, "Held", 2, -40.0).await;
    wait_for_held(&subject, 2).await;
}

pub(crate) async fn several_jobdecks_may_keep_the_same(subject: Subject) {
    hold(&subject, "class:Held", 3_600).await;
    for number in 0..300 {
        retry(&subject, "Held", number, 5.0).await;
    }
    let _keepers = [
        keep(admin(&subject)),
        keep(Admin::new(subject.again().await)),
        keep(Admin::new(subject.again().await)),
    ];
    let status = wait_for_held(&subject, 300).await;
    assert!(others(&subject, &status).await.is_empty());
    assert_eq!(subject.size(&retries()).await, 300);
}

pub(crate) async fn a_hold_that_is_over_is_removed_and_its_jobs_stay(subject: Subject) {
    retry(&subject, "Held", 1, 60.0).await;
    let status = hold(&subject, "class:Held", 3_600).await;
    let other = hold(&subject, "class:Other", 3 * 3_600).await;
    let before = everything(&subject, &[retries()]).await;
    // For who looks an hour later it is over.
    let later = Admin::new(ShiftedClock::of(&subject.store, 3_601_000));
    assert_eq!(later.holds().await.unwrap(), [other]);
    let gone = later.hold(&status.hold.id).await.unwrap_err();
    assert!(gone.to_string().contains("its time is over"), "{gone}");
    let _keeper = keep(later);
    wait_until("it is removed", async || {
        subject.holds().await.unwrap().len() == 1
    })
    .await;
    assert_eq!(everything(&subject, &[retries()]).await, before);
}
