//! The fixed test keys of `vectors/keys/`.
//!
//! Sound signatures are made by the `rsa` crate. Forged ones are raw numbers to a raw power, which
//! no library offers on purpose; [`RsaKey::power`] is for them alone.

use std::sync::{LazyLock, OnceLock};

use num_bigint::BigUint;
use rsa::pkcs1::RsaPrivateKey as Pkcs1Key;
use rsa::pkcs1v15::SigningKey;
use rsa::pkcs8::der::{Decode, SecretDocument};
use rsa::pkcs8::{DecodePrivateKey, PrivateKeyInfoRef};
use rsa::signature::{SignatureEncoding, Signer};
use sealgate_core::base64url;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

/// `DigestInfo` of SHA-256 before the digest itself (RFC 8017 §9.2 note 1).
pub const DIGEST_INFO: [u8; 19] = [
    0x30, 0x31, 0x30, 0x0d, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01, 0x05,
    0x00, 0x04, 0x20,
];

/// An RSA key of the tests.
pub struct RsaKey {
    /// The private key as PEM (PKCS#8).
    pub pem: &'static str,
    signing: OnceLock<SigningKey<Sha256>>,
    n: BigUint,
    e: BigUint,
    d: BigUint,
}

macro_rules! keys {
    ($($(#[$doc:meta])* $name:ident $file:literal;)*) => {
        $(
            $(#[$doc])*
            pub static $name: LazyLock<RsaKey> = LazyLock::new(|| {
                RsaKey::from_pem(include_str!(concat!("../vectors/keys/", $file, ".pem")))
            });
        )*
    };
}

keys! {
    /// The issuer's signing key.
    ISSUER "issuer";
    /// The issuer's key after a rotation.
    ISSUER_NEXT "issuer-next";
    /// Root of the test certificate authority.
    ROOT "root";
    /// Intermediate of the test certificate authority.
    INTERMEDIATE "intermediate";
    /// Key of the certificate that signs PKI tokens.
    LEAF "leaf";
    /// An attacker's key.
    STRANGER "stranger";
    /// Root of an attacker's certificate authority.
    STRANGER_ROOT "stranger-root";
    /// Intermediate of an attacker's certificate authority.
    STRANGER_INTERMEDIATE "stranger-intermediate";
    /// Refused: 512 bits.
    RSA_512 "rsa-512";
    /// Refused: 1024 bits.
    RSA_1024 "rsa-1024";
    /// Refused: 1536 bits.
    RSA_1536 "rsa-1536";
    /// Refused: 8192 bits.
    RSA_8192 "rsa-8192";
    /// Refused: public exponent 3.
    RSA_E3 "rsa-e3";
}

/// The elliptic-curve key as PEM (PKCS#8).
pub const P256_PEM: &str = include_str!("../vectors/keys/p256.pem");

impl RsaKey {
    fn from_pem(pem: &'static str) -> Self {
        let (_, document) = SecretDocument::from_pem(pem).expect("a test key is PEM");
        let info = PrivateKeyInfoRef::from_der(document.as_bytes()).expect("it is PKCS#8");
        let der = info.private_key.as_bytes();
        let key = Pkcs1Key::<rsa::pkcs8::der::asn1::UintRef<'_>>::from_der(der)
            .expect("it is an RSA key");
        let number =
            |uint: rsa::pkcs8::der::asn1::UintRef<'_>| BigUint::from_bytes_be(uint.as_bytes());
        Self {
            pem,
            signing: OnceLock::new(),
            n: number(key.modulus),
            e: number(key.public_exponent),
            d: number(key.private_exponent),
        }
    }

    /// The key as the `rsa` crate has it, which takes 1024 to 8192 bits.
    pub fn private(&self) -> rsa::PrivateKey {
        rsa::PrivateKey::from_pkcs8_pem(self.pem).expect("a test key of an ordinary size")
    }

    /// The RS256 signature of `message`.
    pub fn sign(&self, message: &[u8]) -> Vec<u8> {
        if self.size() < 128 {
            return self
                .power(&self.encode(&[&DIGEST_INFO[..], &Sha256::digest(message)].concat()));
        }
        let key = self.signing.get_or_init(|| SigningKey::new(self.private()));
        key.sign(message).to_vec()
    }

    /// `representative ^ d mod n`, as long as the modulus.
    pub fn power(&self, representative: &[u8]) -> Vec<u8> {
        self.octets(&BigUint::from_bytes_be(representative).modpow(&self.d, &self.n))
    }

    /// The encoded message of RFC 8017 §9.2 around any `digest_info`.
    pub fn encode(&self, digest_info: &[u8]) -> Vec<u8> {
        let padding = vec![0xff; self.size() - digest_info.len() - 3];
        [&[0, 1][..], &padding, &[0], digest_info].concat()
    }

    /// `number` in as many bytes as the modulus has.
    pub fn octets(&self, number: &BigUint) -> Vec<u8> {
        let bytes = number.to_bytes_be();
        [&vec![0; self.size() - bytes.len()][..], &bytes].concat()
    }

    /// The modulus.
    pub fn modulus(&self) -> &BigUint {
        &self.n
    }

    /// Bytes of the modulus.
    pub fn size(&self) -> usize {
        usize::try_from(self.n.bits()).expect("a size").div_ceil(8)
    }

    /// The public key as a JWK.
    pub fn jwk(&self, key_id: &str) -> Value {
        json!({
            "kty": "RSA",
            "alg": "RS256",
            "use": "sig",
            "kid": key_id,
            "n": base64url::encode(&self.n.to_bytes_be()),
            "e": base64url::encode(&self.e.to_bytes_be()),
        })
    }

    /// `SubjectPublicKeyInfo` in DER (RFC 3279 §2.3.1).
    pub fn spki(&self) -> Vec<u8> {
        use rsa::pkcs8::EncodePublicKey;
        self.private()
            .to_public_key()
            .to_public_key_der()
            .expect("a public key")
            .into_vec()
    }
}
