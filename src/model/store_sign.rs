//! How a store of several is told from the others.

use serde::{Deserialize, Serialize};
use std::fmt;

/// How a store of several is told from the others.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoreSign {
    /// Its name in the configuration and in addresses: letters, digits, `-` and `_`.
    pub name: String,
    /// What it is called on pages.
    pub label: String,
    /// The colour that it has there.
    pub color: StoreColor,
    /// The environment that it belongs to, such as `production`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub environment: Option<String>,
}

/// A colour that tells stores apart.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StoreColor {
    /// For what nobody should take for something else: production.
    Red,
    /// For what is between: staging.
    Amber,
    /// Green.
    Green,
    /// Blue.
    Blue,
    /// Violet.
    Violet,
    /// None in particular.
    #[default]
    Grey,
}

impl StoreSign {
    /// Where everything of it stands, below what stands before all paths.
    #[must_use]
    pub fn path(&self) -> String {
        format!("/s/{}", self.name)
    }
}

impl StoreColor {
    /// All of them.
    pub const ALL: [Self; 6] = [
        Self::Red,
        Self::Amber,
        Self::Green,
        Self::Blue,
        Self::Violet,
        Self::Grey,
    ];

    /// Its name in the configuration, and in style sheets.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Red => "red",
            Self::Amber => "amber",
            Self::Green => "green",
            Self::Blue => "blue",
            Self::Violet => "violet",
            Self::Grey => "grey",
        }
    }

    /// The colour of this name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|color| color.name() == name)
    }

    /// The colour of an environment of this name, by the names that are usual.
    #[must_use]
    pub fn of_environment(name: &str) -> Self {
        let name = name.to_ascii_lowercase();
        if name.starts_with("prod") || name == "live" {
            Self::Red
        } else if name.starts_with("stag") || name.starts_with("pre") {
            Self::Amber
        } else {
            Self::Grey
        }
    }
}

impl fmt::Display for StoreColor {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::StoreColor;

    #[test]
    fn production_is_recognised_by_its_usual_names() {
        for (name, color) in [
            ("Production", StoreColor::Red),
            ("prod-eu", StoreColor::Red),
            ("live", StoreColor::Red),
            ("staging", StoreColor::Amber),
            ("preview", StoreColor::Amber),
            ("mine", StoreColor::Grey),
        ] {
            assert_eq!(StoreColor::of_environment(name), color, "{name}");
        }
    }

    #[test]
    fn a_colour_is_found_by_its_name() {
        for color in StoreColor::ALL {
            assert_eq!(StoreColor::named(color.name()), Some(color));
        }
        assert_eq!(StoreColor::named("mauve"), None);
    }
}
