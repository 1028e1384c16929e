//! Certificates of attestation keys under an operator's own authority: what is accepted, and every
//! refusal of one that is nearly right. Google's real ones are tested in the core.

#[path = "ak_certificate/chain.rs"]
mod chain;
#[path = "ak_certificate/instance.rs"]
mod instance;
#[path = "ak_certificate/roots.rs"]
mod roots;
#[path = "ak_certificate/signatures.rs"]
mod signatures;

use std::slice;

use sealgate_core::{
    AkCertificate, ChainDefect, Error, RootOrigin, UnixTime, VerifiedAkCertificate, VtpmRoots,
};
use sealgate_tests::certificate::{self, Draft, end_entity, key_usage};
use sealgate_tests::keys;

/// `digitalSignature` of `keyUsage`.
const DIGITAL_SIGNATURE: u8 = 0b1000_0000;

const PATH: Error = Error::ChainInvalid(ChainDefect::Path);

/// A moment at which every certificate is valid unless it says otherwise.
fn now() -> UnixTime {
    UnixTime::parse("2026-10-01T00:00:00Z").unwrap()
}

/// The good certificate of an attestation key, before it is signed.
fn leaf() -> Draft {
    let mut draft = Draft::leaf(&keys::LEAF);
    draft.extensions = vec![key_usage(DIGITAL_SIGNATURE), end_entity()];
    draft
}

fn leaf_with(edit: impl Fn(&mut Draft)) -> Vec<u8> {
    let mut draft = leaf();
    edit(&mut draft);
    draft.signed_by(&keys::INTERMEDIATE)
}

fn good() -> Vec<u8> {
    leaf_with(|_| {})
}

/// Google's roots and the one of the tests.
fn roots() -> VtpmRoots {
    roots_with(&certificate::ROOT)
}

fn roots_with(root: &[u8]) -> VtpmRoots {
    VtpmRoots::google()
        .with_pem(&certificate::pem(root))
        .unwrap()
}

/// The verdict on a certificate below the intermediate of the tests.
fn verify(leaf: &[u8]) -> Result<VerifiedAkCertificate, Error> {
    verify_through(leaf, slice::from_ref(&*certificate::INTERMEDIATE))
}

fn verify_through(leaf: &[u8], between: &[Vec<u8>]) -> Result<VerifiedAkCertificate, Error> {
    AkCertificate::parse(leaf)?.verify(between, &roots(), now())
}

#[track_caller]
fn accepts(leaf: &[u8]) {
    let verified = verify(leaf).unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(verified.root(), RootOrigin::Added);
}

#[track_caller]
fn refuses(leaf: &[u8], error: Error) {
    assert_eq!(verify(leaf).err(), Some(error));
}

#[test]
fn a_chain_to_an_added_root_holds() {
    use sha2::{Digest, Sha256};
    let verified = verify(&good()).unwrap();
    assert_eq!(verified.root(), RootOrigin::Added);
    assert_eq!(
        verified.root_sha256(),
        <[u8; 32]>::from(Sha256::digest(&*certificate::ROOT))
    );
    assert_eq!(verified.instance(), None);
    assert_eq!(verified.instance_outside_production(), None);
    assert_eq!(verified.not_after().to_rfc3339(), "2026-10-31T00:00:00Z");
}
