//! Roots that may vouch for the attestation keys of virtual TPMs.

use rustls_pki_types::{CertificateDer, TrustAnchor};
use sha2::{Digest, Sha256};
use webpki::anchor_from_trusted_cert;

use super::chain;
use crate::error::Error;
use crate::limits::ROOTS;

/// Google's roots, both generations: the second signs the keys of newer machines.
const GOOGLE_ROOTS: [&[u8]; 2] = [
    include_bytes!("google/tpm_ek_root_1.cer"),
    include_bytes!("google/gcp_ek_ak_ca_root.crt"),
];

/// Google's intermediates: evidence is often made without them. They are trusted no more than those
/// that come with evidence.
const GOOGLE_INTERMEDIATES: [&[u8]; 3] = [
    include_bytes!("google/tpm_ek_intermediate_2.crt"),
    include_bytes!("google/tpm_ek_intermediate_3.crt"),
    include_bytes!("google/gcp_ek_ak_ca_intermediate_v3.crt"),
];

/// Who trusts a root.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RootOrigin {
    /// The operator of this verifier added it. Its authority and the guests below it can claim
    /// anything.
    Added,
    /// It is one of Google's, and built in.
    Google,
}

impl RootOrigin {
    /// Its name among the facts about a machine: `added` or `google`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Added => "added",
            Self::Google => "google",
        }
    }
}

/// Root certificates of vTPMs that are trusted.
#[derive(Clone, Debug)]
pub struct VtpmRoots {
    roots: Vec<Root>,
}

#[derive(Clone, Debug)]
pub(super) struct Root {
    pub(super) certificate: CertificateDer<'static>,
    pub(super) origin: RootOrigin,
}

impl Root {
    pub(super) fn sha256(&self) -> [u8; 32] {
        Sha256::digest(&self.certificate).into()
    }
}

impl VtpmRoots {
    /// The roots that Google publishes for its vTPMs.
    pub fn google() -> Self {
        let roots = GOOGLE_ROOTS
            .into_iter()
            .map(|der| Root {
                certificate: CertificateDer::from(der),
                origin: RootOrigin::Google,
            })
            .collect();
        Self { roots }
    }

    /// These, and 1 to 16 more in PEM (RFC 7468 §5); text around them is passed over. A root that is
    /// there already stays whose it is.
    ///
    /// # Errors
    ///
    /// [`Error::RootsInvalid`] for what is no certificate of an authority, or too many.
    pub fn with_pem(mut self, text: &str) -> Result<Self, Error> {
        for certificate in chain::parse_roots(text)? {
            if !self
                .roots
                .iter()
                .any(|root| root.certificate == certificate)
            {
                self.roots.push(Root {
                    certificate,
                    origin: RootOrigin::Added,
                });
            }
        }
        let added = |root: &&Root| root.origin == RootOrigin::Added;
        if self.roots.iter().filter(added).count() > ROOTS {
            return Err(Error::RootsInvalid);
        }
        Ok(self)
    }

    /// SHA-256 of the roots' DER, one after the other.
    pub fn sha256(&self) -> [u8; 32] {
        let mut digest = Sha256::new();
        for root in &self.roots {
            digest.update(&root.certificate);
        }
        digest.finalize().into()
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &Root> {
        self.roots.iter()
    }

    pub(super) fn anchors(&self) -> Vec<TrustAnchor<'_>> {
        self.roots
            .iter()
            .filter_map(|root| anchor_from_trusted_cert(&root.certificate).ok())
            .collect()
    }
}

/// Google's intermediates, which need not come with the evidence.
pub(super) fn google_intermediates<'a>() -> impl Iterator<Item = CertificateDer<'a>> {
    GOOGLE_INTERMEDIATES.into_iter().map(CertificateDer::from)
}
