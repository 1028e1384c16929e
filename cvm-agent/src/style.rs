//! Styles of what people read. They reach terminals only, and never where `NO_COLOR` is set;
//! nothing is said by colour alone.

use anstyle::{AnsiColor, Style};

/// A heading.
pub(crate) const BOLD: Style = Style::new().bold();
/// An explanation beside what matters.
pub(crate) const FAINT: Style = Style::new().dimmed();
/// A check that passed.
pub(crate) const PASSED: Style = AnsiColor::Green.on_default().bold();
/// A check that failed, or an error.
pub(crate) const FAILED: Style = AnsiColor::Red.on_default().bold();
/// A warning.
pub(crate) const WARNING: Style = AnsiColor::Yellow.on_default().bold();
