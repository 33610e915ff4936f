//! Which rows are ticked. The document itself keeps it: ticks made before the page is taken over count, and without JavaScript the
//! same boxes are posted.

use crate::model::EntryId;
use leptos::html::Form;
use leptos::prelude::*;
use leptos::wasm_bindgen::JsCast;
use leptos::web_sys::{Element, HtmlInputElement, Node};
use std::ops::RangeInclusive;

/// Name of the boxes in the form: a list, as server functions read it.
pub const ENTRIES: &str = "entries[]";

/// Which rows of a form are ticked.
#[derive(Clone, Copy, Debug)]
pub struct Selection {
    form: NodeRef<Form>,
    count: RwSignal<usize>,
    rows: RwSignal<usize>,
    /// The row ticked last, where a range with shift begins: its entry.
    anchor: StoredValue<Option<String>>,
}

impl Selection {
    /// Nothing ticked in this form.
    #[must_use]
    pub fn new(form: NodeRef<Form>) -> Self {
        Self {
            form,
            count: RwSignal::new(0),
            rows: RwSignal::new(0),
            anchor: StoredValue::new(None),
        }
    }

    /// How many are ticked.
    #[must_use]
    pub fn count(self) -> Signal<usize> {
        self.count.into()
    }

    /// Whether every row is ticked.
    #[must_use]
    pub fn is_all(self) -> bool {
        let count = self.count.get();
        count > 0 && count == self.rows.get()
    }

    /// Whether some rows are ticked, but not every one.
    #[must_use]
    pub fn is_some(self) -> bool {
        let count = self.count.get();
        count > 0 && count < self.rows.get()
    }

    /// Counts again: after a tick, and after rows came or went.
    pub fn read(self) {
        let boxes = self.boxes();
        let count = boxes.iter().filter(|tick| tick.checked()).count();
        if self.rows.get_untracked() != boxes.len() {
            self.rows.set(boxes.len());
        }
        if self.count.get_untracked() != count {
            self.count.set(count);
        }
    }

    /// The ticked entries.
    #[must_use]
    pub fn entries(self) -> Vec<String> {
        self.boxes()
            .iter()
            .filter(|tick| tick.checked())
            .map(HtmlInputElement::value)
            .collect()
    }

    /// A box was ticked or cleared by hand; with shift everything from the last one to it follows.
    pub fn ticked(self, tick: &HtmlInputElement, shift: bool) {
        let entry = tick.value();
        let is_checked = tick.checked();
        let anchor = self.anchor.get_value().filter(|_| shift);
        if let Some(anchor) = anchor {
            let boxes = self.boxes();
            let at = |entry: &str| boxes.iter().position(|tick| tick.value() == entry);
            if let (Some(from), Some(to)) = (at(&anchor), at(&entry)) {
                for tick in &boxes[range(from, to)] {
                    tick.set_checked(is_checked);
                }
            }
        }
        self.anchor.set_value(Some(entry));
        self.read();
    }

    /// Ticks or clears every row.
    pub fn set_all(self, checked: bool) {
        for tick in self.boxes() {
            tick.set_checked(checked);
        }
        self.anchor.set_value(None);
        self.read();
    }

    /// Clears the boxes of some entries.
    pub fn clear(self, which: impl Fn(&EntryId) -> bool) {
        for tick in self.boxes() {
            if tick.value().parse().is_ok_and(|id| which(&id)) {
                tick.set_checked(false);
            }
        }
        self.read();
    }

    /// Whether there are rows within an element, and all of them are ticked. Follows the ticks, and the rows that come and go.
    #[must_use]
    pub fn is_all_within(self, element: &Node) -> bool {
        self.count.track();
        self.rows.track();
        let boxes = self.boxes_within(element);
        !boxes.is_empty() && boxes.iter().all(HtmlInputElement::checked)
    }

    /// Ticks or clears every row within an element.
    pub fn set_all_within(self, element: &Node, checked: bool) {
        for tick in self.boxes_within(element) {
            tick.set_checked(checked);
        }
        self.anchor.set_value(None);
        self.read();
    }

    /// All rows, in order.
    #[must_use]
    pub fn rows(self) -> Vec<Element> {
        let boxes = self.boxes();
        boxes
            .iter()
            .filter_map(|tick| tick.closest("tr.job").ok()?)
            .collect()
    }

    fn boxes_within(self, element: &Node) -> Vec<HtmlInputElement> {
        let mut boxes = self.boxes();
        boxes.retain(|tick| element.contains(Some(tick)));
        boxes
    }

    fn boxes(self) -> Vec<HtmlInputElement> {
        let Some(form) = self.form.get_untracked() else {
            return Vec::new();
        };
        let elements = form.elements();
        (0..elements.length())
            .filter_map(|index| elements.item(index)?.dyn_into::<HtmlInputElement>().ok())
            .filter(|input| input.name() == ENTRIES)
            .collect()
    }
}

/// The rows from one to the other, whichever comes first.
fn range(from: usize, to: usize) -> RangeInclusive<usize> {
    from.min(to)..=from.max(to)
}

#[cfg(test)]
mod tests {
    use super::range;

    #[test]
    fn a_range_goes_either_way() {
        assert_eq!(range(2, 5), 2..=5);
        assert_eq!(range(5, 2), 2..=5);
        assert_eq!(range(3, 3), 3..=3);
    }
}
