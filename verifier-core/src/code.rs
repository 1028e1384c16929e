//! The stable codes: one table shared by the npm package, HTTP answers, and the command line.
//!
//! A code is a contract. People match on it in scripts and alerts, so changing the meaning of one
//! is a breaking change. `docs/errors.md` is generated from this table.

use core::fmt;

/// Process exit codes of `cvm-agent`, by kind of failure.
pub mod exit {
    /// Anything that has no better code.
    pub const OTHER: u8 = 1;
    /// The command was called wrongly.
    pub const USAGE: u8 = 2;
    /// This machine lacks something: TPM, metadata server, permission.
    pub const MACHINE: u8 = 3;
    /// The same call may succeed later.
    pub const TRY_LATER: u8 = 4;
    /// Verification failed.
    pub const NOT_VERIFIED: u8 = 5;
    /// Refused, and asking again will not help.
    pub const REFUSED: u8 = 6;
}

macro_rules! codes {
    ($($variant:ident $text:literal $status:literal $exit:expr, $cause:literal, $remedy:literal;)*) => {
        /// A stable code: what went wrong, as a `snake_case` word that programs may match on.
        #[non_exhaustive]
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum Code {
            $(
                #[doc = $cause]
                $variant,
            )*
        }

        impl Code {
            /// Every code, in the order of its text.
            pub const ALL: &'static [Self] = &[$(Self::$variant),*];

            /// The code as programs see it.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $text,)* }
            }

            /// The HTTP status of a problem document with this code.
            pub const fn http_status(self) -> u16 {
                match self { $(Self::$variant => $status,)* }
            }

            /// The exit code of a command that ends with this code.
            pub const fn exit_code(self) -> u8 {
                match self { $(Self::$variant => $exit,)* }
            }

            /// One sentence: what the code means.
            pub const fn cause(self) -> &'static str {
                match self { $(Self::$variant => $cause,)* }
            }

            /// One sentence: what to do about it.
            pub const fn remedy(self) -> &'static str {
                match self { $(Self::$variant => $remedy,)* }
            }
        }
    };
}

codes! {
    AlgorithmNotAllowed "algorithm_not_allowed" 401 exit::NOT_VERIFIED,
        "The token's `alg` is not one that this verifier accepts.",
        "Google signs with RS256; take a token from the attestation service itself.";
    AttestationKeyMismatch "attestation_key_mismatch" 403 exit::NOT_VERIFIED,
        "The attestation key of the evidence is not the one in its certificate.",
        "Make the evidence again on the machine itself; a key and another key's certificate prove nothing.";
    AttestationKeyNotAllowed "attestation_key_not_allowed" 403 exit::NOT_VERIFIED,
        "The attestation key is not restricted to signing what its TPM made, or is not of an accepted type.",
        "Quote with Google's attestation key (`--key gceAK`), or a key with its attributes.";
    AudienceMismatch "audience_mismatch" 401 exit::NOT_VERIFIED,
        "The token's `aud` is not exactly the audience expected here.",
        "Ask for a token whose audience is exactly the URL that it is presented to.";
    BindingNotSupported "binding_not_supported" 422 exit::REFUSED,
        "The policy asks for a binding that this gate does not offer.",
        "Write `\"binding\": \"bearer\"` into the policy, knowing that a copied token opens it.";
    CertificateExpired "certificate_expired" 401 exit::NOT_VERIFIED,
        "A certificate of the chain is past its last day.",
        "Ask for a fresh token or fresh evidence, or verify what was saved at the time it was made.";
    CertificateMissing "certificate_missing" 403 exit::NOT_VERIFIED,
        "The evidence has no certificate for its attestation key.",
        "Quote with Google's attestation key (`--key gceAK`): the plain `AK` has no certificate.";
    CertificateNotYetValid "certificate_not_yet_valid" 401 exit::NOT_VERIFIED,
        "A certificate of the chain is not valid yet.",
        "Check the clock of the verifier.";
    ChainInvalid "chain_invalid" 401 exit::NOT_VERIFIED,
        "The certificate chain of a token (`x5c`) or of an attestation key is malformed or does not hold.",
        "Take a PKI token from the attestation service itself, or the certificate from the TPM; an authority's own intermediates belong into the evidence.";
    ClaimInvalid "claim_invalid" 401 exit::NOT_VERIFIED,
        "A claim has a type or value that it cannot have.",
        "Take the token from the attestation service itself; the claim is named.";
    ClaimMissing "claim_missing" 401 exit::NOT_VERIFIED,
        "A claim that is needed is not in the token, or a fact not in the evidence.",
        "It is named; choose a token profile or a machine that has it, or mend the condition.";
    ConditionNotMet "condition_not_met" 403 exit::REFUSED,
        "The policy's condition does not hold for this token or machine.",
        "`cvm-agent verify token --policy` or `verify evidence --policy` shows which clause fails; a machine is told nothing more.";
    ConditionTooCostly "condition_too_costly" 403 exit::REFUSED,
        "Evaluating the condition over this token could exceed the evaluation limit.",
        "Simplify the condition: fewer nested comprehensions, shorter lists.";
    EvidenceMalformed "evidence_malformed" 403 exit::NOT_VERIFIED,
        "The evidence is not an attestation within the limits.",
        "Give what `cvm-agent attest` or `gotpm attest` wrote, with the right `--format`.";
    EvidenceNotSupported "evidence_not_supported" 422 exit::OTHER,
        "The policy asks for machine evidence, which this gate does not evaluate.",
        "Write `\"evidence\": \"none\"` and a condition over `assertion` alone.";
    GateUnavailable "gate_unavailable" 503 exit::TRY_LATER,
        "The gate's storage did not answer in time or could not write.",
        "Try again with a fresh token; an operator looks at the storage.";
    HashNotAllowed "hash_not_allowed" 403 exit::NOT_VERIFIED,
        "Only a SHA-1 bank would do, and SHA-1 is not accepted.",
        "Take the evidence from a machine with a SHA-256 bank, or accept SHA-1 knowingly (`--allow-sha1`).";
    HeaderNotAllowed "header_not_allowed" 401 exit::NOT_VERIFIED,
        "The token's header carries a parameter that changes its meaning.",
        "Take the token from the attestation service itself; `crit`, `b64`, `cty` and foreign `typ` are refused.";
    InstanceInfoInvalid "instance_info_invalid" 403 exit::NOT_VERIFIED,
        "The certificate's instance information is malformed or says that it is not a production one.",
        "Make the evidence again on a machine whose certificate Google issued.";
    InternalError "internal_error" 500 exit::OTHER,
        "The gate failed in a way it does not expect.",
        "Nothing was released; report it with the time of the request.";
    IssuerNotTrusted "issuer_not_trusted" 401 exit::NOT_VERIFIED,
        "The token's `iss` is not exactly an issuer trusted here.",
        "Add the issuer to the configuration, or take a token from a trusted one.";
    IssuerUnreachable "issuer_unreachable" 503 exit::TRY_LATER,
        "The issuer's keys could not be fetched and none that may still be used are kept.",
        "Try again later; an operator checks the way to the issuer (`config.capnp` reaches public addresses only).";
    JwksInvalid "jwks_invalid" 503 exit::OTHER,
        "The key set is not a JWK set within the limits.",
        "Fetch the set again from the issuer's `jwks_uri`.";
    KeyAmbiguous "key_ambiguous" 401 exit::NOT_VERIFIED,
        "Two keys of the set carry the token's `kid`.",
        "The issuer must publish one key per `kid`.";
    KeyNotFound "key_not_found" 401 exit::NOT_VERIFIED,
        "No key of the issuer's set carries the token's `kid`.",
        "Use the key set of the issuer at the time of the token; old keys are rotated out.";
    KeyNotUsable "key_not_usable" 401 exit::NOT_VERIFIED,
        "The key with the token's `kid` may not verify this signature.",
        "The issuer's key must be an RSA key of 2048 to 4096 bits, for signatures, without private members.";
    LogEventInvalid "log_event_invalid" 403 exit::NOT_VERIFIED,
        "An event of the boot log is not what its place and digest require.",
        "The event is named; a log that was edited shows itself here.";
    LogIncomplete "log_incomplete" 403 exit::NOT_VERIFIED,
        "The boot log or the quote leaves registers unexplained that count for a release.",
        "What is missing is named. Quote registers 0 to 15 in SHA-256 and send the whole log (reading it needs root).";
    LogMalformed "log_malformed" 403 exit::NOT_VERIFIED,
        "The event log cannot be read.",
        "Give a whole boot log (`binary_bios_measurements`, which root may read) and not another file; the place of the defect is named.";
    LogNotQuoted "log_not_quoted" 403 exit::NOT_VERIFIED,
        "The boot log has events of registers that were not quoted.",
        "Quote all registers of the bank.";
    LogReplayFailed "log_replay_failed" 403 exit::NOT_VERIFIED,
        "The boot log does not explain the quoted registers.",
        "Quote and log must be of one boot and unaltered; `cvm-agent eventlog FILE` shows what the log replays to.";
    MethodNotAllowed "method_not_allowed" 405 exit::OTHER,
        "This path does not answer that method.",
        "The `Allow` header names the methods.";
    Misconfigured "misconfigured" 500 exit::OTHER,
        "A setting of the gate is missing or wrong; it is named.",
        "The operator sets the named variable; `GET /healthz` lists what every gate needs and lacks.";
    NameInvalid "name_invalid" 400 exit::REFUSED,
        "The name of the secret is not 1 to 64 of `A-Z a-z 0-9 - _ .` starting with a letter or digit.",
        "Correct the name.";
    NonceMismatch "nonce_mismatch" 401 exit::NOT_VERIFIED,
        "The token's `eat_nonce` is not exactly the nonce expected.",
        "Ask for a token with the nonce of this very session, and no other.";
    NotAuthorized "not_authorized" 401 exit::REFUSED,
        "The caller is not an owner who may do this.",
        "Send an owner token with the right for this secret (403: the owner is known, the right is lacking).";
    PolicyInvalid "policy_invalid" 422 exit::OTHER,
        "The policy document is malformed; where is named.",
        "Correct the policy.";
    PolicyRequired "policy_required" 422 exit::REFUSED,
        "A new secret was sent without a policy.",
        "Send `\"policy\": {…}` with the first value.";
    PolicyTooOpen "policy_too_open" 422 exit::REFUSED,
        "The condition pins no project, instance, image or service account: any Google customer's machine would pass.",
        "Pin one of them, or add `\"project_not_pinned\"` to `acknowledge`.";
    PreconditionFailed "precondition_failed" 412 exit::REFUSED,
        "`If-Match` or `If-None-Match` does not hold, or a policy was sent for a secret that exists.",
        "Read the secret's metadata and send its `ETag` as `If-Match`.";
    QuoteMalformed "quote_malformed" 403 exit::NOT_VERIFIED,
        "A quote, its signature or its list of registers is malformed.",
        "Give what `cvm-agent attest` or `gotpm attest` wrote.";
    QuoteMissing "quote_missing" 403 exit::NOT_VERIFIED,
        "The evidence has no quote of a usable bank.",
        "Quote the SHA-256 bank: it is the one that every firmware measures.";
    QuoteNonceMismatch "quote_nonce_mismatch" 403 exit::NOT_VERIFIED,
        "The quote was not made for this nonce.",
        "Give the nonce that the quote was made with; an old quote is worth nothing.";
    QuotePcrsMismatch "quote_pcrs_mismatch" 403 exit::NOT_VERIFIED,
        "The register values beside a quote are not those it was made over.",
        "Make the evidence again.";
    QuoteSignatureInvalid "quote_signature_invalid" 403 exit::NOT_VERIFIED,
        "The signature of a quote does not verify under the attestation key.",
        "Make the evidence again on the machine itself.";
    RequestInvalid "request_invalid" 400 exit::REFUSED,
        "The request is not what this path takes; the defect is named.",
        "Correct the request; `GET /openapi.json` describes it.";
    RequestTooLarge "request_too_large" 413 exit::REFUSED,
        "The request is larger than this path takes.",
        "Values are at most 64 KiB.";
    RootNotTrusted "root_not_trusted" 401 exit::NOT_VERIFIED,
        "The chain does not lead to a trusted root.",
        "Give the root that the issuer publishes.";
    RootsInvalid "roots_invalid" 500 exit::OTHER,
        "The trusted roots are not PEM certificates.",
        "Give the issuer's root certificate as PEM.";
    RouteNotFound "route_not_found" 404 exit::OTHER,
        "There is nothing at this path.",
        "`GET /openapi.json` lists the paths.";
    SecretNotFound "secret_not_found" 404 exit::REFUSED,
        "There is no secret with this name, or not for this owner.",
        "Check the name; a machine sees `condition_not_met` instead.";
    SignatureInvalid "signature_invalid" 401 exit::NOT_VERIFIED,
        "The signature does not verify with the selected key.",
        "The token was altered or was not signed by this issuer.";
    TokenAlreadyUsed "token_already_used" 409 exit::TRY_LATER,
        "This token has already released this secret.",
        "Take a fresh token; each works once.";
    TokenExpired "token_expired" 401 exit::NOT_VERIFIED,
        "The token's time is over.",
        "Take a fresh token, or verify a saved one at the time it was made.";
    TokenLifetimeTooLong "token_lifetime_too_long" 401 exit::NOT_VERIFIED,
        "The token claims a longer life than tokens of this issuer have.",
        "Google's tokens live one hour.";
    TokenMalformed "token_malformed" 401 exit::NOT_VERIFIED,
        "The text is not a JWT in strict compact form.",
        "Send exactly the token: three parts of base64url without padding, nothing around them.";
    TokenMissing "token_missing" 401 exit::REFUSED,
        "The request carries no token.",
        "Send `Authorization: Bearer TOKEN`.";
    TokenNotYetValid "token_not_yet_valid" 401 exit::NOT_VERIFIED,
        "The token is from the future.",
        "Check the clock of the verifier.";
    TokenTooLarge "token_too_large" 401 exit::NOT_VERIFIED,
        "The token is larger than any real one.",
        "Tokens are at most 32 KiB.";
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl serde::Serialize for Code {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::Code;

    #[test]
    fn codes_are_sorted_and_unique() {
        assert!(
            Code::ALL
                .windows(2)
                .all(|pair| pair[0].as_str() < pair[1].as_str())
        );
    }
}
