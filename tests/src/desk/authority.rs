//! Who vouches for the desk's attestation keys: a certificate authority shaped like Google's.

use crate::certificate::{self, Draft, Name, extension, sequence, tlv};
use crate::keys::{self, RsaKey};

/// 1.3.6.1.4.1.11129.2.1.21.
const OID_INSTANCE_INFO: &[u8] = &[0x2b, 0x06, 0x01, 0x04, 0x01, 0xd6, 0x79, 0x02, 0x01, 0x15];
const DIGITAL_SIGNATURE: u8 = 0b1000_0000;
const KEY_ENCIPHERMENT: u8 = 0b0010_0000;
const CERTIFICATE_SIGN: u8 = 0b0000_0110;

const ROOT: &str = "Desk vTPM Root CA";
const INTERMEDIATE: &str = "Desk vTPM Intermediate CA";
const AUTHORITY_VALIDITY: (&str, &str) = ("200101000000Z", "491231235959Z");

/// A certificate authority of attestation keys.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Authority {
    /// The desk's own.
    #[default]
    Desk,
    /// Another one under the same names.
    Stranger,
}

impl Authority {
    fn keys(self) -> (&'static RsaKey, &'static RsaKey) {
        match self {
            Self::Desk => (&keys::ROOT, &keys::INTERMEDIATE),
            Self::Stranger => (&keys::STRANGER_ROOT, &keys::STRANGER_INTERMEDIATE),
        }
    }

    /// The root, in DER.
    pub fn root(self) -> Vec<u8> {
        let (root, _) = self.keys();
        let mut draft = Draft::root(root);
        (draft.subject, draft.issuer) = (Name::common(ROOT), Name::common(ROOT));
        draft.validity = AUTHORITY_VALIDITY;
        draft.signed_by(root)
    }

    /// The intermediate that signs the certificates of keys, in DER.
    pub fn intermediate(self) -> Vec<u8> {
        let (root, intermediate) = self.keys();
        let mut draft = Draft::intermediate(intermediate);
        (draft.subject, draft.issuer) = (Name::common(INTERMEDIATE), Name::common(ROOT));
        draft.validity = AUTHORITY_VALIDITY;
        draft.extensions[0] = certificate::key_usage(CERTIFICATE_SIGN);
        draft.signed_by(root)
    }

    /// Root and intermediate as PEM.
    pub fn pem(self) -> String {
        certificate::pem(&self.root()) + &certificate::pem(&self.intermediate())
    }
}

/// The instance that a certificate names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Instance {
    /// Its zone.
    pub zone: &'static str,
    /// Number of its project.
    pub project_number: u64,
    /// Name of its project.
    pub project_id: &'static str,
    /// Its id, above 2^63 for some.
    pub id: u64,
    /// Its name.
    pub name: &'static str,
    /// `is_production`, where the certificate says it.
    pub production: Option<bool>,
}

impl Default for Instance {
    fn default() -> Self {
        Self {
            zone: "us-central1-a",
            project_number: 620_438_545_889,
            project_id: "desk-project",
            id: 9_560_342_035_431_930_290,
            name: "desk-vm",
            production: Some(true),
        }
    }
}

impl Instance {
    /// The value of the extension, in DER.
    pub fn to_der(&self) -> Vec<u8> {
        let text = |text: &str| tlv(0x0c, text.as_bytes());
        let flag = |tag: u8, value: bool| tlv(tag, &tlv(0x01, &[if value { 0xff } else { 0 }]));
        let mut properties = vec![tlv(0xa0, &integer(0))];
        properties.extend(self.production.map(|value| flag(0xa1, value)));
        properties.extend([flag(0xa2, true), flag(0xa3, false)]);
        properties.extend([flag(0xa4, false), flag(0xa5, false)]);
        sequence(&[
            text(self.zone),
            integer(self.project_number),
            text(self.project_id),
            integer(self.id),
            text(self.name),
            tlv(0xa0, &sequence(&properties)),
        ])
    }
}

/// What a key may be used for, by its certificate.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Usage {
    /// An attestation key.
    #[default]
    Signing,
    /// An endorsement key: it decrypts, and signs nothing.
    Endorsement,
}

/// The certificate of an attestation key before it is issued.
#[derive(Clone, Debug)]
pub struct KeyCertificate {
    /// Who signs it.
    pub authority: Authority,
    /// First and last moment.
    pub validity: (&'static str, &'static str),
    /// What the key may do.
    pub usage: Usage,
    /// Value of the instance extension; none for a certificate without it.
    pub instance: Option<Vec<u8>>,
}

impl Default for KeyCertificate {
    fn default() -> Self {
        Self {
            authority: Authority::Desk,
            // Google's are as long-lived.
            validity: ("240101000000Z", "20520101000000Z"),
            usage: Usage::Signing,
            instance: Some(Instance::default().to_der()),
        }
    }
}

impl KeyCertificate {
    /// The certificate for a `SubjectPublicKeyInfo`, in DER.
    pub fn issue(&self, key: &[u8]) -> Vec<u8> {
        let (_, signer) = self.authority.keys();
        let instance = Instance::default();
        let usage = match self.usage {
            Usage::Signing => DIGITAL_SIGNATURE,
            Usage::Endorsement => KEY_ENCIPHERMENT,
        };
        let mut extensions = vec![certificate::key_usage(usage), certificate::end_entity()];
        extensions.extend(
            self.instance
                .as_deref()
                .map(|value| extension(OID_INSTANCE_INFO, false, value)),
        );
        let mut draft = Draft::leaf(signer);
        draft.issuer = Name::common(INTERMEDIATE);
        draft.subject = Name::instance(instance.zone, instance.project_id, instance.id);
        draft.validity = self.validity;
        draft.key = key.to_vec();
        draft.extensions = extensions;
        draft.signed_by(signer)
    }
}

/// A non-negative `INTEGER`.
fn integer(value: u64) -> Vec<u8> {
    let bytes = value.to_be_bytes();
    let zeros = bytes.iter().take(7).take_while(|byte| **byte == 0).count();
    let digits = &bytes[zeros..];
    let sign: &[u8] = if digits[0] < 0x80 { &[] } else { &[0] };
    tlv(0x02, &[sign, digits].concat())
}
