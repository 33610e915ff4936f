//! `jobdeck alerts`: what fires, and what is said to it.

use super::{
    Failure, alert_settings,
    options::{Common, Plain, settings},
    output,
    serve::configs,
    time,
};
use crate::{
    admin::SnoozeEnd,
    model::{Alert, AlertEpisode, Timestamp},
    web::script,
};
use clap::{ArgGroup, Args, Subcommand};
use std::time::Duration;

/// Show alerts, acknowledge and snooze them, and try whether receivers can be reached
#[derive(Debug, Args)]
pub(super) struct Alerts {
    #[command(subcommand)]
    verb: AlertsVerb,
}

#[derive(Debug, Subcommand)]
enum AlertsVerb {
    /// The alerts that are not over, and those that were over last
    List(Plain),
    Acknowledge(Acknowledge),
    Snooze(Snooze),
    /// Take back that an alert was acknowledged or snoozed: its receivers are told again
    Wake(One),
    Test(Test),
}

#[derive(Debug, Args)]
struct One {
    /// The alert, as `jobdeck alerts list` names it.
    id: String,
    #[command(flatten)]
    plain: Plain,
}

/// Say that somebody knows of an alert: nobody is reminded of it any more
#[derive(Debug, Args)]
struct Acknowledge {
    #[command(flatten)]
    one: One,
    /// Why; shown with the alert.
    #[arg(long)]
    reason: Option<String>,
}

/// Have nobody reminded of an alert for a while
#[derive(Debug, Args)]
#[command(group(ArgGroup::new("end").required(true).args(["time", "duration"])))]
struct Snooze {
    #[command(flatten)]
    one: One,
    /// Until this time; 30 days from now at most.
    #[arg(long = "until", value_name = "TIME", value_parser = time::moment)]
    time: Option<Timestamp>,
    /// For so long.
    #[arg(long = "for", value_name = "DURATION", value_parser = time::duration)]
    duration: Option<Duration>,
}

/// Send a test to a receiver of the configuration: nothing is wrong
#[derive(Debug, Args)]
struct Test {
    /// The receiver: the NAME of `[receivers.NAME]`.
    receiver: String,
    #[command(flatten)]
    common: Common,
}

impl Alerts {
    pub(super) async fn run(self) -> Result<(), Failure> {
        match self.verb {
            AlertsVerb::List(plain) => list(plain).await,
            AlertsVerb::Acknowledge(Acknowledge { one, reason }) => {
                let admin = one.plain.admin().await?.because(reason.as_deref())?;
                show(&one, admin.acknowledge_alert(&one.id).await?);
                Ok(())
            }
            AlertsVerb::Snooze(Snooze {
                one,
                time,
                duration,
            }) => {
                let admin = one.plain.admin().await?;
                let end = SnoozeEnd::At(time::end(&admin, time, duration).await?);
                show(&one, admin.snooze_alert(&one.id, end).await?);
                Ok(())
            }
            AlertsVerb::Wake(one) => {
                let admin = one.plain.admin().await?;
                show(&one, admin.wake_alert(&one.id).await?);
                Ok(())
            }
            AlertsVerb::Test(test) => test.run().await,
        }
    }
}

impl Test {
    async fn run(self) -> Result<(), Failure> {
        let config = settings(&self.common.sources())?;
        let known = || config.receivers.iter().map(|it| it.name.as_str());
        let Some(wanted) = config
            .receivers
            .iter()
            .find(|receiver| receiver.name == self.receiver)
        else {
            let names: Vec<&str> = known().collect();
            let hint = if names.is_empty() {
                "the configuration has none: write `[receivers.NAME]` into it (docs/ALERTS.md)"
                    .to_owned()
            } else {
                format!("there are {}", names.join(", "))
            };
            return Err(Failure::usage(format!(
                "there is no receiver `{}`: {hint}",
                self.receiver
            )));
        };
        // The files of others need not be readable.
        let receiver = wanted.receiver()?;
        let shown = alert_settings::words(configs(&config).first().unwrap_or(&config));
        shown.test(&receiver).await.map_err(|error| {
            Failure::new(format!(
                "{}: `[receivers.{}]` could not be told: {error}",
                wanted.place, receiver.name
            ))
        })?;
        output::line(format_args!(
            "sent a test to {} ({})",
            receiver.name,
            receiver.channel.kind()
        ));
        Ok(())
    }
}

fn show(one: &One, alert: Alert) {
    if one.plain.json {
        output::line(script::alert_json(alert));
    } else {
        output::line(line(&alert));
    }
}

async fn list(plain: Plain) -> Result<(), Failure> {
    let admin = plain.admin().await?;
    let (alerts, episodes) = (admin.alerts().await?, admin.alert_episodes().await?);
    if plain.json {
        output::line(script::alerts_json(alerts, episodes));
        return Ok(());
    }
    for alert in &alerts {
        output::line(line(alert));
    }
    for episode in episodes.iter().take(10) {
        output::line(over(episode));
    }
    Ok(())
}

/// Name, state, how bad, rule, what is wrong, and what was said to it.
fn line(alert: &Alert) -> String {
    let since = alert.stands_since();
    let mut line = format!(
        "{}  {} since {since}  {}  {}: {}",
        alert.id,
        alert.state.name(),
        alert.severity,
        alert.rule,
        alert.words()
    );
    if let Some(known) = &alert.acknowledged {
        line.push_str(&format!("  acknowledged by {}", known.by));
        if let Some(reason) = &known.reason {
            line.push_str(&format!(": {reason}"));
        }
    }
    if let Some(snooze) = &alert.snoozed {
        line.push_str(&format!("  snoozed until {}", snooze.until));
    }
    line
}

fn over(episode: &AlertEpisode) -> String {
    let queue = match episode.queue.as_str() {
        "" => String::new(),
        queue => format!(" (queue {queue})"),
    };
    format!(
        "{}  over since {}  {}  {}{queue}, fired at {}",
        episode.id, episode.resolved_at, episode.severity, episode.rule, episode.fired_at
    )
}
