//! Certificate chains (RFC 5280 §6): what the path builder checks, and what it leaves to us.
//!
//! `webpki` checks signatures, dates, authority flags, path lengths, name constraints, extended key
//! usages and critical extensions, within a budget. It looks neither at `keyUsage` nor at an
//! anchor's own dates, and it takes any serial number.

use rustls_pki_types::pem::PemObject;
use rustls_pki_types::{CertificateDer, SignatureVerificationAlgorithm, TrustAnchor};
use webpki::{EndEntityCert, KeyUsage, VerifiedPath, anchor_from_trusted_cert};
use x509_cert::Certificate;
use x509_cert::der::Decode;
use x509_cert::ext::pkix::{BasicConstraints, KeyUsage as KeyUsageExtension};

use crate::error::{ChainDefect, Error};
use crate::limits::ROOTS;
use crate::time::UnixTime;

/// `tcg-kp-EKCertificate` (2.23.133.8.1), the only extended key usage in Google's chains, in those
/// of tokens and of attestation keys alike.
pub(crate) const EK_CERTIFICATE: &[u8] = &[0x67, 0x81, 0x05, 0x08, 0x01];

/// What a certificate is in its chain.
#[derive(Clone, Copy)]
pub(crate) enum Role {
    /// The one of an attestation key.
    AttestationKey,
    /// One that issues others.
    Authority,
    /// The one that signs tokens.
    TokenSigner,
}

/// Reads a certificate. Not checked here: anything it says.
pub(crate) fn parse(der: &[u8]) -> Result<Certificate, Error> {
    let defect = Error::ChainInvalid(ChainDefect::Certificate);
    let certificate = Certificate::from_der(der).map_err(|_| defect.clone())?;
    // RFC 5280 §4.1.2.2: a serial number is not negative; the parser lets one pass.
    let serial = certificate.tbs_certificate().serial_number().as_bytes();
    if serial.first().is_none_or(|byte| byte & 0x80 != 0) {
        return Err(defect);
    }
    Ok(certificate)
}

/// Reads 1 to 16 root certificates in PEM (RFC 7468 §5); text around them is passed over.
pub(crate) fn parse_roots(text: &str) -> Result<Vec<CertificateDer<'static>>, Error> {
    let certificates = CertificateDer::pem_slice_iter(text.as_bytes())
        .take(ROOTS.saturating_add(1))
        .collect::<Result<Vec<_>, _>>()
        .map_err(|_| Error::RootsInvalid)?;
    if certificates.is_empty() || certificates.len() > ROOTS {
        return Err(Error::RootsInvalid);
    }
    for certificate in &certificates {
        check_authority(certificate)?;
        anchor_from_trusted_cert(certificate).map_err(|_| Error::RootsInvalid)?;
    }
    Ok(certificates)
}

/// A root must be an authority (RFC 5280 §4.2.1.9): a leaf given by mistake would become one.
fn check_authority(root: &CertificateDer<'_>) -> Result<(), Error> {
    let invalid = |_| Error::RootsInvalid;
    let root = Certificate::from_der(root).map_err(invalid)?;
    let constraints = root.tbs_certificate().get_extension::<BasicConstraints>();
    if !constraints
        .map_err(invalid)?
        .is_some_and(|(_, constraints)| constraints.ca)
    {
        return Err(Error::RootsInvalid);
    }
    check_usage(&root, Role::Authority).map_err(|_| Error::RootsInvalid)
}

/// Holds a certificate to its `keyUsage`: the path builder does not look at it. The leaves of
/// Google's tokens have none.
pub(crate) fn check_usage(certificate: &Certificate, role: Role) -> Result<(), Error> {
    let usage = certificate
        .tbs_certificate()
        .get_extension::<KeyUsageExtension>()
        .map_err(|_| Error::ChainInvalid(ChainDefect::Certificate))?;
    let usage = usage.map(|(_, usage)| usage);
    match role {
        // RFC 5280 §4.2.1.3: the certificate of an authority must have it.
        Role::Authority if usage.is_none_or(|usage| !usage.key_cert_sign()) => {
            Err(Error::ChainInvalid(ChainDefect::Path))
        }
        // An endorsement key's certificate has the same chain and another usage.
        Role::AttestationKey if usage.is_none_or(|usage| !usage.digital_signature()) => {
            Err(Error::ChainInvalid(ChainDefect::LeafUsage))
        }
        Role::TokenSigner if usage.is_some_and(|usage| !usage.digital_signature()) => {
            Err(Error::ChainInvalid(ChainDefect::LeafUsage))
        }
        Role::AttestationKey | Role::Authority | Role::TokenSigner => Ok(()),
    }
}

/// The root's own dates: the path builder takes an anchor's for granted.
pub(crate) fn check_dates(root: &Certificate, now: UnixTime) -> Result<(), Error> {
    let validity = root.tbs_certificate().validity();
    let not_before = UnixTime::from_secs(validity.not_before.to_unix_duration().as_secs());
    let not_after = not_after(root);
    if now < not_before {
        return Err(Error::CertificateNotYetValid { now, not_before });
    }
    if now > not_after {
        return Err(Error::CertificateExpired { now, not_after });
    }
    Ok(())
}

/// The last moment of a certificate.
pub(crate) fn not_after(certificate: &Certificate) -> UnixTime {
    let not_after = certificate.tbs_certificate().validity().not_after;
    UnixTime::from_secs(not_after.to_unix_duration().as_secs())
}

/// The path from `leaf` to one of `anchors` through any of `intermediates`, with `usage` as the
/// extended key usage of each certificate that has one.
///
/// Not checked here: `keyUsage`, the anchor's dates, revocation.
///
/// # Errors
///
/// [`Error::RootNotTrusted`] where no anchor is reached, else what does not hold.
pub(crate) fn verify_path<'p>(
    leaf: &'p EndEntityCert<'p>,
    intermediates: &'p [CertificateDer<'p>],
    anchors: &'p [TrustAnchor<'p>],
    algorithms: &[&dyn SignatureVerificationAlgorithm],
    usage: &'static [u8],
    now: UnixTime,
) -> Result<VerifiedPath<'p>, Error> {
    let seconds = core::time::Duration::from_secs(now.as_secs());
    leaf.verify_for_usage(
        algorithms,
        anchors,
        intermediates,
        rustls_pki_types::UnixTime::since_unix_epoch(seconds),
        KeyUsage::required_if_present(usage),
        None,
        None,
    )
    .map_err(|error| match error {
        webpki::Error::CertExpired { not_after, .. } => Error::CertificateExpired {
            now,
            not_after: UnixTime::from_secs(not_after.as_secs()),
        },
        webpki::Error::CertNotValidYet { not_before, .. } => Error::CertificateNotYetValid {
            now,
            not_before: UnixTime::from_secs(not_before.as_secs()),
        },
        webpki::Error::UnknownIssuer => Error::RootNotTrusted,
        _ => Error::ChainInvalid(ChainDefect::Path),
    })
}
