//! The certificate table of an extended report request (AMD 56421, "SNP Extended Guest Request").

use super::TeeDefect;
use super::fields::Reader;
use crate::evidence::wire::sevsnp::CertificateChain;
use crate::limits::{CERTIFICATE_BYTES, TEE_EXTRAS};

// GUIDs as the table has them: in the order in which they are written.
const VCEK: [u8; 16] = 0x63da_758d_e664_4564_adc5_f4b9_3be8_accd_u128.to_be_bytes();
const VLEK: [u8; 16] = 0xa807_4bc2_a25a_483e_aae6_39c0_45a0_b8a1_u128.to_be_bytes();
const ASK: [u8; 16] = 0x4ab7_b379_bbac_4fe4_a02f_05ae_f327_c782_u128.to_be_bytes();
const ARK: [u8; 16] = 0xc0b4_06a4_a803_4952_9743_3fb6_014c_d0ae_u128.to_be_bytes();

/// The certificates of a table; none for an empty one.
pub(super) fn chain(table: &[u8]) -> Result<Option<CertificateChain>, TeeDefect> {
    if table.is_empty() {
        return Ok(None);
    }
    let mut chain = CertificateChain::default();
    let mut seen = Vec::new();
    let mut entries = Reader::new(table);
    loop {
        let (guid, offset, length) = entry(&mut entries)?;
        if (guid, offset, length) == ([0; 16], 0, 0) {
            return Ok((!seen.is_empty()).then_some(chain));
        }
        if seen.contains(&guid) {
            return Err(TeeDefect::CertificateTable);
        }
        seen.push(guid);
        let content = content(table, offset, length).ok_or(TeeDefect::CertificateTable)?;
        match guid {
            VCEK => chain.vcek_cert = content,
            VLEK => chain.vlek_cert = content,
            ASK => chain.ask_cert = content,
            ARK => chain.ark_cert = content,
            other if chain.extras.len() < TEE_EXTRAS => {
                chain.extras.insert(written(other), content);
            }
            _ => return Err(TeeDefect::CertificateTable),
        }
    }
}

/// GUID, and where from the table's start its certificate is.
fn entry(entries: &mut Reader<'_>) -> Result<([u8; 16], u32, u32), TeeDefect> {
    let defect = |_| TeeDefect::CertificateTable;
    let guid = entries.bytes(16).map_err(defect)?;
    let guid = guid.try_into().map_err(|_| TeeDefect::CertificateTable)?;
    let offset = entries.u32().map_err(defect)?;
    Ok((guid, offset, entries.u32().map_err(defect)?))
}

fn content(table: &[u8], offset: u32, length: u32) -> Option<Vec<u8>> {
    let (offset, length) = (usize::try_from(offset).ok()?, usize::try_from(length).ok()?);
    let content = table.get(offset..)?.get(..length)?;
    (length <= CERTIFICATE_BYTES).then(|| content.to_vec())
}

/// A GUID as people write it.
fn written(guid: [u8; 16]) -> String {
    let mut text = String::with_capacity(36);
    for (index, digits) in hex::encode(guid).as_bytes().chunks(4).enumerate() {
        if (2..=5).contains(&index) {
            text.push('-');
        }
        text.extend(digits.iter().copied().map(char::from));
    }
    text
}
