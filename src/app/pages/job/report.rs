//! What the job's runs have told: how far they came, and their log.

use super::JobView;
use crate::app::components::{CopyButton, ProgressBar, Time};
use crate::app::format;
use crate::model::{JobReport, LogLine, Progress, Timestamp, Whereabouts, visible_start};
use leptos::prelude::*;

/// Characters of a line that are shown: as many as are kept.
const LINE_CHARACTERS: usize = 2_000;

/// How far it is. While it runs, only what this run has told.
pub(super) fn progress(job: JobView) -> AnyView {
    let run_at = Memo::new(move |_| {
        job.location
            .with(|location| match location.as_ref()?.whereabouts {
                Whereabouts::Running(ref run) => Some(run.run_at),
                Whereabouts::Stored => None,
            })
    });
    let told = Memo::new(move |_| {
        let run_at = run_at.get().filter(|_| job.is_running.get());
        job.report
            .with(|report| report.as_ref().and_then(|report| of_run(report, run_at)))
    });
    let percent =
        Memo::new(move |_| told.with(|told| told.as_ref().map_or(0.0, |told| told.percent)));
    let message = Memo::new(move |_| {
        told.with(|told| {
            told.as_ref()
                .map(|told| told.message.clone())
                .unwrap_or_default()
        })
    });
    let at =
        Memo::new(move |_| told.with(|told| told.as_ref().map_or(Timestamp(0), |told| told.at)));
    view! {
        <section class="panel job-part" id="progress" hidden=move || told.with(Option::is_none)>
            <div class="panel-head">
                <h2>"Progress"</h2>
                <span class="panel-note">"told " <Time at/></span>
            </div>
            <div class="job-part-body job-progress">
                <ProgressBar percent/>
                <span class="progress-message">{move || visible_start(&message.get(), 200)}</span>
            </div>
        </section>
    }
    .into_any()
}

/// What a report says of a run, or of the last one when there is none now.
fn of_run(report: &JobReport, run_at: Option<Timestamp>) -> Option<Progress> {
    let progress = report.progress.clone()?;
    run_at
        .is_none_or(|run_at| progress.at >= run_at)
        .then_some(progress)
}

/// The last lines of the log. The box stays at its end while lines are added, unless its reader has scrolled back.
pub(super) fn log(job: JobView) -> AnyView {
    let lines = Memo::new(move |_| {
        job.report.with(|report| {
            report
                .as_ref()
                .map(|report| numbered(&report.log))
                .unwrap_or_default()
        })
    });
    let text = Signal::derive(move || {
        let lines = lines.get();
        lines
            .iter()
            .map(|(_, line)| format!("{} {}\n", line.at, line.text))
            .collect::<String>()
    });
    let count = move || format::counted(lines.with(Vec::len) as u64, "line", "lines");
    view! {
        <section class="panel job-part" id="log" hidden=move || lines.with(Vec::is_empty)>
            <div class="panel-head">
                <h2>"Log"</h2>
                <span class="panel-note">{count} ", the last ones of all runs"</span>
                <span class="panel-more"><CopyButton text what="log"/></span>
            </div>
            <div class="job-part-body">
                <div class="log-box" tabindex="0" role="group" aria-label="Log">
                    <ol class="log-lines">
                        <For each=move || lines.get() key=Clone::clone let((_, line))>
                            <li>
                                <time datetime=line.at.to_string() title=format::utc(line.at)>
                                    {format::utc_clock(line.at)}
                                </time>
                                " "
                                <span>{visible_start(&line.text, LINE_CHARACTERS)}</span>
                            </li>
                        </For>
                    </ol>
                </div>
            </div>
        </section>
    }
    .into_any()
}

/// Lines with a number for each of several equal ones.
fn numbered(lines: &[LogLine]) -> Vec<(usize, LogLine)> {
    let mut numbered: Vec<(usize, LogLine)> = Vec::with_capacity(lines.len());
    for line in lines {
        // Equal ones stand near each other: they were told in the same millisecond.
        let same_time = numbered
            .iter()
            .rev()
            .take_while(|(_, other)| other.at == line.at);
        let equal = same_time.filter(|(_, other)| other == line).count();
        numbered.push((equal, line.clone()));
    }
    numbered
}

#[cfg(test)]
mod tests {
    use super::{numbered, of_run};
    use crate::model::{JobReport, LogLine, Progress, Timestamp};

    #[test]
    fn what_an_earlier_run_told_is_not_of_this_one() {
        let report = JobReport {
            progress: Some(Progress {
                percent: 40.0,
                message: String::new(),
                at: Timestamp(5),
            }),
            ..JobReport::default()
        };
        assert!(of_run(&report, None).is_some());
        assert!(of_run(&report, Some(Timestamp(5))).is_some());
        assert!(of_run(&report, Some(Timestamp(6))).is_none());
        assert!(of_run(&JobReport::default(), None).is_none());
    }

    #[test]
    fn equal_lines_are_told_apart() {
        let line = |at, text: &str| LogLine {
            at: Timestamp(at),
            text: text.to_owned(),
        };
        let lines = [line(1, "a"), line(1, "b"), line(1, "a"), line(2, "a")];
        let numbers: Vec<usize> = numbered(&lines).iter().map(|(number, _)| *number).collect();
        assert_eq!(numbers, [0, 0, 1, 0]);
    }
}
