//! `docs/machine.md`: every fact that a condition may read of a machine.

use sealgate_core::{FactField, FactKind, Machine};

const HEAD: &str = "\
# `machine`: what evidence proves

What a condition may read when a policy says `\"evidence\": \"required\"`, and what
`cvm-agent verify evidence` prints. Generated from `verifier-core/src/evidence/machine.rs` by
`cargo run -p sealgate-tests --bin generate`.

Only what was verified is there. What the boot log does not say, or what of it cannot be read, is absent:
a condition that reads it is refused with `claim_missing`. **Absent proves nothing**: whoever sends the log can
call an event something else and so make a fact absent, though not false. So write what must be there
(`machine.secure_boot.enabled`), never `!has(machine.grub) || …` or
`!(has(machine.grub) && …)`. In a list where not every member has a
name, ask first: `machine.secure_boot.db.certs.exists(c, has(c.well_known) && c.well_known == \"…\")`.

Digests and other bytes are lower-case hexadecimal. Keys of maps are text: `machine.pcrs.sha256[\"4\"]`. An
integer above 9223372036854775807, as half of all instance ids are, ends with `u` in a condition:
`machine.platform.instance_info.instance_id == 9560342035431930290u`. (Some JSON tools round such numbers:
copy them from the report.) \"Vouched for by\" names the registers whose quoted values
explain the fact; a fact is worth what can still write those registers, see
[SECURITY.md](../SECURITY.md#what-machine-does-not-prove).

| fact | type | vouched for by | meaning |
|---|---|---|---|
";

/// The page.
pub(super) fn page() -> String {
    let mut page = HEAD.to_owned();
    rows(&mut page, "machine", Machine::FACTS);
    page
}

fn rows(page: &mut String, path: &str, kind: FactKind) {
    let FactKind::Object(fields) = kind else {
        return;
    };
    for FactField {
        name,
        kind,
        source,
        meaning,
    } in fields
    {
        let path = format!("{path}.{name}");
        let meaning = meaning.replace('|', "\\|");
        page.push_str(&format!(
            "| `{path}` | {} | {source} | {meaning} |\n",
            describe(*kind)
        ));
        match kind {
            FactKind::List(element) => rows(page, &format!("{path}[…]"), **element),
            FactKind::Map(value) => rows(page, &format!("{path}[\"…\"]"), **value),
            kind => rows(page, &path, *kind),
        }
    }
}

fn describe(kind: FactKind) -> String {
    match kind {
        FactKind::Boolean => "boolean".to_owned(),
        FactKind::Integer => "integer".to_owned(),
        FactKind::Text => "text".to_owned(),
        FactKind::List(element) => format!("list of {}", describe(*element)),
        FactKind::Map(value) => format!("map of {}", describe(*value)),
        FactKind::Object(_) => "object".to_owned(),
    }
}
