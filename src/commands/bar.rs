//! How far something is, on a terminal.

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use std::io::IsTerminal;

/// A bar on standard error, if that is a terminal; nothing where it is hidden. Without a total it only counts.
pub(super) fn bar(total: Option<u64>, is_hidden: bool) -> ProgressBar {
    let target = if is_hidden || !std::io::stderr().is_terminal() {
        ProgressDrawTarget::hidden()
    } else {
        ProgressDrawTarget::stderr()
    };
    let bar = ProgressBar::with_draw_target(total, target);
    let template = match total {
        Some(_) => "{bar:30} {percent:>3} %  {pos} of {len} looked at  {msg}",
        None => "{pos} looked at  {msg}",
    };
    if let Ok(style) = ProgressStyle::with_template(template) {
        bar.set_style(style.progress_chars("━╸─"));
    }
    bar
}
