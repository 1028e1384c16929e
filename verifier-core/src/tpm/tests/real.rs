//! The three quotes of a real Google Cloud machine (`tests/vectors/evidence/README.md`).

use crate::error::Error;
use crate::tpm::{AttestationKey, ClockInfo, HashAlgorithm, PcrBank, PcrIndex, Quote, QuoteDefect};

const AK_PUB: &[u8] = include_bytes!("../../../../tests/vectors/evidence/quotes/ak_pub.tpmt");

macro_rules! quotes {
    ($($name:literal $algorithm:ident;)*) => {
        [$((
            HashAlgorithm::$algorithm,
            include_bytes!(concat!("../../../../tests/vectors/evidence/quotes/", $name, ".attest")).as_slice(),
            include_bytes!(concat!("../../../../tests/vectors/evidence/quotes/", $name, ".signature")).as_slice(),
            include_bytes!(concat!("../../../../tests/vectors/evidence/quotes/", $name, ".pcrs")).as_slice(),
        )),*]
    };
}

const QUOTES: [(HashAlgorithm, &[u8], &[u8], &[u8]); 3] = quotes! {
    "sha1" Sha1;
    "sha256" Sha256;
    "sha384" Sha384;
};

fn bank(algorithm: HashAlgorithm, values: &[u8]) -> PcrBank {
    let mut bank = PcrBank::new(algorithm);
    for (index, value) in PcrIndex::all().zip(values.chunks(algorithm.digest_bytes())) {
        bank.insert(index, value).unwrap();
    }
    bank
}

#[test]
fn the_real_quotes_verify() {
    let key = AttestationKey::parse(AK_PUB).unwrap();
    assert_eq!(key.hash(), HashAlgorithm::Sha256);
    for (algorithm, attest, signature, pcrs) in QUOTES {
        let bank = bank(algorithm, pcrs);
        let quote = Quote::new(attest.to_vec(), signature.to_vec(), bank.clone());
        let verified = quote.verify(&key, b"").unwrap();
        assert_eq!(verified.pcrs(), &bank);
        assert_eq!(verified.firmware_version(), 0x2016_0511_0016_2800);
        let ClockInfo {
            reset_count, safe, ..
        } = verified.clock();
        assert_eq!((reset_count, safe), (10, true));
        assert_eq!(
            quote.verify(&key, b"x"),
            Err(Error::QuoteNonceMismatch { bank: algorithm })
        );
    }
}

/// Each bit of the signed part, and each byte cut off either part.
#[test]
fn no_altered_real_quote_verifies() {
    let key = AttestationKey::parse(AK_PUB).unwrap();
    let (algorithm, attest, signature, pcrs) = QUOTES[1];
    let bank = bank(algorithm, pcrs);
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
