//! Which machine an attestation key is of: Google's extension `1.3.6.1.4.1.11129.2.1.21`.

use der::asn1::{Any, ContextSpecific, ObjectIdentifier};
use der::{Decode, ErrorKind, Reader, Sequence, TagNumber};
use x509_cert::Certificate;

use super::InstanceInfoDefect;

/// The extension's identifier. It is never critical.
const INSTANCE_INFO: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.6.1.4.1.11129.2.1.21");

/// The Compute Engine instance that a certificate names.
#[non_exhaustive]
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InstanceInfo {
    /// The zone, such as `us-central1-a`.
    pub zone: String,
    /// The project's name.
    pub project_id: String,
    /// The project's number.
    pub project_number: u64,
    /// The instance's name, which its owner chose.
    pub instance_name: String,
    /// The instance's number, which is never given again.
    pub instance_id: u64,
    /// The version of what protects the vTPM's secrets, where stated.
    pub security_version: Option<u64>,
    /// Whether the machine runs in production, where stated.
    pub is_production: Option<bool>,
}

/// As it is written.
#[derive(Debug, Sequence)]
pub(super) struct Wire {
    pub(super) zone: String,
    pub(super) project_number: u64,
    pub(super) project_id: String,
    pub(super) instance_id: u64,
    pub(super) instance_name: String,
    #[asn1(context_specific = "0", optional = "true", tag_mode = "EXPLICIT")]
    pub(super) security_properties: Option<Any>,
}

impl InstanceInfo {
    /// The information in a certificate, if there is any.
    ///
    /// Not checked here: who signed the certificate.
    pub(super) fn of(certificate: &Certificate) -> Result<Option<Self>, InstanceInfoDefect> {
        let mut found = certificate
            .tbs_certificate()
            .extensions()
            .into_iter()
            .flatten()
            .filter(|extension| extension.extn_id == INSTANCE_INFO);
        match (found.next(), found.next()) {
            (None, _) => Ok(None),
            (Some(extension), None) => Self::parse(extension.extn_value.as_bytes())
                .map(Some)
                .map_err(|_| InstanceInfoDefect::Malformed),
            (Some(_), Some(_)) => Err(InstanceInfoDefect::Malformed),
        }
    }

    pub(super) fn parse(der: &[u8]) -> der::Result<Self> {
        let wire = Wire::from_der(der)?;
        let (security_version, is_production) = match &wire.security_properties {
            Some(properties) => security_properties(properties)?,
            None => (None, None),
        };
        Ok(Self {
            zone: wire.zone,
            project_id: wire.project_id,
            project_number: wire.project_number,
            instance_name: wire.instance_name,
            instance_id: wire.instance_id,
            security_version,
            is_production,
        })
    }
}

/// `security_version` and `is_production`. Real certificates have more, of which nothing is said;
/// what follows in the order of its tags is passed over.
fn security_properties(properties: &Any) -> der::Result<(Option<u64>, Option<bool>)> {
    properties.sequence(|reader| {
        let version = ContextSpecific::<u64>::decode_explicit(reader, TagNumber(0))?;
        let production = ContextSpecific::<bool>::decode_explicit(reader, TagNumber(1))?;
        let mut last = TagNumber(1);
        while !reader.is_finished() {
            let further = ContextSpecific::<Any>::decode(reader)?;
            if further.tag_number <= last {
                return Err(reader.error(ErrorKind::SetOrdering));
            }
            last = further.tag_number;
        }
        Ok((
            version.map(|field| field.value),
            production.map(|field| field.value),
        ))
    })
}
