//! Rows under headings: name, meaning, value. Values come last, since they may be long.

use std::fmt::Write as _;
use std::io::{self, IsTerminal as _};

use terminal_size::{Width, terminal_size_of};

use crate::style::{BOLD, FAINT};

/// Columns that values must have beside the other two; with fewer, meanings go below.
const VALUE_COLUMNS: usize = 60;
/// A name longer than this does not widen the column for all others.
const NAME_COLUMNS: usize = 40;

/// Rows under a heading.
pub(crate) struct Section {
    pub(crate) title: String,
    pub(crate) note: &'static str,
    pub(crate) rows: Vec<Row>,
}

/// A row. Name and value are printable ASCII.
pub(crate) struct Row {
    pub(crate) name: String,
    pub(crate) note: &'static str,
    pub(crate) value: String,
}

/// The columns of standard output, when it is a terminal.
pub(crate) fn columns() -> Option<usize> {
    let stdout = io::stdout();
    if !stdout.is_terminal() {
        return None;
    }
    terminal_size_of(&stdout).map(|(Width(columns), _)| usize::from(columns))
}

/// Writes `sections` for a screen of `columns`, or without a limit.
pub(crate) fn write(text: &mut String, sections: &[Section], columns: Option<usize>) {
    let rows = || sections.iter().flat_map(|section| &section.rows);
    let name = rows()
        .map(|row| row.name.len())
        .filter(|length| *length <= NAME_COLUMNS)
        .max()
        .unwrap_or(0);
    let note = rows().map(|row| row.note.len()).max().unwrap_or(0);
    let beside = columns.is_none_or(|columns| columns >= name + note + VALUE_COLUMNS + 6);
    let indent = 2 + name + 2 + if beside { note + 2 } else { 0 };
    let width = columns.map(|columns| columns.saturating_sub(indent).max(20));
    for section in sections {
        heading(text, &section.title, section.note);
        if section.rows.is_empty() {
            text.push_str("  none\n");
        }
        for row in &section.rows {
            let lines = wrap(&row.value, width).join(&format!("\n{:indent$}", ""));
            let gap = name.saturating_sub(row.name.len()) + 2;
            _ = write!(text, "  {}{:gap$}", row.name, "");
            if beside {
                _ = writeln!(text, "{FAINT}{:note$}{FAINT:#}  {lines}", row.note);
                continue;
            }
            _ = writeln!(text, "{lines}");
            if !row.note.is_empty() {
                _ = writeln!(text, "{:indent$}{FAINT}{}{FAINT:#}", "", row.note);
            }
        }
    }
}

/// Writes a heading with a blank line before it.
pub(crate) fn heading(text: &mut String, title: &str, note: &str) {
    _ = write!(text, "\n{BOLD}{title}{BOLD:#}");
    if !note.is_empty() {
        _ = write!(text, "  {FAINT}{note}{FAINT:#}");
    }
    text.push('\n');
}

/// Cuts printable ASCII into lines of `width`.
pub(crate) fn wrap(value: &str, width: Option<usize>) -> Vec<String> {
    match width {
        Some(width) if value.len() > width => value
            .as_bytes()
            .chunks(width)
            .map(|line| String::from_utf8_lossy(line).into_owned())
            .collect(),
        _ => vec![value.to_owned()],
    }
}

#[cfg(test)]
mod tests {
    use super::{Row, Section, write};

    fn table(columns: Option<usize>) -> String {
        let row = |name: &str, note, value: &str| Row {
            name: name.to_owned(),
            note,
            value: value.to_owned(),
        };
        let section = Section {
            title: "claims".to_owned(),
            note: "",
            rows: vec![
                row("aud", "whom it is for", &"x".repeat(50)),
                row("a_name_that_is_far_longer_than_any_column", "", "1"),
            ],
        };
        let mut text = String::new();
        write(&mut text, &[section], columns);
        anstream::adapter::strip_str(&text).to_string()
    }

    #[test]
    fn wide_screens_have_three_columns() {
        let expected = format!(
            "\nclaims\n  aud  whom it is for  {}\n  \
             a_name_that_is_far_longer_than_any_column                  1\n",
            "x".repeat(50)
        );
        assert_eq!(table(None), expected);
    }

    #[test]
    fn narrow_screens_have_the_meaning_below_and_lines_that_fit() {
        assert_eq!(
            table(Some(40)),
            format!(
                "\nclaims\n  aud  {}\n       {}\n       whom it is for\n  \
                 a_name_that_is_far_longer_than_any_column  1\n",
                "x".repeat(33),
                "x".repeat(17)
            )
        );
    }
}
