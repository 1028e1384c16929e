//! Caps on everything that comes from outside, checked before it is parsed.

/// A token in compact form, in bytes. Real OIDC tokens have 2 to 3 KB, PKI tokens 11 to 12 KB.
pub const TOKEN_BYTES: usize = 32 * 1024;
/// A JWK set, in bytes.
pub const JWKS_BYTES: usize = 256 * 1024;
/// Keys in a JWK set. Google publishes two at a time.
pub const JWKS_KEYS: usize = 64;
/// A discovery document, in bytes.
pub const DISCOVERY_BYTES: usize = 64 * 1024;
/// Seconds that a fetched key set is fresh, at least and at most, whatever its issuer says.
pub const KEYS_LIFETIME: core::ops::RangeInclusive<u64> = 300..=3600;
/// Seconds after the last successful fetch at which keys end for good.
pub const KEYS_STALE: u64 = 6 * 3600;
/// Seconds between two refreshes that unknown key ids may cause, per issuer.
pub const KEYS_COOL_DOWN: u64 = 30;
/// Seconds after a failed fetch in which no request causes another.
pub const KEYS_RETRY: u64 = 5;
/// Nesting of JSON arrays and objects.
pub const JSON_DEPTH: usize = 32;
/// A `kid`, in bytes. Google's have 40 or 43, Intel's 96.
pub const KEY_ID_BYTES: usize = 256;
/// Certificates in `x5c`. Google sends three.
pub const CHAIN_CERTIFICATES: usize = 5;
/// Trusted roots of one issuer.
pub const ROOTS: usize = 16;
/// RSA modulus, in bits: smaller is breakable, larger is a way to burn time.
pub const RSA_BITS: core::ops::RangeInclusive<usize> = 2048..=4096;
/// Audiences or nonces that a caller may expect, and that a token may carry.
pub const EXPECTED_VALUES: usize = 16;

/// A policy document, in bytes.
pub const POLICY_BYTES: usize = 16 * 1024;
/// Issuers that a policy may name.
pub const POLICY_ISSUERS: usize = 16;
/// A condition, in bytes.
pub const CONDITION_BYTES: usize = 4096;
/// Nesting of brackets in a condition.
pub const CONDITION_NESTING: usize = 24;
/// Links along any one path of a clause: members, indexes, calls, operators, lists. It bounds the
/// depth to which parser and evaluator recurse. The longest of Google's own conditions has 22; 32
/// take less than 256 KiB of stack.
pub const CONDITION_LINKS: usize = 32;
/// Tokens of a condition over all clauses.
pub const CONDITION_TOKENS: usize = 1024;
/// Comprehensions (`all`, `exists`, `map`, `filter`) inside one another.
pub const CONDITION_COMPREHENSIONS: usize = 2;
/// Steps that evaluating a condition may take at most, as bounded before it is evaluated.
pub const CONDITION_STEPS: u64 = 100_000;
/// Size in bytes that any value inside an evaluation may reach at most.
pub const CONDITION_VALUE_BYTES: u64 = 1024 * 1024;

/// A secret's name, in bytes.
pub const NAME_BYTES: usize = 64;
/// A secret's value, in bytes.
pub const VALUE_BYTES: usize = 64 * 1024;
/// Root keys of a gate: the one in use and those being rolled over.
pub const ROOT_KEYS: usize = 8;
/// Owners that a gate may have.
pub const OWNERS: usize = 256;

/// Seconds by which the clocks of issuer and verifier may differ.
pub const CLOCK_SKEW: u64 = 60;
/// Longest life of a token in seconds (`exp - iat`): Google's live exactly one hour.
pub const TOKEN_LIFETIME: u64 = 3600;
/// Seconds that a used token is remembered beyond its expiry and the skew.
pub const USED_MARGIN: u64 = 300;

/// An attestation as a whole, in bytes: the log's cap and what else is in one.
pub const EVIDENCE_BYTES: usize = 4 * 1024 * 1024;
/// Quotes in an attestation. A TPM has at most one bank for each hash that is known here.
pub const QUOTES: usize = 4;
/// A `TPMS_ATTEST` or `TPMT_SIGNATURE`, in bytes. Real ones have 129 to 195, and 72 to 262.
pub const QUOTE_BYTES: usize = 1024;
/// A `TPMT_PUBLIC`, in bytes. Real ones have 88 and 280.
pub const PUBLIC_AREA_BYTES: usize = 1024;
/// A nonce for a quote, in bytes: the longest `TPM2B_DATA` of any TPM (SHA-512, 2 + 64).
pub const QUOTE_NONCE_BYTES: usize = 66;
/// A certificate of a chain, in bytes. Real ones have 1.1 to 1.9 KB.
pub const CERTIFICATE_BYTES: usize = 16 * 1024;
/// Intermediate certificates in an attestation.
pub const INTERMEDIATES: usize = 4;
/// A boot event log, in bytes. Real ones have 15 to 50 KB; a CCEL file is a region of 256 KiB.
pub const EVENT_LOG_BYTES: usize = 2 * 1024 * 1024;
/// Records of a log. A record takes at least 20 bytes; real logs have 25 to 120.
pub const LOG_EVENTS: usize = 64 * 1024;
/// Digests of one record.
pub const EVENT_DIGESTS: usize = 8;
/// The name of an EFI variable in an event, in units of UTF-16.
pub const VARIABLE_NAME_UNITS: usize = 2048;
/// The value of an EFI variable in an event, in bytes. The longest real ones, `dbx`, have 4 to 24 KB.
pub const VARIABLE_BYTES: usize = 1024 * 1024;
/// The device path of an image in an event, in bytes.
pub const DEVICE_PATH_BYTES: usize = 2048;
/// A canonical event log (Confidential Space), in bytes.
pub const CANONICAL_LOG_BYTES: usize = 1024 * 1024;
/// Registers of one bank.
pub const PCRS: usize = 24;
/// The longest digest that is known (SHA-512), in bytes.
pub const DIGEST_BYTES: usize = 64;
/// A zone's, project's or instance's name, in bytes. The longest of Google's has 63.
pub const INSTANCE_NAME_BYTES: usize = 256;
/// A field of a processor's report, in bytes. The longest is SNP's signature, 512.
pub const TEE_FIELD_BYTES: usize = 1024;
/// Certificates and other bytes after a TDX quote, in bytes. A real chain has 3.7 KB.
pub const TEE_CHAIN_BYTES: usize = 16 * 1024;
/// Entries of an SNP certificate table beside the known ones.
pub const TEE_EXTRAS: usize = 8;
/// Run-time registers of a TDX quote.
pub const RUNTIME_REGISTERS: usize = 4;
