//! The container of Confidential Space.

use sealgate_core::CosFacts;

use super::{fact, row};
use crate::printable::{escape, json_line};
use crate::table::Row;

/// What the launcher measured.
pub(super) fn rows(cos: &CosFacts) -> Vec<Row> {
    let mut rows = Vec::new();
    let facts = &cos.container;
    fact(
        &mut rows,
        "cos.launched",
        "whether it was started",
        Some(&cos.launched),
    );
    let name = |name| format!("cos.container.{name}");
    for (field, note, value) in [
        (
            "image_reference",
            "image as asked for",
            &facts.image_reference,
        ),
        ("image_digest", "image that was found", &facts.image_digest),
        ("image_id", "its configuration", &facts.image_id),
        (
            "restart_policy",
            "when to start it again",
            &facts.restart_policy,
        ),
    ] {
        fact(&mut rows, &name(field), note, value.as_ref());
    }
    for (field, note, arguments) in [
        ("args", "arguments", &facts.args),
        (
            "overridden_args",
            "set by the operator",
            &facts.overridden_args,
        ),
    ] {
        if !arguments.is_empty() {
            rows.push(row(&name(field), note, json_line(arguments)));
        }
    }
    for (field, note, variables) in [
        ("env_vars", "environment", &facts.env_vars),
        (
            "overridden_env_vars",
            "set by the operator",
            &facts.overridden_env_vars,
        ),
    ] {
        for (variable, value) in variables {
            let variable = format!("{}.{}", name(field), escape(variable));
            rows.push(row(&variable, note, json_line(value)));
        }
    }
    let monitored = cos.memory_monitored.as_ref();
    fact(
        &mut rows,
        "cos.memory_monitored",
        "memory is monitored",
        monitored,
    );
    let mode = cos.gpu_cc_mode.as_ref();
    fact(&mut rows, "cos.gpu_cc_mode", "confidential GPU mode", mode);
    rows
}
