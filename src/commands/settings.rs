//! `jobdeck settings`: what is in force, and where each of it was said.

use super::{Failure, options::Common, output};
use crate::config::{self, InForce, Loaded, NamedInForce};
use clap::Args;
use serde_json::{Map, Value, json};

/// Show every setting: what is in force, and where it was said
///
/// Secrets are not shown. Nothing is connected to; `jobdeck check` does that.
#[derive(Debug, Args)]
pub(super) struct Settings {
    /// As JSON.
    #[arg(long, conflicts_with_all = ["example", "markdown"])]
    json: bool,
    /// Instead, print a commented file with every setting, to begin a jobdeck.toml with.
    #[arg(long)]
    example: bool,
    /// Instead, print docs/SETTINGS.md.
    #[arg(long, hide = true, conflicts_with = "example")]
    markdown: bool,
    #[command(flatten)]
    common: Common,
}

impl Settings {
    pub(super) fn run(self) -> Result<(), Failure> {
        if self.example {
            output::text(whole(&config::example()).as_bytes());
            return Ok(());
        }
        if self.markdown {
            output::text(whole(&config::page()).as_bytes());
            return Ok(());
        }
        let loaded = self.common.sources().load_with_places()?;
        if self.json {
            output::line(as_json(&loaded));
            return Ok(());
        }
        let values = loaded.values.iter().map(line);
        for line in values.chain(loaded.named.iter().flat_map(lines)) {
            output::line(line);
        }
        Ok(())
    }
}

/// A text that ends with its last line.
fn whole(text: &str) -> String {
    format!("{}\n", text.trim_end())
}

/// Column in which the places begin, where what stands before is short enough.
const PLACES: usize = 56;

fn line(value: &InForce) -> String {
    let said = match &value.shown {
        Some(shown) => format!("{} = {shown}", value.setting.key),
        None => format!("{} is not set", value.setting.key),
    };
    match &value.said_by {
        Some(place) => format!("{said:PLACES$}  # {place}"),
        None if value.shown.is_some() => format!("{said:PLACES$}  # unless said"),
        None => said,
    }
}

fn lines(table: &NamedInForce) -> Vec<String> {
    let head = format!("[{}]", table.name);
    let mut lines = vec![format!("{head:PLACES$}  # {}", table.place)];
    lines.extend(
        table
            .shown
            .iter()
            .map(|(key, value)| format!("  {key} = {value}")),
    );
    lines
}

fn as_json(loaded: &Loaded) -> Value {
    let values = loaded.values.iter().map(|value| {
        json!({
            "setting": value.setting.key,
            "value": value.shown,
            "said_by": value.said_by,
            "variable": value.setting.variable,
            "on_reload": value.setting.is_live,
        })
    });
    let tables = loaded.named.iter().map(|table| {
        let keys = table.shown.iter();
        let keys: Map<String, Value> = keys
            .map(|(key, value)| (key.clone(), Value::from(value.as_str())))
            .collect();
        json!({
            "table": table.name,
            "said_by": table.place,
            "keys": keys,
            "on_reload": table.is_live,
        })
    });
    json!({
        "settings": values.collect::<Vec<_>>(),
        "tables": tables.collect::<Vec<_>>(),
    })
}
