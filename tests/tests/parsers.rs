//! Arbitrary input: typed errors only, and no mutation of a good token verifies.

use std::sync::LazyLock;

use proptest::prelude::*;
use sealgate_core::{Jwks, Policy, UnverifiedToken, dangerous};
use sealgate_tests::vectors::{self, Vector};

/// A token-like text: parts of base64url alphabet, or of JSON encoded as they should be.
fn token_like() -> impl Strategy<Value = String> {
    let part = prop_oneof![
        "[A-Za-z0-9_-]{0,60}",
        json_like().prop_map(|text| sealgate_core::base64url::encode(text.as_bytes())),
    ];
    prop::collection::vec(part, 0..5).prop_map(|parts| parts.join("."))
}

/// A text of the characters that JSON is made of.
fn json_like() -> impl Strategy<Value = String> {
    prop_oneof![
        r#"[\[\]{}":,0-9a-f\\.eE+\- ]{0,80}"#,
        r#"\{"(alg|kid|keys|condition|typ|x5c)":["\[\]{}a-zA-Z0-9:, ]{0,40}\}"#,
        any::<String>(),
    ]
}

fn condition_like() -> impl Strategy<Value = String> {
    prop_oneof![
        r#"(assertion|\.|[a-z]|\(|\)|\[|\]|&&|\|\||==|!|"|'|[0-9]| |\?|:|\+|,){0,60}"#,
        any::<String>(),
    ]
}

static GOOD: LazyLock<Vector> = LazyLock::new(|| {
    vectors::load()
        .expect("the vectors can be read")
        .remove("compact_good.json")
        .expect("a good one")
});

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(2_000) })]

    #[test]
    fn tokens_of_any_text(text in prop_oneof![token_like(), any::<String>()]) {
        if let Err(error) = UnverifiedToken::parse(&text) {
            prop_assert!(!error.code().as_str().is_empty());
        }
    }

    #[test]
    fn reading_any_text(text in prop_oneof![token_like(), any::<String>()]) {
        if let Err(error) = dangerous::decode(&text) {
            prop_assert!(["token_malformed", "token_too_large"].contains(&error.code().as_str()));
        }
    }

    #[test]
    fn key_sets_of_any_bytes(bytes in prop_oneof![
        prop::collection::vec(any::<u8>(), 0..200),
        json_like().prop_map(String::into_bytes),
    ]) {
        if let Err(error) = Jwks::parse(&bytes) {
            prop_assert_eq!(error.code().as_str(), "jwks_invalid");
        }
    }

    #[test]
    fn policies_of_any_bytes(bytes in prop_oneof![
        prop::collection::vec(any::<u8>(), 0..200),
        json_like().prop_map(String::into_bytes),
        condition_like().prop_map(|text| serde_json::json!({ "condition": text }).to_string().into_bytes()),
    ]) {
        if let Err(error) = Policy::parse(&bytes) {
            prop_assert_eq!(error.code().as_str(), "policy_invalid");
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(500) })]

    /// One character replaced, removed or inserted anywhere.
    #[test]
    fn no_mutation_of_a_good_token_verifies(
        place in any::<prop::sample::Index>(),
        with in prop::option::of(prop::char::range(' ', '~')),
        insert in any::<bool>(),
    ) {
        let vector = &*GOOD;
        let verifier = vector.verifier().expect("a verifier");
        let token = vector.token.to_text();
        let at = place.index(token.len());
        let mut mutated = token.clone();
        match (with, insert) {
            (Some(character), true) => mutated.insert(at, character),
            (Some(character), false) => {
                mutated.replace_range(at..=at, character.encode_utf8(&mut [0; 4]));
            }
            (None, _) => {
                mutated.remove(at);
            }
        }
        prop_assume!(mutated != token);
        prop_assert!(verifier.verify(&mutated, vector.now()).is_err(), "{mutated}");
    }
}
