//! Quotes of every kind of key, and every refusal of one that is nearly right.
//!
//! Longer than usual: every refusal is told from one good quote, which stands here.

use proptest::prelude::*;
use tpm2_protocol::data::{
    Tpm2bData, Tpm2bDigest, Tpm2bEccParameter, Tpm2bPublicKeyRsa, TpmAlgId, TpmSt, TpmsAttest,
    TpmsCertifyInfo, TpmsPcrSelection, TpmsQuoteInfo, TpmsTimeAttestInfo, TpmtSignature,
    TpmuAttest, TpmuSignature,
};

use super::desk::{Signer, algorithm, attest, marshal, selection, selections};
use crate::error::Error;
use crate::limits::QUOTE_BYTES;
use crate::tpm::{ClockInfo, HashAlgorithm, PcrBank, PcrIndex, Quote, QuoteDefect, VerifiedQuote};

const SHA256: HashAlgorithm = HashAlgorithm::Sha256;
const RSA: Signer = Signer::Rsa(SHA256);
const P256: Signer = Signer::P256(SHA256);
const P384: Signer = Signer::P384(SHA256);
const NONCE: &[u8] = b"a nonce of this call";

/// A bank with these registers, each of a value of its own.
fn bank_of(algorithm: HashAlgorithm, registers: impl IntoIterator<Item = u32>) -> PcrBank {
    let mut bank = PcrBank::new(algorithm);
    for register in registers {
        let index = PcrIndex::new(register).unwrap();
        let value = algorithm.digest(&[&register.to_be_bytes()]);
        bank.insert(index, value.as_bytes()).unwrap();
    }
    bank
}

fn bank() -> PcrBank {
    bank_of(SHA256, 0..24)
}

/// The quote of what the TPM says, signed by `signer`, with `pcrs` beside it.
fn signed(signer: Signer, attest: &[u8], pcrs: &PcrBank) -> Quote {
    let signature = marshal(&signer.sign(attest));
    Quote::new(attest.to_vec(), signature, pcrs.clone())
}

/// The verdict on what a TPM says of [`bank`], changed before it signs it.
fn saying(edit: impl Fn(&mut TpmsAttest)) -> Result<VerifiedQuote, Error> {
    let mut said = attest(&bank(), NONCE, SHA256);
    edit(&mut said);
    signed(P256, &marshal(&said), &bank()).verify(&P256.key(), NONCE)
}

fn quoting(edit: impl Fn(&mut TpmsQuoteInfo)) -> Result<VerifiedQuote, Error> {
    saying(|said| {
        if let TpmuAttest::Quote(quote) = &mut said.attested {
            edit(quote);
        }
    })
}

/// The verdict on a good quote of `signer` whose signature was changed.
fn signing(signer: Signer, edit: impl Fn(&mut TpmtSignature)) -> Result<VerifiedQuote, Error> {
    let said = marshal(&attest(&bank(), NONCE, signer.hash()));
    let mut signature = signer.sign(&said);
    edit(&mut signature);
    Quote::new(said, marshal(&signature), bank()).verify(&signer.key(), NONCE)
}

fn malformed(defect: QuoteDefect) -> Result<VerifiedQuote, Error> {
    Err(Error::QuoteMalformed {
        bank: SHA256,
        defect,
    })
}

const SIGNATURE_INVALID: Result<VerifiedQuote, Error> =
    Err(Error::QuoteSignatureInvalid { bank: SHA256 });
const NONCE_MISMATCH: Result<VerifiedQuote, Error> =
    Err(Error::QuoteNonceMismatch { bank: SHA256 });
const PCRS_MISMATCH: Result<VerifiedQuote, Error> = Err(Error::QuotePcrsMismatch { bank: SHA256 });

#[test]
fn quotes_of_every_key_and_bank_verify() {
    for signer in Signer::all() {
        for algorithm in HashAlgorithm::ALL {
            let bank = bank_of(algorithm, 0..24);
            let said = marshal(&attest(&bank, NONCE, signer.hash()));
            let verified = signed(signer, &said, &bank).verify(&signer.key(), NONCE);
            let verified = verified.unwrap_or_else(|error| panic!("{signer:?}: {error}"));
            assert_eq!(verified.pcrs(), &bank);
            assert_eq!(
                verified.clock(),
                ClockInfo {
                    clock: 0x0123_4567_89ab_cdef,
                    reset_count: 7,
                    restart_count: 3,
                    safe: true
                }
            );
            assert_eq!(verified.firmware_version(), 0xfedc_ba98_7654_3210);
        }
    }
}

#[test]
fn refuses_signatures_of_other_keys() {
    let said = marshal(&attest(&bank(), NONCE, SHA256));
    for signer in [RSA, P256, P384] {
        let mut other = said.clone();
        other[60] ^= 1;
        let quote = Quote::new(other, marshal(&signer.sign(&said)), bank());
        assert_eq!(quote.verify(&signer.key(), NONCE), SIGNATURE_INVALID);
        for key in [RSA, P256, P384] {
            let same_kind = std::mem::discriminant(&key) == std::mem::discriminant(&signer);
            let expected = match (signer, key) {
                _ if same_kind => continue,
                // Both are ECDSA: numbers too long for the field, or of another field.
                (Signer::P384(_), Signer::P256(_)) => malformed(QuoteDefect::Signature),
                (Signer::P256(_), Signer::P384(_)) => SIGNATURE_INVALID,
                _ => malformed(QuoteDefect::SignatureScheme),
            };
            let quote = signed(signer, &said, &bank());
            assert_eq!(
                quote.verify(&key.key(), NONCE),
                expected,
                "{signer:?}, {key:?}"
            );
        }
    }
}

/// A signature under another hash than the key is fixed to, sound in itself.
#[test]
fn refuses_hashes_that_are_not_the_keys() {
    let said = marshal(&attest(&bank(), NONCE, HashAlgorithm::Sha384));
    for (other, key) in [
        (Signer::Rsa(HashAlgorithm::Sha384), RSA),
        (Signer::P256(HashAlgorithm::Sha384), P256),
        (Signer::Rsa(HashAlgorithm::Sha1), RSA),
        (Signer::P256(HashAlgorithm::Sha1), P256),
    ] {
        let quote = signed(other, &said, &bank());
        assert_eq!(
            quote.verify(&key.key(), NONCE),
            malformed(QuoteDefect::SignatureScheme)
        );
    }
}

#[test]
fn refuses_schemes_that_are_not_the_keys() {
    let scheme = malformed(QuoteDefect::SignatureScheme);
    let pss = |signature: &mut TpmtSignature| {
        if let TpmuSignature::Rsassa(rsa) = signature.signature {
            signature.sig_alg = TpmAlgId::Rsapss;
            signature.signature = TpmuSignature::Rsapss(rsa);
        }
    };
    assert_eq!(signing(RSA, pss), scheme);
    let schnorr = |signature: &mut TpmtSignature| {
        if let TpmuSignature::Ecdsa(ecdsa) = signature.signature {
            signature.sig_alg = TpmAlgId::Ecschnorr;
            signature.signature = TpmuSignature::Ecschnorr(ecdsa);
        }
    };
    assert_eq!(signing(P256, schnorr), scheme);
    let null = |signature: &mut TpmtSignature| {
        signature.sig_alg = TpmAlgId::Null;
        signature.signature = TpmuSignature::Null;
    };
    assert_eq!(signing(RSA, null), scheme);
    let hash_of = |id: TpmAlgId| {
        move |signature: &mut TpmtSignature| {
            if let TpmuSignature::Rsassa(rsa) = &mut signature.signature {
                rsa.hash = id;
            }
        }
    };
    assert_eq!(signing(RSA, hash_of(TpmAlgId::Sha1)), scheme);
    assert_eq!(signing(RSA, hash_of(TpmAlgId::Sha512)), scheme);
    assert_eq!(signing(RSA, hash_of(TpmAlgId::Null)), scheme);
}

#[test]
fn refuses_numbers_that_are_no_signature() {
    let number = |bytes: Vec<u8>| {
        move |signature: &mut TpmtSignature| {
            if let TpmuSignature::Rsassa(rsa) = &mut signature.signature {
                rsa.sig = Tpm2bPublicKeyRsa::try_from(&*bytes).unwrap();
            }
        }
    };
    for bytes in [
        vec![],
        vec![0; 256],
        vec![1; 255],
        vec![0xff; 256],
        vec![1; 257],
    ] {
        assert_eq!(signing(RSA, number(bytes)), SIGNATURE_INVALID);
    }
    // A zero before it is a second spelling of the same number.
    let padded = |signature: &mut TpmtSignature| {
        if let TpmuSignature::Rsassa(rsa) = &mut signature.signature {
            rsa.sig = Tpm2bPublicKeyRsa::try_from(&*[&[0][..], &*rsa.sig].concat()).unwrap();
        }
    };
    assert_eq!(signing(RSA, padded), SIGNATURE_INVALID);
    let numbers = |r: Vec<u8>, s: Vec<u8>| {
        move |signature: &mut TpmtSignature| {
            if let TpmuSignature::Ecdsa(ecdsa) = &mut signature.signature {
                ecdsa.signature_r = Tpm2bEccParameter::try_from(&*r).unwrap();
                ecdsa.signature_s = Tpm2bEccParameter::try_from(&*s).unwrap();
            }
        }
    };
    for (signer, field) in [(P256, 32), (P384, 48)] {
        let cases = [
            (vec![], vec![]),
            (vec![0; field], vec![0; field]),
            (vec![0; field], vec![1; field]),
            (vec![1; field], vec![0; field]),
            (vec![0xff; field], vec![1; field]),
            (vec![1], vec![1]),
        ];
        for (r, s) in cases {
            assert_eq!(signing(signer, numbers(r, s)), SIGNATURE_INVALID);
        }
        let longer = numbers(vec![1; field + 1], vec![1; field]);
        assert_eq!(signing(signer, longer), malformed(QuoteDefect::Signature));
        let longer = numbers(vec![1; field], vec![0; field + 1]);
        assert_eq!(signing(signer, longer), malformed(QuoteDefect::Signature));
    }
}

/// A TPM that leaves leading zeroes out of a number means the same number.
#[test]
fn short_numbers_are_padded() {
    let mut found = 0;
    for attempt in 0_u32..2000 {
        let nonce = attempt.to_be_bytes();
        let said = marshal(&attest(&bank(), &nonce, SHA256));
        let mut signature = P256.sign(&said);
        let TpmuSignature::Ecdsa(ecdsa) = &mut signature.signature else {
            panic!("P-256 signs with ECDSA");
        };
        let mut stripped = false;
        for number in [&mut ecdsa.signature_r, &mut ecdsa.signature_s] {
            if number[0] == 0 {
                let zeros = number.iter().take_while(|byte| **byte == 0).count();
                *number = Tpm2bEccParameter::try_from(&number.to_vec()[zeros..]).unwrap();
                stripped = true;
            }
        }
        if stripped {
            let quote = Quote::new(said, marshal(&signature), bank());
            assert!(quote.verify(&P256.key(), &nonce).is_ok());
            found += 1;
        }
        if found == 2 {
            return;
        }
    }
    panic!("no such number");
}

#[test]
fn refuses_what_is_no_signature() {
    let said = marshal(&attest(&bank(), NONCE, SHA256));
    let verify = |signer: Signer, signature: Vec<u8>| {
        Quote::new(said.clone(), signature, bank()).verify(&signer.key(), NONCE)
    };
    for signer in [RSA, P256, P384] {
        let signature = marshal(&signer.sign(&said));
        for length in 0..signature.len() {
            let cut = signature[..length].to_vec();
            assert_eq!(verify(signer, cut), malformed(QuoteDefect::Signature));
        }
        let longer = [&*signature, &[0]].concat();
        assert_eq!(verify(signer, longer), malformed(QuoteDefect::Signature));
    }
    assert_eq!(
        verify(RSA, vec![0; QUOTE_BYTES + 1]),
        malformed(QuoteDefect::Signature)
    );
}

/// All signed as they are.
#[test]
fn refuses_what_is_no_quote() {
    let verify = |said: &[u8]| signed(P256, said, &bank()).verify(&P256.key(), NONCE);
    let good = marshal(&attest(&bank(), NONCE, SHA256));
    assert!(verify(&good).is_ok());
    for length in 0..good.len() {
        assert_eq!(verify(&good[..length]), malformed(QuoteDefect::Attest));
    }
    assert_eq!(
        verify(&[&*good, &[0]].concat()),
        malformed(QuoteDefect::Attest)
    );
    // Data that a key without restrictions was made to sign has no such beginning.
    let mut other_magic = good.clone();
    other_magic[0] = 0xfe;
    assert_eq!(verify(&other_magic), malformed(QuoteDefect::Attest));
    let mut unknown_type = good.clone();
    unknown_type[5] = 0x99;
    assert_eq!(verify(&unknown_type), malformed(QuoteDefect::Attest));
    let quote = Quote::new(vec![0; QUOTE_BYTES + 1], marshal(&P256.sign(&good)), bank());
    assert_eq!(
        quote.verify(&P256.key(), NONCE),
        malformed(QuoteDefect::Attest)
    );
}

#[test]
fn refuses_attestations_of_something_else() {
    let certify = saying(|said| {
        said.attest_type = TpmSt::AttestCertify;
        said.attested = TpmuAttest::Certify(TpmsCertifyInfo::default());
    });
    assert_eq!(certify, malformed(QuoteDefect::NotQuote));
    let time = saying(|said| {
        said.attest_type = TpmSt::AttestTime;
        said.attested = TpmuAttest::Time(TpmsTimeAttestInfo::default());
    });
    assert_eq!(time, malformed(QuoteDefect::NotQuote));
}

#[test]
fn refuses_other_nonces() {
    let longer = [NONCE, &[0]].concat();
    for nonce in [&b""[..], &NONCE[1..], &NONCE[..NONCE.len() - 1], &longer] {
        let other = saying(|said| said.extra_data = Tpm2bData::try_from(nonce).unwrap());
        assert_eq!(other, NONCE_MISMATCH);
    }
    // None was asked for, and none was given.
    let said = marshal(&attest(&bank(), b"", SHA256));
    let quote = signed(P256, &said, &bank());
    assert!(quote.verify(&P256.key(), b"").is_ok());
    assert_eq!(quote.verify(&P256.key(), NONCE), NONCE_MISMATCH);
}

#[test]
fn refuses_selections_that_are_not_one() {
    let whole = selection(TpmAlgId::Sha256, &[0xff; 3]);
    let other = selection(TpmAlgId::Sha1, &[0xff; 3]);
    for each in [&[][..], &[whole, whole], &[whole, other]] {
        assert_eq!(
            quoting(|quote| quote.pcr_select = selections(each)),
            malformed(QuoteDefect::Selection)
        );
    }
}

#[test]
fn refuses_registers_that_were_not_quoted() {
    let select =
        |selection: TpmsPcrSelection| quoting(|quote| quote.pcr_select = selections(&[selection]));
    let sha256 = TpmAlgId::Sha256;
    assert_eq!(select(selection(TpmAlgId::Sha1, &[0xff; 3])), PCRS_MISMATCH);
    assert_eq!(
        select(selection(TpmAlgId::Sm3_256, &[0xff; 3])),
        PCRS_MISMATCH
    );
    assert_eq!(select(selection(sha256, &[])), PCRS_MISMATCH);
    assert_eq!(select(selection(sha256, &[0xff, 0xff])), PCRS_MISMATCH);
    assert_eq!(
        select(selection(sha256, &[0xfe, 0xff, 0xff])),
        PCRS_MISMATCH
    );
    // A register beyond those of a PC Client TPM, which the map has no room for.
    assert_eq!(
        select(selection(sha256, &[0xff, 0xff, 0xff, 0x01])),
        PCRS_MISMATCH
    );
    // Room for such, of which none is selected.
    assert!(select(selection(sha256, &[0xff, 0xff, 0xff, 0x00])).is_ok());
}

#[test]
fn refuses_values_that_were_not_quoted() {
    let quoted = bank_of(SHA256, [0, 1, 7]);
    let said = marshal(&attest(&quoted, NONCE, SHA256));
    let verify = |pcrs: &PcrBank| signed(P256, &said, pcrs).verify(&P256.key(), NONCE);
    assert!(verify(&quoted).is_ok());
    for index in [0, 1, 7] {
        let mut altered = quoted.clone();
        altered.insert(PcrIndex::new(index).unwrap(), &[0; 32]);
        assert_eq!(verify(&altered), PCRS_MISMATCH);
    }
    // The same values, given out as those of other registers.
    let mut moved = PcrBank::new(SHA256);
    for ((_, value), index) in quoted.iter().zip([0, 1, 8]) {
        moved.insert(PcrIndex::new(index).unwrap(), value.as_bytes());
    }
    assert_eq!(verify(&moved), PCRS_MISMATCH);
    assert_eq!(verify(&bank_of(SHA256, [0, 1])), PCRS_MISMATCH);
    assert_eq!(verify(&bank_of(SHA256, [0, 1, 2, 7])), PCRS_MISMATCH);
    assert_eq!(verify(&PcrBank::new(SHA256)), PCRS_MISMATCH);
}

/// The digest of the registers is by the signature's hash, not by the bank's.
#[test]
fn refuses_the_digest_of_another_hash() {
    let bank = bank_of(HashAlgorithm::Sha384, 0..24);
    let mismatch = Err(Error::QuotePcrsMismatch {
        bank: HashAlgorithm::Sha384,
    });
    let said = marshal(&attest(&bank, NONCE, HashAlgorithm::Sha384));
    assert_eq!(
        signed(P256, &said, &bank).verify(&P256.key(), NONCE),
        mismatch
    );
    for digest in [&[][..], &[0; 32]] {
        let none = quoting(|quote| quote.pcr_digest = Tpm2bDigest::try_from(digest).unwrap());
        assert_eq!(none, PCRS_MISMATCH);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(64) })]

    /// What was quoted is what is read, and nothing else is.
    #[test]
    fn reads_what_was_quoted(
        nonce in prop::collection::vec(any::<u8>(), 0..=66),
        registers in prop::collection::btree_set(0_u32..24, 0..24),
        algorithm_index in 0_usize..4,
        at in any::<prop::sample::Index>(),
        bit in 0_u8..8,
    ) {
        let bank = bank_of(HashAlgorithm::ALL[algorithm_index], registers);
        let said = marshal(&attest(&bank, &nonce, SHA256));
        let quote = signed(P256, &said, &bank);
        let verified = quote.verify(&P256.key(), &nonce).unwrap();
        prop_assert_eq!(verified.pcrs(), &bank);
        prop_assert_eq!(quote.bank(), bank.algorithm());

        let mut altered = said.clone();
        altered[at.index(said.len())] ^= 1 << bit;
        let altered = Quote::new(altered, marshal(&P256.sign(&said)), bank.clone());
        prop_assert_eq!(
            altered.verify(&P256.key(), &nonce),
            Err(Error::QuoteSignatureInvalid { bank: bank.algorithm() })
        );
    }

    /// Signed nonsense: an answer, and never a verified quote.
    #[test]
    fn any_signed_bytes_are_answered(said in prop::collection::vec(any::<u8>(), 0..200)) {
        prop_assert!(signed(P256, &said, &bank()).verify(&P256.key(), b"").is_err());
    }

    #[test]
    fn any_bytes_are_answered(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        let _ = crate::tpm::AttestationKey::parse(&bytes);
        let quote = Quote::new(bytes.clone(), bytes, bank());
        prop_assert!(quote.verify(&RSA.key(), b"").is_err());
    }
}

/// The identifiers of the parser and ours are the same.
#[test]
fn hashes_have_the_identifiers_of_the_registry() {
    for hash in HashAlgorithm::ALL {
        assert_eq!(algorithm(hash).value(), hash.id());
    }
}
