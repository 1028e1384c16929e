//! Instance information as it is written.

use der::asn1::Any;
use der::{Decode, Encode};
use proptest::prelude::*;

use crate::cert::instance_info::{InstanceInfo, Wire};

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(256) })]

    /// What was written is what is read.
    #[test]
    fn reads_what_was_written(
        texts in prop::array::uniform3(".{0,40}"),
        numbers in prop::array::uniform2(any::<u64>()),
        properties in prop::option::of((0_u8..0x80, any::<bool>())),
    ) {
        let [zone, project_id, instance_name] = texts;
        let [project_number, instance_id] = numbers;
        let security_properties = properties.map(|(version, production)| {
            let production = if production { 0xff } else { 0 };
            let der = [
                0x30, 10, 0xa0, 3, 0x02, 1, version, 0xa1, 3, 0x01, 1, production,
            ];
            Any::from_der(&der).unwrap()
        });
        let wire = Wire {
            zone: zone.clone(),
            project_number,
            project_id: project_id.clone(),
            instance_id,
            instance_name: instance_name.clone(),
            security_properties,
        };
        let expected = InstanceInfo {
            zone,
            project_id,
            project_number,
            instance_name,
            instance_id,
            security_version: properties.map(|(version, _)| u64::from(version)),
            is_production: properties.map(|(_, production)| production),
        };
        prop_assert_eq!(InstanceInfo::parse(&wire.to_der().unwrap()), Ok(expected));
    }

    #[test]
    fn any_bytes_are_answered(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let _ = InstanceInfo::parse(&bytes);
        let _ = crate::cert::AkCertificate::parse(&bytes);
    }
}
