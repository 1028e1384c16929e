//! Register 7, and drivers in register 2.

use sealgate_core::{Error, EventType, Gap, LogDefect, limits};
use sealgate_tests::log::{
    CERTIFICATE, GLOBAL, IMAGE_SECURITY, MadeLog, Record, SHIM, X509, authority, certificates,
    config, image_load, list, separator,
};

use super::{Change, check, defect, is_separator, is_variable, pcr, read};

#[test]
fn secure_boot() {
    fn at_end(log: &mut MadeLog, record: Record) {
        log.records.push(record);
    }
    fn replace(log: &mut MadeLog, name: &str, record: Record) {
        *log.find(|record| is_variable(record, name)) = record;
    }
    fn before_separator(log: &mut MadeLog, record: Record) {
        let place = log.place(|record| is_separator(record, 7));
        log.records.insert(place, record);
    }
    fn empty(log: &mut MadeLog, vendor: [u8; 16], name: &str) {
        replace(log, name, config(vendor, name, &[]));
    }
    let debugger = Record::new(7, EventType::EFI_ACTION, "UEFI Debug Mode");
    assert_eq!(
        defect(
            7,
            read(
                |log| at_end(log, debugger),
                |log| log.secure_boot().map(drop)
            )
        ),
        LogDefect::Debugger
    );
    check(
        7,
        |log| log.secure_boot().map(drop),
        &[
            (
                "variable moved behind the separator",
                |log| {
                    let place = log.place(|record| is_variable(record, "dbx"));
                    let dbx = log.records.remove(place);
                    at_end(log, dbx);
                },
                LogDefect::VariableAfterSeparator,
            ),
            (
                "variable twice",
                |log| before_separator(log, config(GLOBAL, "SecureBoot", &[0])),
                LogDefect::Repeated,
            ),
            (
                "variable unverified",
                |log| {
                    replace(
                        log,
                        "db",
                        config(IMAGE_SECURITY, "db", &certificates()).measuring(""),
                    )
                },
                LogDefect::Digest,
            ),
            (
                "variable and more",
                |log| log.find(|record| is_variable(record, "db")).data.push(0),
                LogDefect::Malformed,
            ),
            (
                "SecureBoot empty",
                |log| empty(log, GLOBAL, "SecureBoot"),
                LogDefect::SecureBootLength(0),
            ),
            (
                "SecureBoot of two bytes",
                |log| replace(log, "SecureBoot", config(GLOBAL, "SecureBoot", &[1, 0])),
                LogDefect::SecureBootLength(2),
            ),
            (
                "no platform key",
                |log| empty(log, GLOBAL, "PK"),
                LogDefect::SecureBootWithout("a platform key"),
            ),
            (
                "no key exchange key",
                |log| empty(log, GLOBAL, "KEK"),
                LogDefect::SecureBootWithout("a key exchange key"),
            ),
            (
                "nothing in db",
                |log| empty(log, IMAGE_SECURITY, "db"),
                LogDefect::SecureBootWithout("a key or hash that allows anything"),
            ),
            (
                "no authority",
                |log| {
                    log.records
                        .retain(|record| record.event_type != EventType::EFI_VARIABLE_AUTHORITY);
                },
                LogDefect::SecureBootWithout("a key that allowed anything"),
            ),
            (
                "list shorter than its header",
                |log| replace(log, "dbx", config(IMAGE_SECURITY, "dbx", &[0; 27])),
                LogDefect::Malformed,
            ),
            (
                "list that says it is shorter than its header",
                |log| {
                    let mut list = certificates();
                    list[16] = 27;
                    replace(log, "dbx", config(IMAGE_SECURITY, "dbx", &list));
                },
                LogDefect::Malformed,
            ),
            (
                "entries of no size",
                |log| {
                    let mut list = certificates();
                    list[24] = 0;
                    replace(log, "dbx", config(IMAGE_SECURITY, "dbx", &list));
                },
                LogDefect::Malformed,
            ),
            (
                "entries without data",
                |log| {
                    let mut list = list(X509, &[]);
                    list[24] = 16;
                    replace(log, "dbx", config(IMAGE_SECURITY, "dbx", &list));
                },
                LogDefect::Malformed,
            ),
            (
                "certificate that is none",
                |log| {
                    let list = list(X509, &[0x30, 0x03, 0x02, 0x01, 0x05, 0x00]);
                    replace(log, "dbx", config(IMAGE_SECURITY, "dbx", &list));
                },
                LogDefect::Malformed,
            ),
            (
                "authority before the separator",
                |log| {
                    let value = [&[0; 16], &CERTIFICATE[..]].concat();
                    before_separator(log, authority(IMAGE_SECURITY, "db", &value));
                },
                LogDefect::AuthorityBeforeSeparator,
            ),
            (
                "authority that is no certificate",
                |log| at_end(log, authority(IMAGE_SECURITY, "db", b"nothing")),
                LogDefect::Authority,
            ),
            (
                "authority unverified",
                |log| {
                    let value = [&[0; 16], &CERTIFICATE[..]].concat();
                    at_end(log, authority(IMAGE_SECURITY, "db", &value).measuring(""));
                },
                LogDefect::Digest,
            ),
            (
                "shim's state unverified",
                |log| at_end(log, authority(SHIM, "SbatLevel", b"sbat").measuring("")),
                LogDefect::Digest,
            ),
            (
                "shim's state of another vendor",
                |log| at_end(log, authority(GLOBAL, "SbatLevel", b"sbat")),
                LogDefect::Authority,
            ),
            (
                "unknown action",
                |log| at_end(log, Record::new(7, EventType::EFI_ACTION, "Something Else")),
                LogDefect::Type,
            ),
            (
                "foreign type",
                |log| at_end(log, Record::new(7, EventType::IPL, "text")),
                LogDefect::Type,
            ),
            (
                "second separator",
                |log| at_end(log, separator(7)),
                LogDefect::Repeated,
            ),
            (
                "separator of ones",
                |log| log.find(|record| is_separator(record, 7)).data = vec![0xFF; 4],
                LogDefect::Separator,
            ),
        ],
    );
    check(
        2,
        |log| log.secure_boot().map(drop),
        &[
            (
                "driver that is none",
                |log| {
                    let driver = Record::new(2, EventType::EFI_BOOT_SERVICES_DRIVER, "short");
                    log.records.insert(0, driver);
                },
                LogDefect::Malformed,
            ),
            (
                "unknown type",
                |log| {
                    let unknown = Record::new(2, EventType::new(0x8000_0100), "");
                    log.records.insert(0, unknown);
                },
                LogDefect::Type,
            ),
            (
                "second separator of register 2",
                |log| at_end(log, separator(2)),
                LogDefect::Repeated,
            ),
        ],
    );
}

#[test]
fn secure_boot_that_is_not_said_is_not_off() {
    let unsaid = |change: Change| read(change, |log| log.secure_boot()).unwrap_err();
    assert_eq!(
        unsaid(|log| {
            log.records
                .retain(|record| !is_variable(record, "SecureBoot"));
        }),
        Error::LogIncomplete(Gap::NoSecureBoot)
    );
    // A variable of that name, but not UEFI's.
    assert_eq!(
        unsaid(|log| log.find(|record| is_variable(record, "SecureBoot")).data[0] ^= 1),
        Error::LogIncomplete(Gap::NoSecureBoot)
    );
    assert_eq!(
        unsaid(|log| {
            // With a key that allowed something, that would come before a separator.
            log.records.retain(|record| {
                !is_separator(record, 7) && record.event_type != EventType::EFI_VARIABLE_AUTHORITY
            });
        }),
        Error::LogIncomplete(Gap::NoSeparator(pcr(7)))
    );
}

#[test]
fn what_dbx_holds_is_kept_whatever_its_kind() {
    let mut x509_sha256 = [0_u8; 16];
    hex::decode_to_slice("92a4d23bc0967940b420fcf98ef103ed", &mut x509_sha256).expect("hex");
    let mut sha256 = [0_u8; 16];
    hex::decode_to_slice("2616c4c14c509240aca941f936934328", &mut sha256).expect("hex");
    let dbx = [
        list(x509_sha256, &[7; 48]),
        list(sha256, &[8; 32]),
        certificates(),
        list([9; 16], &[10]),
    ]
    .concat();
    let secure_boot = read(
        |log| {
            *log.find(|record| is_variable(record, "dbx")) = config(IMAGE_SECURITY, "dbx", &dbx);
        },
        |log| log.secure_boot(),
    )
    .expect("secure boot");
    assert_eq!(secure_boot.dbx.hashes, [[8; 32]]);
    assert_eq!(secure_boot.dbx.certificates.len(), 1);
    let others: Vec<_> = secure_boot
        .dbx
        .others
        .iter()
        .map(|entry| (entry.kind_name(), entry.data.len()))
        .collect();
    assert_eq!(others, [(Some("EFI_CERT_X509_SHA256"), 48), (None, 1)]);
}

/// Old shim: a certificate without its owner, and a byte too many in the event.
#[test]
fn a_certificate_of_old_shim_is_read() {
    let old = |measured: fn(&[u8]) -> &[u8]| {
        let mut record = authority(SHIM, "Shim", &CERTIFICATE);
        record.data.push(0);
        let measured = measured(&record.data).to_vec();
        let record = record.measuring(measured);
        read(|log| log.records.push(record), |log| log.secure_boot())
    };
    let secure_boot = old(|data| &data[..data.len() - 1]).expect("secure boot");
    assert_eq!(secure_boot.authority.certificates.len(), 2);
    assert_eq!(
        defect(7, old(|data| &data[..data.len() - 2])),
        LogDefect::Digest
    );
}

#[test]
fn variables_and_paths_are_bounded() {
    let name = |units: usize| {
        read(
            |log| {
                log.records
                    .insert(0, config(GLOBAL, &"x".repeat(units), &[]))
            },
            |log| log.secure_boot().map(drop),
        )
    };
    assert_eq!(name(limits::VARIABLE_NAME_UNITS), Ok(()));
    assert_eq!(
        defect(7, name(limits::VARIABLE_NAME_UNITS + 1)),
        LogDefect::Malformed
    );
    let value = |bytes: usize| {
        read(
            |log| log.records.insert(0, config(GLOBAL, "x", &vec![0; bytes])),
            |log| log.secure_boot().map(drop),
        )
    };
    assert_eq!(value(limits::VARIABLE_BYTES), Ok(()));
    assert_eq!(
        defect(7, value(limits::VARIABLE_BYTES + 1)),
        LogDefect::Malformed
    );
    let path = |bytes: usize| {
        let mut driver = image_load(2, EventType::EFI_BOOT_SERVICES_DRIVER, "driver");
        driver.data.truncate(24);
        driver.data.extend((bytes as u64).to_le_bytes());
        driver.data.extend(vec![0; bytes]);
        read(
            |log| log.records.insert(0, driver),
            |log| log.secure_boot().map(drop),
        )
    };
    assert_eq!(path(limits::DEVICE_PATH_BYTES), Ok(()));
    assert_eq!(
        defect(2, path(limits::DEVICE_PATH_BYTES + 1)),
        LogDefect::Malformed
    );
}
