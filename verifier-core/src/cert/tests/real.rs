//! Real certificates of Google Cloud machines (`tests/vectors/evidence/README.md`).

use rustls_pki_types::CertificateDer;
use rustls_pki_types::pem::PemObject;
use sha2::{Digest, Sha256};

use crate::cert::chain::{self, Role};
use crate::cert::roots::google_intermediates;
use crate::cert::{AkCertificate, RootOrigin, VtpmRoots};
use crate::error::{ChainDefect, Error};
use crate::time::UnixTime;
use crate::tpm::AttestationKey;

const AK_PUB: &[u8] = include_bytes!("../../../../tests/vectors/evidence/quotes/ak_pub.tpmt");
const AK: &[u8] =
    include_bytes!("../../../../tests/vectors/evidence/certificates/gce-cos-85-ak.der");

macro_rules! pem {
    ($name:literal) => {
        include_str!(concat!(
            "../../../../tests/vectors/evidence/certificates/",
            $name
        ))
    };
}

const PCA_RSA: &str = pem!("pca_tpm_rsa_sign_cert.pem");
const UCA_ECC: &str = pem!("uca_tpm_ecc_sign_cert.pem");
const UCA_RSA: &str = pem!("uca_tpm_rsa_sign_cert.pem");
const UCA_EK: &str = pem!("uca_tpm_rsa_enc_cert.pem");

/// SHA-256 of `tpm_ek_root_1.cer`.
const ROOT_1: &str = "9bd5285f8fb18502a7947e621ffd470266f49fcd3b73e19a190f690ad32a7caf";
/// SHA-256 of `gcp_ek_ak_ca_root.crt`.
const CA_ROOT: &str = "594759594b9b61524f6c8ef668f7177f7b9066bc0674f2f49fe9e052be78beb2";

fn now() -> UnixTime {
    UnixTime::parse("2026-11-24T00:00:00Z").unwrap()
}

fn der(pem: &str) -> Vec<u8> {
    CertificateDer::from_pem_slice(pem.as_bytes())
        .unwrap()
        .to_vec()
}

/// Google's certificates are those that Google publishes, and hang together.
#[test]
fn the_built_in_certificates_are_googles() {
    let sha256 = |der: &[u8]| hex::encode(Sha256::digest(der));
    let roots = VtpmRoots::google();
    let found: Vec<_> = roots
        .iter()
        .map(|root| hex::encode(root.sha256()))
        .collect();
    assert_eq!(found, [ROOT_1, CA_ROOT]);
    assert_eq!(roots.anchors().len(), 2);
    let intermediates: Vec<_> = google_intermediates().collect();
    let found: Vec<_> = intermediates.iter().map(|der| sha256(der)).collect();
    assert_eq!(
        found,
        [
            "5d8dbcf8c8053dd8ffad711b6219355032b7122c34cac0f90ccb49def69ec504",
            "7132b6ea71101f6c51bb58f98c3798c19b65be510eca0344318900510b593178",
            "c84de8116dfaf5a908f21e810487791f5437e206d00ad8025050cca6bd2ff627",
        ]
    );
    for der in roots
        .iter()
        .map(|root| &root.certificate)
        .chain(&intermediates)
    {
        let certificate = chain::parse(der).unwrap();
        assert_eq!(chain::check_usage(&certificate, Role::Authority), Ok(()));
        assert_eq!(chain::check_dates(&certificate, now()), Ok(()));
    }
}

#[test]
fn real_certificates_lead_to_googles_roots() {
    let cases = [
        (AK.to_vec(), ROOT_1, 6_797_026_933_021_542_085, "cos-test"),
        (der(UCA_RSA), ROOT_1, 5_780_156_274_199_835_632, "cs-debug"),
        (der(UCA_ECC), ROOT_1, 5_780_156_274_199_835_632, "cs-debug"),
        (
            der(PCA_RSA),
            CA_ROOT,
            218_557_372_616_137_117,
            "cs-debug-pca",
        ),
    ];
    for (der, root, instance_id, name) in cases {
        let certificate = AkCertificate::parse(&der).unwrap();
        let verified = certificate
            .verify(&[], &VtpmRoots::google(), now())
            .unwrap();
        assert_eq!(verified.root(), RootOrigin::Google);
        assert_eq!(hex::encode(verified.root_sha256()), root);
        let instance = verified.instance().unwrap();
        assert_eq!(instance.zone, "us-central1-a");
        assert_eq!(instance.instance_id, instance_id);
        assert_eq!(instance.instance_name, name);
        assert_eq!(instance.security_version, Some(0));
        assert_eq!(instance.is_production, Some(true));
        assert_eq!(verified.instance_outside_production(), None);
        assert!(verified.not_after() > now());
    }
}

#[test]
fn a_certificate_is_of_its_key_alone() {
    let key = AttestationKey::parse(AK_PUB).unwrap();
    let check = |der: &[u8]| {
        let certificate = AkCertificate::parse(der).unwrap();
        let verified = certificate
            .verify(&[], &VtpmRoots::google(), now())
            .unwrap();
        verified.check_key(&key)
    };
    assert_eq!(check(AK), Ok(()));
    assert_eq!(check(&der(UCA_RSA)), Err(Error::AttestationKeyMismatch));
    assert_eq!(check(&der(UCA_ECC)), Err(Error::AttestationKeyMismatch));
}

#[test]
fn refuses_the_certificate_of_an_endorsement_key() {
    let certificate = AkCertificate::parse(&der(UCA_EK)).unwrap();
    assert_eq!(
        certificate
            .verify(&[], &VtpmRoots::google(), now())
            .unwrap_err(),
        Error::ChainInvalid(ChainDefect::LeafUsage)
    );
}
