//! The roots that an operator adds.

use sealgate_core::{AkCertificate, Error, RootOrigin, VtpmRoots, limits};
use sealgate_tests::certificate::{self, Draft, Name, authority, key_usage};
use sealgate_tests::{keys, repository};

use super::{good, now};

/// As many different roots, in PEM.
fn many(range: std::ops::Range<usize>) -> String {
    range
        .map(|number| {
            let mut draft = Draft::root(&keys::ROOT);
            draft.subject = Name::common(&format!("Root {number}"));
            draft.issuer = draft.subject.clone();
            certificate::pem(&draft.signed_by(&keys::ROOT))
        })
        .collect()
}

#[track_caller]
fn refuses(pem: &str) {
    let roots = VtpmRoots::google().with_pem(pem);
    assert_eq!(roots.err(), Some(Error::RootsInvalid));
}

#[test]
fn refuses_what_are_no_roots() {
    refuses("");
    refuses("hello");
    refuses(&certificate::pem(b"hello"));
    refuses(&certificate::pem(&certificate::LEAF));
    refuses(&certificate::pem(&good()));
    let mut draft = Draft::root(&keys::ROOT);
    draft.extensions = vec![key_usage(0b1000_0000), authority(None)];
    refuses(&certificate::pem(&draft.signed_by(&keys::ROOT)));
    // One of several.
    refuses(&(certificate::pem(&certificate::ROOT) + &certificate::pem(&good())));
}

#[test]
fn as_many_as_the_limit_are_added() {
    refuses(&many(0..limits::ROOTS + 1));
    let roots = VtpmRoots::google()
        .with_pem(&many(0..limits::ROOTS))
        .unwrap();
    // However they come.
    let more = roots
        .clone()
        .with_pem(&certificate::pem(&certificate::ROOT));
    assert_eq!(more.err(), Some(Error::RootsInvalid));
    // The same ones again are no more.
    assert!(roots.with_pem(&many(0..limits::ROOTS)).is_ok());
}

/// An operator may give an intermediate as a root, where evidence comes without it.
#[test]
fn an_intermediate_can_be_a_root() {
    let pem = certificate::pem(&certificate::INTERMEDIATE);
    let roots = VtpmRoots::google().with_pem(&pem).unwrap();
    let certificate = AkCertificate::parse(&good()).unwrap();
    assert!(certificate.verify(&[], &roots, now()).is_ok());
}

#[test]
fn googles_root_stays_googles_when_added() {
    let folder = repository().join("verifier-core/src/cert/google");
    let root = std::fs::read(folder.join("tpm_ek_root_1.cer")).unwrap();
    let roots = VtpmRoots::google()
        .with_pem(&certificate::pem(&root))
        .unwrap();
    let real = repository().join("tests/vectors/evidence/certificates/gce-cos-85-ak.der");
    let real = AkCertificate::parse(&std::fs::read(real).unwrap()).unwrap();
    let verified = real.verify(&[], &roots, now()).unwrap();
    assert_eq!(verified.root(), RootOrigin::Google);
}
