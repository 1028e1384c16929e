//! Evidence of a machine that exists on paper only: a TPM's structures made and signed by hand, for
//! defects that no real TPM would sign.

use std::collections::BTreeMap;

use sealgate_core::wire::{attest, tpm};
use sealgate_core::{HashAlgorithm, wire};

use super::{Boot, KeyCertificate};
use crate::keys::{self, RsaKey};

/// Restricted, signing, made by the TPM and fixed to it: what Google's template says.
pub const ATTRIBUTES: u32 = 0x0005_0072;
/// The same without `restricted`.
pub const UNRESTRICTED: u32 = 0x0004_0072;

/// `TPM_GENERATED_VALUE`, `TPM_ST_ATTEST_QUOTE`.
const GENERATED: u32 = 0xFF54_4347;
const QUOTE: u16 = 0x8018;
const RSA: u16 = 0x0001;
const NULL: u16 = 0x0010;
const RSASSA: u16 = 0x0014;
const SHA256: u16 = 0x000B;

/// `EV_NO_ACTION`: recorded and not measured.
const NO_ACTION: u32 = 3;

/// A machine's evidence before it is made. The default is sound.
#[derive(Clone)]
pub struct Paper {
    /// The log that is sent.
    pub log: Vec<u8>,
    /// The log that the registers are made of.
    pub measured: Vec<u8>,
    /// The nonce of the quotes.
    pub nonce: Vec<u8>,
    /// The banks that are quoted, in order, with the reset count of each.
    pub banks: Vec<(HashAlgorithm, u32)>,
    /// The registers that are quoted.
    pub registers: Vec<u32>,
    /// Registers whose values are others than the log's.
    pub overrides: BTreeMap<u32, u8>,
    /// `TPMA_OBJECT` of the key.
    pub attributes: u32,
    /// Certificate of the key; none for evidence without one.
    pub certificate: Option<KeyCertificate>,
    /// The key that the certificate is for.
    pub certified: &'static RsaKey,
}

impl Paper {
    /// Sound evidence of a boot, for `nonce`.
    pub fn new(log: &[u8], nonce: &[u8]) -> Self {
        Self {
            log: log.to_vec(),
            measured: log.to_vec(),
            nonce: nonce.to_vec(),
            banks: vec![(HashAlgorithm::Sha256, 7), (HashAlgorithm::Sha384, 7)],
            registers: (0..24).collect(),
            overrides: BTreeMap::new(),
            attributes: ATTRIBUTES,
            certificate: Some(KeyCertificate::default()),
            certified: &keys::LEAF,
        }
    }

    /// The evidence.
    pub fn message(&self) -> attest::Attestation {
        let key: &RsaKey = &keys::LEAF;
        let certificate = self.certificate.as_ref();
        attest::Attestation {
            ak_pub: self.public_area(key),
            quotes: self
                .banks
                .iter()
                .map(|(bank, resets)| self.quote(key, *bank, *resets))
                .collect(),
            event_log: self.log.clone(),
            ak_cert: certificate
                .map(|draft| draft.issue(&self.certified.spki()))
                .unwrap_or_default(),
            intermediate_certs: certificate
                .map(|draft| draft.authority.intermediate())
                .into_iter()
                .collect(),
            ..attest::Attestation::default()
        }
    }

    /// The evidence in protobuf's binary form.
    pub fn bytes(&self) -> Vec<u8> {
        wire::encode(&self.message())
    }

    /// `TPMT_PUBLIC` (TPM 2.0 Library, Part 2, section 12.2.4).
    fn public_area(&self, key: &RsaKey) -> Vec<u8> {
        let modulus = key.modulus().to_bytes_be();
        let mut public = Vec::new();
        public.extend(RSA.to_be_bytes());
        public.extend(SHA256.to_be_bytes());
        public.extend(self.attributes.to_be_bytes());
        public.extend(sized(&[]));
        public.extend(NULL.to_be_bytes());
        public.extend(RSASSA.to_be_bytes());
        public.extend(SHA256.to_be_bytes());
        public.extend(2048_u16.to_be_bytes());
        public.extend(0_u32.to_be_bytes());
        public.extend(sized(&modulus));
        public
    }

    fn quote(&self, key: &RsaKey, bank: HashAlgorithm, resets: u32) -> tpm::Quote {
        let pcrs = self.values(bank);
        let attest = self.attest(bank, resets, &pcrs);
        let mut signature = Vec::new();
        signature.extend(RSASSA.to_be_bytes());
        signature.extend(SHA256.to_be_bytes());
        signature.extend(sized(&key.sign(&attest)));
        tpm::Quote {
            quote: attest,
            raw_sig: signature,
            pcrs: Some(tpm::PcRs {
                hash: i32::from(bank.id()),
                pcrs,
            }),
        }
    }

    /// `TPMS_ATTEST` (Part 2, section 10.12.12).
    fn attest(&self, bank: HashAlgorithm, resets: u32, pcrs: &BTreeMap<u32, Vec<u8>>) -> Vec<u8> {
        let values: Vec<&[u8]> = pcrs.values().map(Vec::as_slice).collect();
        let selected = pcrs.keys().fold(0_u32, |bits, index| bits | 1 << index);
        let mut attest = Vec::new();
        attest.extend(GENERATED.to_be_bytes());
        attest.extend(QUOTE.to_be_bytes());
        attest.extend(sized(&[0; 34]));
        attest.extend(sized(&self.nonce));
        attest.extend(1_000_000_u64.to_be_bytes());
        attest.extend(resets.to_be_bytes());
        attest.extend(0_u32.to_be_bytes());
        attest.push(1);
        attest.extend(0x2016_0511_0016_2800_u64.to_be_bytes());
        attest.extend(1_u32.to_be_bytes());
        attest.extend(bank.id().to_be_bytes());
        attest.push(3);
        attest.extend(&selected.to_le_bytes()[..3]);
        attest.extend(sized(HashAlgorithm::Sha256.digest(&values).as_bytes()));
        attest
    }

    /// The registers after the measured log.
    fn values(&self, bank: HashAlgorithm) -> BTreeMap<u32, Vec<u8>> {
        let mut values: BTreeMap<u32, Vec<u8>> = self
            .registers
            .iter()
            .map(|index| (*index, vec![0; bank.digest_bytes()]))
            .collect();
        let boot = Boot::parse(&self.measured);
        for record in boot.iter().flat_map(|boot| &boot.records) {
            let digest = record.digests.iter().find(|(id, _)| *id == bank.id());
            if let (Some((_, digest)), Some(value)) = (digest, values.get_mut(&record.pcr))
                && record.kind != NO_ACTION
            {
                *value = bank.digest(&[value, digest]).as_bytes().to_vec();
            }
        }
        for (index, byte) in &self.overrides {
            values.insert(*index, vec![*byte; bank.digest_bytes()]);
        }
        values
    }
}

/// A `TPM2B`: its size in two bytes, and it.
fn sized(bytes: &[u8]) -> Vec<u8> {
    let size = u16::try_from(bytes.len()).expect("a TPM2B is small");
    [&size.to_be_bytes()[..], bytes].concat()
}
