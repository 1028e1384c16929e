//! Bounds an attestation in its binary form, before anything is allocated for its parts.
//!
//! Two bytes make an empty message and dozens of bytes of memory: four megabytes of them would be
//! hundreds in memory. So the bytes are walked once, without allocation, by a table of what a real
//! attestation has at most.

use crate::evidence::EvidenceDefect;
use crate::limits;

/// A field with a length: bytes, text or a message.
struct Field {
    number: u64,
    name: &'static str,
    /// How often it may come.
    count: usize,
    /// How long one may be.
    bytes: usize,
    /// Fields with a length of the message that it is; none for bytes and text.
    fields: &'static [Field],
}

/// Bytes or text, once.
const fn one(number: u64, name: &'static str, bytes: usize) -> Field {
    Field {
        number,
        name,
        count: 1,
        bytes,
        fields: &[],
    }
}

/// A message, once. Its own fields bound its length.
const fn message(number: u64, name: &'static str, fields: &'static [Field]) -> Field {
    Field {
        number,
        name,
        count: 1,
        bytes: limits::EVIDENCE_BYTES,
        fields,
    }
}

impl Field {
    /// The same, that often.
    const fn times(mut self, count: usize) -> Self {
        self.count = count;
        self
    }
}

const ATTESTATION: &[Field] = &[
    one(1, "ak_pub", limits::PUBLIC_AREA_BYTES),
    message(2, "quotes", QUOTE).times(limits::QUOTES),
    one(3, "event_log", limits::EVENT_LOG_BYTES),
    message(4, "instance_info", INSTANCE_INFO),
    one(5, "canonical_event_log", limits::CANONICAL_LOG_BYTES),
    one(6, "ak_cert", limits::CERTIFICATE_BYTES),
    one(7, "intermediate_certs", limits::CERTIFICATE_BYTES).times(limits::INTERMEDIATES),
    message(8, "sev_snp_attestation", SEV_SNP),
    message(9, "tdx_attestation", TDX),
];

const QUOTE: &[Field] = &[
    one(1, "quotes.quote", limits::QUOTE_BYTES),
    one(2, "quotes.raw_sig", limits::QUOTE_BYTES),
    message(3, "quotes.pcrs", PCRS),
];

const PCRS: &[Field] = &[message(
    2,
    "quotes.pcrs.pcrs",
    &[one(2, "quotes.pcrs.pcrs", limits::DIGEST_BYTES)],
)
.times(limits::PCRS)];

const INSTANCE_INFO: &[Field] = &[
    one(1, "instance_info.zone", limits::INSTANCE_NAME_BYTES),
    one(2, "instance_info.project_id", limits::INSTANCE_NAME_BYTES),
    one(
        4,
        "instance_info.instance_name",
        limits::INSTANCE_NAME_BYTES,
    ),
];

const SEV_SNP: &[Field] = &[
    message(1, "sev_snp_attestation.report", REPORT),
    message(2, "sev_snp_attestation.certificate_chain", SEV_CHAIN),
    message(
        3,
        "sev_snp_attestation.product",
        &[message(
            3,
            "sev_snp_attestation.product.machine_stepping",
            &[],
        )],
    ),
];

/// A field of a report. How long it must be is checked where a report is made of it.
const fn part(number: u64) -> Field {
    one(
        number,
        "sev_snp_attestation.report",
        limits::TEE_FIELD_BYTES,
    )
}

const REPORT: &[Field] = &[
    part(4),
    part(5),
    part(11),
    part(12),
    part(13),
    part(14),
    part(15),
    part(16),
    part(17),
    part(19),
    part(28),
];

/// A certificate in the chain of a report.
const fn certificate(number: u64) -> Field {
    one(
        number,
        "sev_snp_attestation.certificate_chain",
        limits::CERTIFICATE_BYTES,
    )
}

const SEV_CHAIN: &[Field] = &[
    certificate(1),
    certificate(2),
    certificate(3),
    certificate(4),
    certificate(6),
    message(
        7,
        "sev_snp_attestation.certificate_chain.extras",
        &[
            one(
                1,
                "sev_snp_attestation.certificate_chain.extras",
                limits::TEE_FIELD_BYTES,
            ),
            one(
                2,
                "sev_snp_attestation.certificate_chain.extras",
                limits::CERTIFICATE_BYTES,
            ),
        ],
    )
    .times(limits::TEE_EXTRAS),
];

const TDX: &[Field] = &[
    message(1, "tdx_attestation.header", TDX_HEADER),
    message(2, "tdx_attestation.td_quote_body", TDX_BODY),
    message(4, "tdx_attestation.signed_data", TDX_SIGNED),
    one(5, "tdx_attestation.extra_bytes", limits::TEE_CHAIN_BYTES),
];

/// A field of a quote's header or body.
const fn piece(number: u64) -> Field {
    one(
        number,
        "tdx_attestation.td_quote_body",
        limits::TEE_FIELD_BYTES,
    )
}

const TDX_HEADER: &[Field] = &[piece(4), piece(5), piece(6), piece(7)];

const TDX_BODY: &[Field] = &[
    piece(1),
    piece(2),
    piece(3),
    piece(4),
    piece(5),
    piece(6),
    piece(7),
    piece(8),
    piece(9),
    piece(10),
    one(
        11,
        "tdx_attestation.td_quote_body.rtmrs",
        limits::DIGEST_BYTES,
    )
    .times(limits::RUNTIME_REGISTERS),
    piece(12),
];

/// A field of what certifies a quote.
const fn proof(number: u64) -> Field {
    one(
        number,
        "tdx_attestation.signed_data",
        limits::TEE_FIELD_BYTES,
    )
}

const TDX_SIGNED: &[Field] = &[
    proof(1),
    proof(2),
    message(
        3,
        "tdx_attestation.signed_data",
        &[message(3, "tdx_attestation.signed_data", TDX_CERTIFICATION)],
    ),
];

const TDX_CERTIFICATION: &[Field] = &[
    message(1, "tdx_attestation.signed_data", TDX_ENCLAVE),
    proof(2),
    message(3, "tdx_attestation.signed_data", &[proof(2)]),
    message(
        4,
        "tdx_attestation.signed_data",
        &[one(
            3,
            "tdx_attestation.signed_data",
            limits::TEE_CHAIN_BYTES,
        )],
    ),
];

const TDX_ENCLAVE: &[Field] = &[
    proof(1),
    proof(3),
    proof(4),
    proof(5),
    proof(6),
    proof(7),
    proof(8),
    proof(11),
    proof(12),
];

/// The most fields with a length that any message here has.
const FIELDS: usize = 12;

/// Bounds the bytes of an `attest.Attestation`.
pub(super) fn attestation(bytes: &[u8]) -> Result<(), EvidenceDefect> {
    walk(bytes, ATTESTATION)
}

/// Bounds the fields of a message. Recursion is as deep as the table.
fn walk(mut rest: &[u8], fields: &'static [Field]) -> Result<(), EvidenceDefect> {
    let mut seen = [0_usize; FIELDS];
    while !rest.is_empty() {
        let key = varint(&mut rest)?;
        match key & 7 {
            0 => {
                varint(&mut rest)?;
            }
            1 => {
                take(&mut rest, 8)?;
            }
            2 => {
                let length = varint(&mut rest)?;
                let content = take(&mut rest, length)?;
                let number = key >> 3;
                let mut known = fields.iter().zip(&mut seen);
                if let Some((field, seen)) = known.find(|(field, _)| field.number == number) {
                    *seen = seen.saturating_add(1);
                    if *seen > field.count || content.len() > field.bytes {
                        return Err(EvidenceDefect::Limit(field.name));
                    }
                    if !field.fields.is_empty() {
                        walk(content, field.fields)?;
                    }
                }
            }
            5 => {
                take(&mut rest, 4)?;
            }
            _ => return Err(EvidenceDefect::Encoding),
        }
    }
    Ok(())
}

/// A number in base 128, at the front.
fn varint(rest: &mut &[u8]) -> Result<u64, EvidenceDefect> {
    let mut value = 0_u64;
    for shift in (0..64).step_by(7) {
        let (&byte, after) = rest.split_first().ok_or(EvidenceDefect::Encoding)?;
        *rest = after;
        value |= u64::from(byte & 0x7F).wrapping_shl(shift);
        if byte & 0x80 == 0 {
            return Ok(value);
        }
    }
    Err(EvidenceDefect::Encoding)
}

/// That many bytes, at the front.
fn take<'a>(rest: &mut &'a [u8], length: u64) -> Result<&'a [u8], EvidenceDefect> {
    let length = usize::try_from(length).map_err(|_| EvidenceDefect::Encoding)?;
    let (taken, after) = rest
        .split_at_checked(length)
        .ok_or(EvidenceDefect::Encoding)?;
    *rest = after;
    Ok(taken)
}

#[cfg(test)]
mod tests {
    use super::{ATTESTATION, FIELDS, Field};

    #[test]
    fn every_field_of_the_table_is_counted() {
        fn check(fields: &[Field]) {
            assert!(fields.len() <= FIELDS, "{}", fields[0].name);
            for field in fields {
                check(field.fields);
            }
        }
        check(ATTESTATION);
    }
}
