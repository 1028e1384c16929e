//! The three quotes of a real Google Cloud machine, and quotes of a software TPM
//! (`tests/vectors/evidence/README.md`).

use crate::error::Error;
use crate::tpm::{AttestationKey, ClockInfo, HashAlgorithm, PcrBank, PcrIndex, Quote, QuoteDefect};

const AK_PUB: &[u8] = include_bytes!("../../../../tests/vectors/evidence/quotes/ak_pub.tpmt");

struct Real {
    algorithm: HashAlgorithm,
    attest: &'static [u8],
    signature: &'static [u8],
    pcrs: &'static [u8],
}

macro_rules! real {
    ($name:literal, $algorithm:ident) => {
        Real {
            algorithm: HashAlgorithm::$algorithm,
            attest: real!($name, ".attest"),
            signature: real!($name, ".signature"),
            pcrs: real!($name, ".pcrs"),
        }
    };
    ($name:literal, $part:literal) => {
        include_bytes!(concat!(
            "../../../../tests/vectors/evidence/quotes/",
            $name,
            $part
        ))
        .as_slice()
    };
}

const QUOTES: [Real; 3] = [
    real!("sha1", Sha1),
    real!("sha256", Sha256),
    real!("sha384", Sha384),
];

impl Real {
    fn bank(&self) -> PcrBank {
        let mut bank = PcrBank::new(self.algorithm);
        let values = self.pcrs.chunks(self.algorithm.digest_bytes());
        for (index, value) in PcrIndex::all().zip(values) {
            bank.insert(index, value).unwrap();
        }
        bank
    }
}

#[test]
fn the_real_quotes_verify() {
    let key = AttestationKey::parse(AK_PUB).unwrap();
    assert_eq!(key.hash(), HashAlgorithm::Sha256);
    for real in QUOTES {
        let bank = real.bank();
        let quote = Quote::new(real.attest.to_vec(), real.signature.to_vec(), bank.clone());
        let verified = quote.verify(&key, b"").unwrap();
        assert_eq!(verified.pcrs(), &bank);
        assert_eq!(verified.firmware_version(), 0x2016_0511_0016_2800);
        let ClockInfo {
            reset_count, safe, ..
        } = verified.clock();
        assert_eq!((reset_count, safe), (10, true));
        assert_eq!(
            quote.verify(&key, b"x"),
            Err(Error::QuoteNonceMismatch {
                bank: real.algorithm
            })
        );
    }
}

/// Quotes of a software TPM, with the kinds of keys that Google's machines do not have.
#[test]
fn quotes_of_other_keys_verify() {
    let cases = [
        (
            real!("swtpm/p256", Sha256),
            real!("swtpm/p256", ".tpmt"),
            HashAlgorithm::Sha256,
        ),
        (
            real!("swtpm/p384", Sha384),
            real!("swtpm/p384", ".tpmt"),
            HashAlgorithm::Sha384,
        ),
        (
            real!("swtpm/rsa3072", Sha1),
            real!("swtpm/rsa3072", ".tpmt"),
            HashAlgorithm::Sha512,
        ),
    ];
    for (real, public_area, hash) in cases {
        let key = AttestationKey::parse(public_area).unwrap();
        assert_eq!(key.hash(), hash);
        let bank = real.bank();
        let quote = Quote::new(real.attest.to_vec(), real.signature.to_vec(), bank.clone());
        let verified = quote.verify(&key, b"Sealgate").unwrap();
        assert_eq!(verified.pcrs(), &bank);
        assert!(verified.clock().safe);
        let google = AttestationKey::parse(AK_PUB).unwrap();
        assert!(quote.verify(&google, b"Sealgate").is_err());
    }
}

/// Each bit of the signed part, and each byte cut off either part.
#[test]
fn no_altered_real_quote_verifies() {
    let key = AttestationKey::parse(AK_PUB).unwrap();
    let real = &QUOTES[1];
    let (algorithm, attest, signature) = (real.algorithm, real.attest, real.signature);
    let bank = real.bank();
    let verify = |attest: Vec<u8>, signature: Vec<u8>| {
        Quote::new(attest, signature, bank.clone()).verify(&key, b"")
    };
    let invalid = Err(Error::QuoteSignatureInvalid { bank: algorithm });
    for place in 0..attest.len() {
        let mut altered = attest.to_vec();
        altered[place] ^= 1 << (place % 8);
        assert_eq!(
            verify(altered, signature.to_vec()),
            invalid,
            "bit of {place}"
        );
        assert_eq!(
            verify(attest[..place].to_vec(), signature.to_vec()),
            invalid
        );
    }
    let longer = [attest, &[0]].concat();
    assert_eq!(verify(longer, signature.to_vec()), invalid);
    for length in 0..signature.len() {
        assert_eq!(
            verify(attest.to_vec(), signature[..length].to_vec()),
            Err(Error::QuoteMalformed {
                bank: algorithm,
                defect: QuoteDefect::Signature
            }),
            "{length} bytes"
        );
    }
}
