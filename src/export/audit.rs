//! The audit as a table, for people with a spreadsheet.

use super::writer::record;
use crate::model::AuditEntry;

/// The columns, in order.
const COLUMNS: [&str; 21] = [
    "at",
    "who",
    "role",
    "from",
    "action",
    "what",
    "places",
    "class",
    "filter",
    "object",
    "details",
    "count",
    "jids",
    "reason",
    "operation",
    "outcome",
    "done",
    "gone",
    "refused",
    "message",
    "id",
];

/// Adds the heading.
pub fn begin_audit(file: &mut Vec<u8>) {
    record(file, &COLUMNS);
}

/// Adds an event. No cell is one that a spreadsheet takes for a formula.
pub fn audit_row(file: &mut Vec<u8>, AuditEntry { id, event }: &AuditEntry) {
    let number = |number: u64| {
        if number > 0 {
            number.to_string()
        } else {
            String::new()
        }
    };
    let times = match event.repeats {
        0 => String::new(),
        times => format!(" (and {times} times more)"),
    };
    let cells: [String; COLUMNS.len()] = [
        id.at().to_string(),
        event.who(),
        event.actor.role.name().to_owned(),
        event.actor.from.clone().unwrap_or_default(),
        event.action.name().to_owned(),
        event.in_words(),
        event.places.join(" "),
        event.class.clone(),
        event.filter.clone(),
        event.object.clone(),
        event.details.clone(),
        event
            .count
            .map_or_else(String::new, |count| count.to_string()),
        event.jids.join(" "),
        event.reason.clone(),
        event.operation.clone().unwrap_or_default(),
        event.outcome.name().to_owned(),
        number(event.done),
        number(event.gone),
        number(event.refused),
        format!("{}{times}", event.message),
        id.to_string(),
    ];
    record(file, &cells);
}

#[cfg(test)]
mod tests {
    use super::{COLUMNS, audit_row, begin_audit};
    use crate::model::{Actor, AuditAction, AuditEntry, AuditEvent, AuditId, Role};

    #[test]
    fn a_spreadsheet_sees_no_formula_and_every_row_is_one() {
        let mut event = AuditEvent::new(
            Actor::token("=1+1", Role::Operator),
            AuditAction::MarkDeploy,
        );
        event.reason = "=HYPERLINK(\"http://evil\")\r\n@x".to_owned();
        event.object = "-2+3".to_owned();
        event.message = "\t=1".to_owned();
        let mut file = Vec::new();
        begin_audit(&mut file);
        let id = AuditId::default();
        audit_row(&mut file, &AuditEntry { id, event });
        let mut table = csv::Reader::from_reader(file.as_slice());
        let row = table.records().next().unwrap().unwrap();
        assert_eq!(row.len(), COLUMNS.len());
        for cell in &row {
            assert!(
                !cell.starts_with(['=', '+', '-', '@', '\t', '\r', '\n']),
                "{cell:?}"
            );
        }
        assert_eq!(&row[13], "'=HYPERLINK(\"http://evil\")\r\n@x");
    }
}
