//! A token's header and payload as sections of a table.

use sealgate_core::UnixTime;
use serde_json::{Map, Value};

use crate::certificates;
use crate::clock::{claimed_moment, tell};
use crate::describe;
use crate::printable::{escape, json_line};
use crate::table::{Row, Section};

/// Beyond a name this long, what is inside is not spread over rows: each would repeat the name, and
/// a small token could fill the screen with megabytes.
const NAME_BYTES: usize = 64;

/// The header, one row a parameter.
pub(crate) fn header(header: &Map<String, Value>) -> Section {
    let mut section = Section {
        title: "header".to_owned(),
        note: "",
        rows: Vec::new(),
    };
    for (name, value) in header {
        match (name.as_str(), value) {
            ("x5c", Value::Array(entries)) => {
                section
                    .rows
                    .extend(entries.iter().enumerate().map(certificate));
            }
            _ => section.rows.push(Row {
                name: escape(name),
                note: describe::parameter(name),
                value: json_line(value),
            }),
        }
    }
    section
}

/// A certificate of `x5c`, whose base64 would fill the screen and say nothing to the eye.
fn certificate((index, entry): (usize, &Value)) -> Row {
    Row {
        name: format!("x5c[{index}]"),
        note: if index == 0 {
            "certificate of the signer"
        } else {
            "certificate of its issuer"
        },
        value: entry
            .as_str()
            .map_or_else(|| json_line(entry), certificates::describe),
    }
}

/// The payload: plain claims first, then one section for each group of claims.
pub(crate) fn payload(payload: &Map<String, Value>, now: UnixTime) -> Vec<Section> {
    let mut plain = Section {
        title: "claims".to_owned(),
        note: "",
        rows: Vec::new(),
    };
    let mut groups = Vec::new();
    for (name, value) in payload {
        match (name.as_str(), value) {
            ("submods", Value::Object(submods)) => {
                groups.extend(
                    submods
                        .iter()
                        .map(|(submod, value)| group(&["submods", submod], value)),
                );
            }
            (name, Value::Object(claims)) if !claims.is_empty() => {
                groups.push(group(&[name], value));
            }
            ("exp" | "iat" | "nbf", value) => plain.rows.push(time(name, value, now)),
            (name, value) => rows(&mut plain.rows, "", name, value),
        }
    }
    groups.insert(0, plain);
    groups
}

fn time(name: &str, value: &Value, now: UnixTime) -> Row {
    let literal = json_line(value);
    let value = match claimed_moment(value) {
        Some(moment) => format!("{literal} = {}", tell(moment, now)),
        None => literal,
    };
    Row {
        name: name.to_owned(),
        note: describe::claim(name),
        value,
    }
}

fn group(path: &[&str], value: &Value) -> Section {
    let path = path.join(".");
    let mut section = Section {
        title: escape(&path),
        note: describe::claim(&path),
        rows: Vec::new(),
    };
    match value {
        Value::Object(claims) if !claims.is_empty() => {
            for (name, value) in claims {
                rows(&mut section.rows, &path, name, value);
            }
        }
        value => section.rows.push(Row {
            name: "(value)".to_owned(),
            note: "",
            value: json_line(value),
        }),
    }
    section
}

/// The rows of the claim `name` in the group `path`: one, or one for each value deep inside.
///
/// Recursion is bounded by the depth that tokens may have.
fn rows(into: &mut Vec<Row>, path: &str, name: &str, value: &Value) {
    match value {
        Value::Object(claims) if !claims.is_empty() && name.len() <= NAME_BYTES => {
            for (inner, value) in claims {
                rows(into, path, &format!("{name}.{inner}"), value);
            }
        }
        Value::Array(values) if values.iter().any(Value::is_object) && name.len() <= NAME_BYTES => {
            for (index, value) in values.iter().enumerate() {
                rows(into, path, &format!("{name}[{index}]"), value);
            }
        }
        value => {
            let path = if path.is_empty() {
                name.to_owned()
            } else {
                format!("{path}.{name}")
            };
            into.push(Row {
                name: escape(name),
                note: describe::claim(&without_indexes(&path)),
                value: json_line(value),
            });
        }
    }
}

fn without_indexes(path: &str) -> String {
    let mut kept = String::with_capacity(path.len());
    let mut inside = false;
    for character in path.chars() {
        match character {
            '[' => inside = true,
            ']' => inside = false,
            character if !inside => kept.push(character),
            _ => {}
        }
    }
    kept
}

#[cfg(test)]
mod tests {
    use sealgate_core::UnixTime;
    use serde_json::json;

    use super::{NAME_BYTES, payload};

    #[test]
    fn spreads_nested_claims_over_rows_but_not_under_long_names() {
        let long = "x".repeat(NAME_BYTES + 1);
        let token = json!({
            "submods": { "container": { "image_signatures": [{ "key_id": "a" }, { "key_id": "b" }] } },
            "group": { long.as_str(): { "a": 1, "b": [{}] } },
        });
        let sections = payload(token.as_object().unwrap(), UnixTime::from_secs(0));
        let rows = |title: &str| {
            let section = sections
                .iter()
                .find(|section| section.title == title)
                .unwrap();
            let rows = section.rows.iter();
            rows.map(|row| (row.name.as_str(), row.note, row.value.as_str()))
                .collect::<Vec<_>>()
        };
        assert_eq!(
            rows("submods.container"),
            [
                (
                    "image_signatures[0].key_id",
                    "fingerprint of the signer's key",
                    "\"a\""
                ),
                (
                    "image_signatures[1].key_id",
                    "fingerprint of the signer's key",
                    "\"b\""
                ),
            ]
        );
        assert_eq!(rows("group"), [(long.as_str(), "", r#"{"a":1,"b":[{}]}"#)]);
    }
}
