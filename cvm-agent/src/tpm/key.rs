//! Attestation keys: one that any TPM can make, and the one that Google Cloud vouches for.

use sealgate_core::{AkCertificate, AttestationKey};
use tss_esapi::handles::{KeyHandle, PersistentTpmHandle, TpmHandle};
use tss_esapi::interface_types::resource_handles::Hierarchy;
use tss_esapi::structures::Public;
use tss_esapi::traits::{Marshall as _, UnMarshall as _};

use super::fault::{Command, is_absent, is_unsupported};
use super::{Tpm, TpmFault, template};
use crate::cli::attest::KeyAlgorithm;

/// Where gotpm keeps its AK.
const AK_RSA: u32 = 0x8100_8F01;
const AK_ECC: u32 = 0x8100_8F00;
/// Where Google Cloud keeps certificate and template of a VM's attestation key.
const GOOGLE_RSA: (u32, u32) = (0x01C1_0000, 0x01C1_0001);
const GOOGLE_ECC: (u32, u32) = (0x01C1_0002, 0x01C1_0003);

/// A key in the TPM that signs quotes.
pub(crate) struct Key {
    pub(super) handle: KeyHandle,
    /// Where it is kept, if it was there before.
    pub(super) persistent: Option<u32>,
    pub(super) public: AttestationKey,
    /// Its `TPMT_PUBLIC`.
    pub(crate) public_area: Vec<u8>,
    /// Its certificate in DER, where the TPM has one.
    pub(crate) certificate: Option<Vec<u8>>,
}

impl Tpm {
    /// The AK: gotpm's, where it has left it, or the same made anew for this run.
    ///
    /// A primary key is made of the TPM's seed and the template, so it is the same each time.
    /// Whatever else is in its place stays there.
    pub(crate) fn ak(&mut self, algorithm: KeyAlgorithm) -> Result<Key, TpmFault> {
        let template = template::of_ak(algorithm);
        let place = match algorithm {
            KeyAlgorithm::Rsa => AK_RSA,
            KeyAlgorithm::Ecc => AK_ECC,
        };
        match self.persistent(place)? {
            Some((handle, public)) if template::is_of(&public, &template) => {
                Key::new(handle, Some(place), &public, None)
            }
            _ => self.primary(Hierarchy::Owner, "owner", algorithm, template, None),
        }
    }

    /// The key of Google Cloud, with its certificate if the TPM has it.
    pub(crate) fn google_key(&mut self, algorithm: KeyAlgorithm) -> Result<Key, TpmFault> {
        let (certificate_index, template_index) = match algorithm {
            KeyAlgorithm::Rsa => GOOGLE_RSA,
            KeyAlgorithm::Ecc => GOOGLE_ECC,
        };
        let template = self.nv_index(template_index)?.ok_or(TpmFault::KeyMissing {
            index: template_index,
        })?;
        let template = Public::unmarshall(&template).map_err(|_| TpmFault::TemplateUnreadable {
            index: template_index,
        })?;
        let certificate = self.nv_index(certificate_index)?;
        let key = self.primary(
            Hierarchy::Endorsement,
            "endorsement",
            algorithm,
            template,
            certificate,
        )?;
        if let Some(certificate) = &key.certificate {
            AkCertificate::parse(certificate)
                .and_then(|certificate| certificate.check_key(&key.public))
                .map_err(|error| TpmFault::CertificateUnfit {
                    index: certificate_index,
                    error,
                })?;
        }
        Ok(key)
    }

    /// The object at a persistent handle, if there is one.
    fn persistent(&mut self, place: u32) -> Result<Option<(KeyHandle, Public)>, TpmFault> {
        // Invariant: both places are constants of the type that persistent handles have.
        let handle = PersistentTpmHandle::new(place).expect("a persistent handle");
        let read = self
            .context
            .tr_from_tpm_public(TpmHandle::Persistent(handle))
            .and_then(|object| {
                let handle = KeyHandle::from(object);
                Ok((handle, self.context.read_public(handle)?.0))
            });
        match read {
            Ok(found) => Ok(Some(found)),
            Err(error) if is_absent(error) => Ok(None),
            // A kind of object that the library does not know is somebody else's.
            Err(tss_esapi::Error::WrapperError(_)) => Ok(None),
            Err(error) => Err(TpmFault::new(Command::ReadPublic, error)),
        }
    }

    fn primary(
        &mut self,
        hierarchy: Hierarchy,
        hierarchy_name: &'static str,
        algorithm: KeyAlgorithm,
        template: Public,
        certificate: Option<Vec<u8>>,
    ) -> Result<Key, TpmFault> {
        let created = self
            .authorized(|context| {
                context.create_primary(hierarchy, template, None, None, None, None)
            })
            .map_err(|error| {
                if is_unsupported(error) {
                    let algorithm = match algorithm {
                        KeyAlgorithm::Rsa => "RSA",
                        KeyAlgorithm::Ecc => "ECC",
                    };
                    return TpmFault::KeyNotSupported { algorithm };
                }
                TpmFault::in_hierarchy(Command::CreatePrimary, hierarchy_name, error)
            })?;
        Key::new(created.key_handle, None, &created.out_public, certificate)
    }
}

impl Key {
    /// A key that is fit to attest: what it signs must be worth something to somebody.
    fn new(
        handle: KeyHandle,
        persistent: Option<u32>,
        public: &Public,
        certificate: Option<Vec<u8>>,
    ) -> Result<Self, TpmFault> {
        let public_area = public.marshall().map_err(|_| TpmFault::Senseless {
            command: Command::ReadPublic,
        })?;
        let public =
            AttestationKey::parse(&public_area).map_err(|error| TpmFault::KeyUnfit { error })?;
        Ok(Self {
            handle,
            persistent,
            public,
            public_area,
            certificate,
        })
    }

    /// Where it was before this run, or what it was made for.
    pub(crate) fn describe(&self) -> String {
        match self.persistent {
            Some(place) => format!("the key at {place:#010x}"),
            None => "a key made for this run".to_owned(),
        }
    }
}
