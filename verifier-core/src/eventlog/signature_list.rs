//! Databases of secure boot: certificates and hashes in `EFI_SIGNATURE_LIST`s.

use sha2::{Digest as _, Sha256};
use x509_cert::der::asn1::AnyRef;
use x509_cert::der::{Decode, Tag, Tagged};

use super::Guid;
use super::bytes::Bytes;

/// A list's type, length, header length and entry length, in bytes.
const LIST_HEADER: usize = 28;
/// The owner of an entry, before its data, in bytes.
const OWNER: usize = 16;

/// An X.509 certificate.
const X509: Guid = Guid::new(
    0xA5C0_59A1,
    0x94E4,
    0x4AA7,
    [0x87, 0xB5, 0xAB, 0x15, 0x5C, 0x2B, 0xF0, 0x72],
);
/// SHA-256 of an image.
const SHA256: Guid = Guid::new(
    0xC1C4_1626,
    0x504C,
    0x4092,
    [0xAC, 0xA9, 0x41, 0xF9, 0x36, 0x93, 0x43, 0x28],
);
/// Kinds of other entries by their names in UEFI 2.10, section 32.4.1.
const OTHERS: [(Guid, &str); 10] = [
    (
        Guid::new(
            0x826C_A512,
            0xCF10,
            0x4AC9,
            [0xB1, 0x87, 0xBE, 0x01, 0x49, 0x66, 0x31, 0xBD],
        ),
        "EFI_CERT_SHA1",
    ),
    (
        Guid::new(
            0x0B6E_5233,
            0xA65C,
            0x44C9,
            [0x94, 0x07, 0xD9, 0xAB, 0x83, 0xBF, 0xC8, 0xBD],
        ),
        "EFI_CERT_SHA224",
    ),
    (
        Guid::new(
            0xFF3E_5307,
            0x9FD0,
            0x48C9,
            [0x85, 0xF1, 0x8A, 0xD5, 0x6C, 0x70, 0x1E, 0x01],
        ),
        "EFI_CERT_SHA384",
    ),
    (
        Guid::new(
            0x093E_0FAE,
            0xA6C4,
            0x4F50,
            [0x9F, 0x1B, 0xD4, 0x1E, 0x2B, 0x89, 0xC1, 0x9A],
        ),
        "EFI_CERT_SHA512",
    ),
    (
        Guid::new(
            0x3BD2_A492,
            0x96C0,
            0x4079,
            [0xB4, 0x20, 0xFC, 0xF9, 0x8E, 0xF1, 0x03, 0xED],
        ),
        "EFI_CERT_X509_SHA256",
    ),
    (
        Guid::new(
            0x7076_876E,
            0x80C2,
            0x4EE6,
            [0xAA, 0xD2, 0x28, 0xB3, 0x49, 0xA6, 0x86, 0x5B],
        ),
        "EFI_CERT_X509_SHA384",
    ),
    (
        Guid::new(
            0x446D_BF63,
            0x2502,
            0x4CDA,
            [0xBC, 0xFA, 0x24, 0x65, 0xD2, 0xB0, 0xFE, 0x9D],
        ),
        "EFI_CERT_X509_SHA512",
    ),
    (
        Guid::new(
            0x3C57_66E8,
            0x269C,
            0x4E34,
            [0xAA, 0x14, 0xED, 0x77, 0x6E, 0x85, 0xB3, 0xB6],
        ),
        "EFI_CERT_RSA2048",
    ),
    (
        Guid::new(
            0xE2B3_6190,
            0x879B,
            0x4A3D,
            [0xAD, 0x8D, 0xF2, 0xE7, 0xBB, 0xA3, 0x27, 0x84],
        ),
        "EFI_CERT_RSA2048_SHA256",
    ),
    (
        Guid::new(
            0x4AAF_D29D,
            0x68DF,
            0x49EE,
            [0x8A, 0xA9, 0x34, 0x7D, 0x37, 0x56, 0x65, 0xA7],
        ),
        "EFI_CERT_TYPE_PKCS7",
    ),
];

/// A database of secure boot, such as `db`. The owners of its entries are left out.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Database {
    /// Certificates, in order.
    pub certificates: Vec<Certificate>,
    /// SHA-256 of images, in order.
    pub hashes: Vec<[u8; 32]>,
    /// Entries of other kinds, in order: nothing is lost, and nothing is taken for what it is not.
    pub others: Vec<DatabaseEntry>,
}

/// A certificate of a database.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Certificate {
    /// Its DER: a sequence of exactly that length, and not checked further.
    pub der: Vec<u8>,
    /// Which well-known certificate it is, by its SHA-256.
    pub well_known: Option<WellKnownCertificate>,
}

/// An entry of a database that is neither a certificate nor SHA-256 of an image.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DatabaseEntry {
    /// Its kind.
    pub kind: Guid,
    /// Its bytes.
    pub data: Vec<u8>,
}

impl DatabaseEntry {
    /// The name of its kind in UEFI 2.10, section 32.4.1, such as `EFI_CERT_X509_SHA256`.
    pub fn kind_name(&self) -> Option<&'static str> {
        OTHERS
            .into_iter()
            .find_map(|(kind, name)| (kind == self.kind).then_some(name))
    }
}

/// Certificates that most machines have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WellKnownCertificate {
    /// Microsoft Windows Production PCA 2011.
    WindowsProductionPca2011,
    /// Microsoft Corporation UEFI CA 2011: third-party boot loaders, shim among them.
    MicrosoftUefiCa2011,
    /// Microsoft Corporation KEK CA 2011.
    MicrosoftKekCa2011,
    /// The platform key that Google Compute Engine's machines have unless they bring their own.
    GceDefaultPk,
}

impl WellKnownCertificate {
    /// Every one.
    pub const ALL: [Self; 4] = [
        Self::WindowsProductionPca2011,
        Self::MicrosoftUefiCa2011,
        Self::MicrosoftKekCa2011,
        Self::GceDefaultPk,
    ];

    /// The certificate with a DER, if it is one of them.
    pub fn recognise(der: &[u8]) -> Option<Self> {
        let sha256 = hex::encode(Sha256::digest(der));
        Self::ALL
            .into_iter()
            .find(|certificate| certificate.sha256() == sha256)
    }

    /// SHA-256 of its DER, in hexadecimal.
    pub const fn sha256(self) -> &'static str {
        match self {
            Self::WindowsProductionPca2011 => {
                "e8e95f0733a55e8bad7be0a1413ee23c51fcea64b3c8fa6a786935fddcc71961"
            }
            Self::MicrosoftUefiCa2011 => {
                "48e99b991f57fc52f76149599bff0a58c47154229b9f8d603ac40d3500248507"
            }
            Self::MicrosoftKekCa2011 => {
                "a1117f516a32cefcba3f2d1ace10a87972fd6bbe8fe0d0b996e09e65d802a503"
            }
            Self::GceDefaultPk => {
                "d1d217acf60ba4e4a890210322d006d673c0b82de9d65ad7f2d55897635429e2"
            }
        }
    }

    /// Its name in `attest.proto`, such as `MS_WINDOWS_PROD_PCA_2011`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::WindowsProductionPca2011 => "MS_WINDOWS_PROD_PCA_2011",
            Self::MicrosoftUefiCa2011 => "MS_THIRD_PARTY_UEFI_CA_2011",
            Self::MicrosoftKekCa2011 => "MS_THIRD_PARTY_KEK_CA_2011",
            Self::GceDefaultPk => "GCE_DEFAULT_PK",
        }
    }
}

impl Certificate {
    /// Takes DER as a certificate, if it is a sequence of exactly its own length.
    pub(super) fn parse(der: &[u8]) -> Option<Self> {
        let outer = AnyRef::from_der(der).ok()?;
        (outer.tag() == Tag::Sequence).then(|| Self {
            der: der.to_vec(),
            well_known: WellKnownCertificate::recognise(der),
        })
    }
}

impl Database {
    /// Reads the lists of a variable (`EFI_SIGNATURE_LIST`, UEFI 2.10, section 32.4.1); `None`
    /// when it is malformed. An empty variable is an empty database.
    ///
    /// Not checked: that certificates are any, beyond being a sequence.
    pub(super) fn parse(data: &[u8]) -> Option<Self> {
        let mut database = Self::default();
        let mut lists = Bytes::new(data);
        while !lists.is_empty() {
            let kind = Guid::read(&mut lists)?;
            let list_bytes = usize::try_from(lists.u32()?).ok()?;
            let header_bytes = usize::try_from(lists.u32()?).ok()?;
            let entry_bytes = usize::try_from(lists.u32()?).ok()?;
            let mut list = Bytes::new(lists.take(list_bytes.checked_sub(LIST_HEADER)?)?);
            list.take(header_bytes)?;
            if entry_bytes <= OWNER {
                return None;
            }
            while !list.is_empty() {
                let mut entry = Bytes::new(list.take(entry_bytes)?);
                entry.take(OWNER)?;
                database.push(kind, entry.rest())?;
            }
        }
        Some(database)
    }

    /// Whether it has no entry of any kind.
    pub fn is_empty(&self) -> bool {
        self.certificates.is_empty() && self.hashes.is_empty() && self.others.is_empty()
    }

    fn push(&mut self, kind: Guid, data: &[u8]) -> Option<()> {
        match kind {
            X509 => self.certificates.push(Certificate::parse(data)?),
            SHA256 => self.hashes.push(data.try_into().ok()?),
            kind => self.others.push(DatabaseEntry {
                kind,
                data: data.to_vec(),
            }),
        }
        Some(())
    }
}
