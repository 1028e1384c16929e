//! Boot event logs made record by record, for what no real one shows.

use sealgate_core::{EventLog, EventType, HashAlgorithm, PcrBank, PcrIndex};

/// The GUID of UEFI's own variables, as it stands in them.
pub const GLOBAL: [u8; 16] = [
    0x61, 0xDF, 0xE4, 0x8B, 0xCA, 0x93, 0xD2, 0x11, 0xAA, 0x0D, 0x00, 0xE0, 0x98, 0x03, 0x2B, 0x8C,
];
/// The GUID of `db` and `dbx`, as it stands in them.
pub const IMAGE_SECURITY: [u8; 16] = [
    0xCB, 0xB2, 0x19, 0xD7, 0x3A, 0x3D, 0x96, 0x45, 0xA3, 0xBC, 0xDA, 0xD0, 0x0E, 0x67, 0x65, 0x6F,
];
/// The GUID of shim's variables, as it stands in them.
pub const SHIM: [u8; 16] = [
    0x50, 0xAB, 0x5D, 0x60, 0x46, 0xE0, 0x00, 0x43, 0xAB, 0xB6, 0x3D, 0xD8, 0x10, 0xDD, 0x8B, 0x23,
];
/// The GUID of certificates in databases, as it stands in them.
pub const X509: [u8; 16] = [
    0xA1, 0x59, 0xC0, 0xA5, 0xE4, 0x94, 0xA7, 0x4A, 0x87, 0xB5, 0xAB, 0x15, 0x5C, 0x2B, 0xF0, 0x72,
];
/// What is enough of a certificate for a log: a DER sequence.
pub const CERTIFICATE: [u8; 5] = [0x30, 0x03, 0x02, 0x01, 0x05];

/// What the digests of a record are of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Measured {
    /// The record's data.
    Data,
    /// Something else.
    Other(Vec<u8>),
}

/// One record of a log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record {
    /// The register.
    pub register: u32,
    /// The type.
    pub event_type: EventType,
    /// What its digests are of.
    pub measured: Measured,
    /// Its data.
    pub data: Vec<u8>,
}

impl Record {
    /// A record whose digests are those of its data.
    pub fn new(register: u32, event_type: EventType, data: impl Into<Vec<u8>>) -> Self {
        Self {
            register,
            event_type,
            measured: Measured::Data,
            data: data.into(),
        }
    }

    /// The same with the digests of something else.
    pub fn measuring(mut self, bytes: impl Into<Vec<u8>>) -> Self {
        self.measured = Measured::Other(bytes.into());
        self
    }

    fn measured(&self) -> &[u8] {
        match &self.measured {
            Measured::Data => &self.data,
            Measured::Other(bytes) => bytes,
        }
    }
}

/// A log of records.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MadeLog {
    /// The hashes of its header; a legacy log has none.
    pub algorithms: Option<Vec<HashAlgorithm>>,
    /// Its records after the header.
    pub records: Vec<Record>,
}

impl MadeLog {
    /// The log of a machine with everything that is read: firmware, secure boot, shim, GRUB and
    /// the end of boot services.
    pub fn good() -> Self {
        let mut records = vec![
            Record::new(
                0,
                EventType::S_CRTM_VERSION,
                utf16("GCE Virtual Firmware v2\0"),
            ),
            Record::new(
                0,
                EventType::NONHOST_INFO,
                b"GCE NonHostInfo\0\x04\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0",
            ),
            config(GLOBAL, "SecureBoot", &[1]),
            config(GLOBAL, "PK", &certificates()),
            config(GLOBAL, "KEK", &certificates()),
            config(IMAGE_SECURITY, "db", &certificates()),
            config(IMAGE_SECURITY, "dbx", &[]),
            separator(7),
            Record::new(1, EventType::PLATFORM_CONFIG_FLAGS, "ACPI DATA").measuring("tables"),
            Record::new(
                4,
                EventType::EFI_ACTION,
                "Calling EFI Application from Boot Option",
            ),
        ];
        records.extend((0..7).map(separator));
        records.extend([
            authority(IMAGE_SECURITY, "db", &[&[0; 16], &CERTIFICATE[..]].concat()),
            application("shim"),
            authority(SHIM, "SbatLevel", b"sbat,1,2021030218\n"),
            application("grub"),
            Record::new(9, EventType::IPL, "(hd0,gpt1)/grub.cfg\0").measuring("configuration"),
            grub("grub_cmd: ", "linux /vmlinuz ro\0"),
            Record::new(9, EventType::IPL, "/vmlinuz\0").measuring("kernel"),
            grub("kernel_cmdline: ", "/vmlinuz ro\0"),
            Record::new(9, EventType::EVENT_TAG, tag(0x8F3B_22ED, b"LoadOptions\0"))
                .measuring("options"),
            Record::new(5, EventType::EFI_ACTION, "Exit Boot Services Invocation"),
            Record::new(
                5,
                EventType::EFI_ACTION,
                "Exit Boot Services Returned with Success",
            ),
        ]);
        Self {
            algorithms: Some(vec![HashAlgorithm::Sha1, HashAlgorithm::Sha256]),
            records,
        }
    }

    /// The first record that `is` says is meant.
    #[track_caller]
    pub fn find(&mut self, is: impl Fn(&Record) -> bool) -> &mut Record {
        let place = self.place(is);
        &mut self.records[place]
    }

    /// Its place.
    #[track_caller]
    pub fn place(&self, is: impl Fn(&Record) -> bool) -> usize {
        self.records.iter().position(is).expect("such a record")
    }

    /// The bytes of the log.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = Vec::new();
        if let Some(algorithms) = &self.algorithms {
            let header = header(algorithms);
            legacy(&mut bytes, 0, EventType::NO_ACTION, &[0; 20], &header);
        }
        for record in &self.records {
            match &self.algorithms {
                None => {
                    let digest = HashAlgorithm::Sha1.digest(&[record.measured()]);
                    let digest = digest.as_bytes();
                    legacy(
                        &mut bytes,
                        record.register,
                        record.event_type,
                        digest,
                        &record.data,
                    );
                }
                Some(algorithms) => agile(&mut bytes, record, algorithms),
            }
        }
        bytes
    }
}

/// What a log makes of all registers of a bank: those that it explains. Registers beyond a TPM's
/// are left out.
pub fn own_bank(log: &EventLog<'_>, algorithm: HashAlgorithm) -> PcrBank {
    let mut bank = PcrBank::new(algorithm);
    for register in PcrIndex::all() {
        let zero = vec![0; algorithm.digest_bytes()];
        bank.insert(register, &zero).expect("a value");
    }
    for replay in log.replay(algorithm) {
        if let (Some(register), Ok(value)) = (PcrIndex::new(replay.register), replay.value) {
            bank.insert(register, value.as_bytes()).expect("a value");
        }
    }
    bank
}

/// A separator.
pub fn separator(register: u32) -> Record {
    Record::new(register, EventType::SEPARATOR, [0; 4])
}

/// One of GRUB's texts: what is measured is the text without its prefix and the zero at its end.
pub fn grub(prefix: &str, text: &str) -> Record {
    Record::new(8, EventType::IPL, [prefix, text].concat()).measuring(text.trim_end_matches('\0'))
}

/// An application that was loaded.
pub fn application(image: &str) -> Record {
    image_load(4, EventType::EFI_BOOT_SERVICES_APPLICATION, image)
}

/// An image that was loaded: the description, and the image's digest.
pub fn image_load(register: u32, event_type: EventType, image: &str) -> Record {
    let mut data = Vec::new();
    for number in [0x1000_u64, 0x2000, 0, 4] {
        data.extend(number.to_le_bytes());
    }
    data.extend([0x7F, 0xFF, 4, 0]);
    Record::new(register, event_type, data).measuring(image)
}

/// A variable that configures secure boot.
pub fn config(vendor: [u8; 16], name: &str, value: &[u8]) -> Record {
    let data = variable(vendor, name, value);
    Record::new(7, EventType::EFI_VARIABLE_DRIVER_CONFIG, data)
}

/// What allowed something to be loaded.
pub fn authority(vendor: [u8; 16], name: &str, value: &[u8]) -> Record {
    let data = variable(vendor, name, value);
    Record::new(7, EventType::EFI_VARIABLE_AUTHORITY, data)
}

/// `UEFI_VARIABLE_DATA`.
pub fn variable(vendor: [u8; 16], name: &str, value: &[u8]) -> Vec<u8> {
    let name = utf16(name);
    let mut data = vendor.to_vec();
    data.extend((name.len() as u64 / 2).to_le_bytes());
    data.extend((value.len() as u64).to_le_bytes());
    data.extend(name);
    data.extend(value);
    data
}

/// A list of one entry of a database, owned by nobody.
pub fn list(kind: [u8; 16], entry: &[u8]) -> Vec<u8> {
    let entry_bytes = entry.len() as u32 + 16;
    let mut list = kind.to_vec();
    for number in [28 + entry_bytes, 0, entry_bytes] {
        list.extend(number.to_le_bytes());
    }
    list.extend([0; 16]);
    list.extend(entry);
    list
}

/// A database of one certificate.
pub fn certificates() -> Vec<u8> {
    list(X509, &CERTIFICATE)
}

/// An event of the operating system's own kinds.
pub fn tag(id: u32, data: &[u8]) -> Vec<u8> {
    let mut tag = id.to_le_bytes().to_vec();
    tag.extend((data.len() as u32).to_le_bytes());
    tag.extend(data);
    tag
}

/// Text in UTF-16LE.
pub fn utf16(text: &str) -> Vec<u8> {
    text.encode_utf16().flat_map(u16::to_le_bytes).collect()
}

/// The header of a log: `TCG_EfiSpecIDEvent`.
pub fn header(algorithms: &[HashAlgorithm]) -> Vec<u8> {
    let mut header = b"Spec ID Event03\0\0\0\0\0\0\x02\0\x02".to_vec();
    header.extend((algorithms.len() as u32).to_le_bytes());
    for algorithm in algorithms {
        header.extend(algorithm.id().to_le_bytes());
        header.extend((algorithm.digest_bytes() as u16).to_le_bytes());
    }
    header.push(0);
    header
}

fn legacy(bytes: &mut Vec<u8>, register: u32, event_type: EventType, digest: &[u8], data: &[u8]) {
    bytes.extend(register.to_le_bytes());
    bytes.extend(event_type.value().to_le_bytes());
    bytes.extend(digest);
    bytes.extend((data.len() as u32).to_le_bytes());
    bytes.extend(data);
}

fn agile(bytes: &mut Vec<u8>, record: &Record, algorithms: &[HashAlgorithm]) {
    bytes.extend(record.register.to_le_bytes());
    bytes.extend(record.event_type.value().to_le_bytes());
    bytes.extend((algorithms.len() as u32).to_le_bytes());
    for algorithm in algorithms {
        bytes.extend(algorithm.id().to_le_bytes());
        bytes.extend(algorithm.digest(&[record.measured()]).as_bytes());
    }
    bytes.extend((record.data.len() as u32).to_le_bytes());
    bytes.extend(&record.data);
}
