//! `ATTESTATION_REPORT` (AMD 56860, table "ATTESTATION_REPORT Structure").

use super::TeeDefect;
use super::fields::{Reader, Writer};
use crate::evidence::wire::sevsnp::sev_product::SevProductName;
use crate::evidence::wire::sevsnp::{Report, SevProduct};

/// Bytes of the signature, which ends the report.
const SIGNATURE_BYTES: usize = 512;

/// Takes a report apart.
pub(super) fn report(bytes: &[u8]) -> Result<Report, TeeDefect> {
    let mut from = Reader::new(bytes);
    let version = from.u32()?;
    if !(2..=5).contains(&version) {
        return Err(TeeDefect::Unsupported {
            what: "version",
            value: version,
        });
    }
    // A message's fields are evaluated in the order in which they stand here: the report's.
    let mut report = Report {
        version,
        guest_svn: from.u32()?,
        policy: from.u64()?,
        family_id: from.bytes(16)?,
        image_id: from.bytes(16)?,
        vmpl: from.u32()?,
        signature_algo: from.u32()?,
        current_tcb: from.u64()?,
        platform_info: from.u64()?,
        signer_info: from.u32()?,
        ..Report::default()
    };
    from.zeros(4)?;
    report.report_data = from.bytes(64)?;
    report.measurement = from.bytes(48)?;
    report.host_data = from.bytes(32)?;
    report.id_key_digest = from.bytes(48)?;
    report.author_key_digest = from.bytes(48)?;
    report.report_id = from.bytes(32)?;
    report.report_id_ma = from.bytes(32)?;
    report.reported_tcb = from.u64()?;
    if has_model(version) {
        let (family, model, stepping) = (from.u8()?, from.u8()?, from.u8()?);
        report.cpuid1eax_fms = Model::eax(family, model, stepping)?;
        from.zeros(21)?;
    } else {
        from.zeros(24)?;
    }
    report.chip_id = from.bytes(64)?;
    report.committed_tcb = from.u64()?;
    report.current_build = from.u8()?.into();
    report.current_minor = from.u8()?.into();
    report.current_major = from.u8()?.into();
    from.zeros(1)?;
    report.committed_build = from.u8()?.into();
    report.committed_minor = from.u8()?.into();
    report.committed_major = from.u8()?.into();
    from.zeros(1)?;
    report.launch_tcb = from.u64()?;
    if has_mitigations(version) {
        report.launch_mit_vector = from.u64()?;
        report.current_mit_vector = from.u64()?;
    } else {
        from.zeros(16)?;
    }
    from.zeros(152)?;
    report.signature = from.bytes(SIGNATURE_BYTES)?;
    from.end()?;
    Ok(report)
}

/// Puts a report together.
pub(super) fn bytes(report: &Report) -> Result<Vec<u8>, TeeDefect> {
    let version = report.version;
    if !(2..=5).contains(&version) {
        return Err(TeeDefect::Unsupported {
            what: "version",
            value: version,
        });
    }
    let mut to = Writer::default();
    to.u32(version);
    to.u32(report.guest_svn);
    to.u64(report.policy);
    to.bytes("family_id", &report.family_id, 16)?;
    to.bytes("image_id", &report.image_id, 16)?;
    to.u32(report.vmpl);
    to.u32(report.signature_algo);
    to.u64(report.current_tcb);
    to.u64(report.platform_info);
    to.u32(report.signer_info);
    to.zeros(4);
    to.bytes("report_data", &report.report_data, 64)?;
    to.bytes("measurement", &report.measurement, 48)?;
    to.bytes("host_data", &report.host_data, 32)?;
    to.bytes("id_key_digest", &report.id_key_digest, 48)?;
    to.bytes("author_key_digest", &report.author_key_digest, 48)?;
    to.bytes("report_id", &report.report_id, 32)?;
    to.bytes("report_id_ma", &report.report_id_ma, 32)?;
    to.u64(report.reported_tcb);
    if has_model(version) {
        let model = Model::of(report.cpuid1eax_fms)?;
        to.0.extend([model.family, model.model, model.stepping]);
        to.zeros(21);
    } else if report.cpuid1eax_fms == 0 {
        to.zeros(24);
    } else {
        return Err(TeeDefect::Field("cpuid1eax_fms"));
    }
    to.bytes("chip_id", &report.chip_id, 64)?;
    to.u64(report.committed_tcb);
    to.u8("current_build", report.current_build)?;
    to.u8("current_minor", report.current_minor)?;
    to.u8("current_major", report.current_major)?;
    to.zeros(1);
    to.u8("committed_build", report.committed_build)?;
    to.u8("committed_minor", report.committed_minor)?;
    to.u8("committed_major", report.committed_major)?;
    to.zeros(1);
    to.u64(report.launch_tcb);
    let mitigations = [report.launch_mit_vector, report.current_mit_vector];
    if !has_mitigations(version) && mitigations != [0, 0] {
        return Err(TeeDefect::Field("launch_mit_vector"));
    }
    mitigations.into_iter().for_each(|vector| to.u64(vector));
    to.zeros(152);
    to.bytes("signature", &report.signature, SIGNATURE_BYTES)?;
    Ok(to.0)
}

/// The product that the report's processor model is of, where the report has it and it is known.
pub(super) fn product(report: &Report) -> Option<SevProduct> {
    if !has_model(report.version) {
        return None;
    }
    let model = Model::of(report.cpuid1eax_fms).ok()?;
    let name = match (model.family, model.model) {
        (0x19, 0x00..=0x0F) => SevProductName::SevProductMilan,
        // And the cores of Bergamo and Siena, which have Genoa's certificates.
        (0x19, 0x10..=0x1F | 0xA0..=0xAF) => SevProductName::SevProductGenoa,
        (0x1A, 0x00..=0x1F) => SevProductName::SevProductTurin,
        _ => return None,
    };
    Some(SevProduct {
        name: name.into(),
        machine_stepping: Some(model.stepping.into()),
        ..SevProduct::default()
    })
}

/// From version 3 on, the processor's model stands in what was reserved.
const fn has_model(version: u32) -> bool {
    version >= 3
}

/// From version 5 on, vectors of mitigations stand in what was reserved.
const fn has_mitigations(version: u32) -> bool {
    version >= 5
}

/// A processor's model. The report has three bytes; the message has what CPUID has in EAX, where
/// families above 15 are a sum and models have their upper half elsewhere.
struct Model {
    family: u8,
    model: u8,
    stepping: u8,
}

impl Model {
    /// What CPUID leaf 1 has in EAX for it. A stepping has four bits there.
    fn eax(family: u8, model: u8, stepping: u8) -> Result<u32, TeeDefect> {
        if stepping > 0xF {
            return Err(TeeDefect::Reserved);
        }
        let base = family.min(0xF);
        let extended = family.saturating_sub(base);
        Ok(u32::from(extended) << 20
            | u32::from(model >> 4) << 16
            | u32::from(base) << 8
            | u32::from(model & 0xF) << 4
            | u32::from(stepping))
    }

    fn of(eax: u32) -> Result<Self, TeeDefect> {
        let field = || TeeDefect::Field("cpuid1eax_fms");
        let part = |shift: u32, mask: u32| {
            let part = eax.checked_shr(shift).unwrap_or_default() & mask;
            u8::try_from(part).map_err(|_| field())
        };
        let family = part(8, 0xF)?
            .checked_add(part(20, 0xFF)?)
            .ok_or_else(field)?;
        let model = part(16, 0xF)? << 4 | part(4, 0xF)?;
        let stepping = part(0, 0xF)?;
        // Bits between the parts, or an addend to a family that takes none, would be lost.
        if Self::eax(family, model, stepping)? == eax {
            Ok(Self {
                family,
                model,
                stepping,
            })
        } else {
            Err(field())
        }
    }
}
