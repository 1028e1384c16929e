/**
 * Verifies attestation tokens: the JWTs in which an attestation service states what a Confidential
 * VM or a Confidential Space is. Everything is decided by one wasm module; signatures are checked
 * by the host's own crypto where it has one.
 *
 * @packageDocumentation
 */

/** A JSON object as the token has it: names are data, also `__proto__`. */
export interface JsonObject {
  [name: string]: unknown;
}

/** The protected header of a token (RFC 7515 §4). */
export interface ProtectedHeader extends JsonObject {
  alg?: string;
  kid?: string;
  typ?: string;
  /** Certificate chain of a PKI token, leaf first. */
  x5c?: string[];
}

/** The machine, as Google Compute Engine names it. */
export interface GceClaims extends JsonObject {
  instance_id?: string;
  instance_name?: string;
  project_id?: string;
  project_number?: string;
  zone?: string;
}

/** The workload's container, in a Confidential Space. */
export interface ContainerClaims extends JsonObject {
  image_reference?: string;
  image_digest?: string;
  image_id?: string;
  restart_policy?: string;
  args?: string[];
  cmd_override?: string[] | null;
  env?: Record<string, string>;
  env_override?: Record<string, string> | null;
  image_signatures?: JsonObject[];
}

/** What is attested, part by part. */
export interface SubmodsClaims extends JsonObject {
  gce?: GceClaims;
  container?: ContainerClaims;
  confidential_space?: JsonObject;
  nvidia_gpu?: JsonObject;
}

/** The payload of a token. Claims that are not listed here are kept and readable. */
export interface Claims extends JsonObject {
  iss?: string;
  sub?: string;
  aud?: string | string[];
  /** Seconds since 1970. */
  exp?: number;
  iat?: number;
  nbf?: number;
  /** A string when there is one nonce, an array when there are several. */
  eat_nonce?: string | string[];
  eat_profile?: string;
  secboot?: boolean;
  oemid?: number;
  hwmodel?: string;
  swname?: string;
  swversion?: string[];
  dbgstat?: string;
  attester_tcb?: string[];
  google_service_accounts?: string[];
  tdx?: JsonObject | JsonObject[];
  submods?: SubmodsClaims;
}

/** One check of an appraisal. */
export interface Check {
  /**
   * `token`, `issuer`, `key`, `signature`, `claims`, `expiry`, `not_before`, `lifetime`, `age`,
   * `audience`, `nonce`, `policy_issuer` or `condition` (one entry for each clause).
   */
  check: string;
  /** Passed, failed, or null: not reached because an earlier one failed. */
  ok: boolean | null;
  /** Why it failed. */
  code: string | null;
  expected: unknown;
  actual: unknown;
  /** What to do about it, for people. */
  hint: string | null;
}

/** The verdict on a token, check by check. It never holds the token itself. */
export interface Appraisal {
  schema: 'sealgate.appraisal.v1';
  /** Program and version. */
  tool: string;
  verified: boolean;
  /** The code of the first check that failed. */
  code: string | null;
  /** The time for which the verdict holds, RFC 3339. */
  evaluated_at: string;
  /** SHA-256 of the token's signing input in hexadecimal: the same token has the same. */
  token_sha256: string | null;
  keys: { source: string; sha256: string };
  policy_sha256: string | null;
  checks: Check[];
  /** The payload, once its signature was found valid, also when another check failed. */
  claims: Claims | null;
}

/** A policy document: the condition, and whose tokens it is for. */
export interface PolicyDocument {
  issuers?: readonly string[];
  binding?: 'challenge' | 'bearer';
  reuse?: boolean;
  evidence?: 'none' | 'required';
  acknowledge?: readonly string[];
  /** A CEL expression over `assertion.*`. */
  condition: string;
}

/** A trusted issuer, made by {@link createLocalIssuer}. */
export interface Issuer {
  /** What `iss` must be, exactly. */
  readonly issuer: string;
}

/** A key set (RFC 7517 §5). */
export interface JsonWebKeySet {
  keys: readonly object[];
}

/**
 * What is expected of a token. An option that is there must have a value, `undefined` is none, and
 * an option that does not exist is refused: no check is switched off by an accident.
 */
export interface VerifyOptions {
  /** Whose tokens are believed. */
  issuer: Issuer;
  /** The token's `aud` must be exactly this, or exactly one of these. */
  audience: string | readonly string[];
  /** The token's nonces must be exactly these, in any order. Left out: they are not looked at. */
  nonce?: string | readonly string[];
  /** A policy document, or a CEL condition such as `assertion.swname == "GCE"`. */
  policy?: PolicyDocument | string;
  /** The time of verification; now by default. A saved token is judged at its own time with it. */
  currentDate?: Date;
  /** Seconds by which clocks may differ; 60 by default. */
  clockTolerance?: number;
  /** Seconds since the token was issued, at most. */
  maxTokenAge?: number;
}

/** A token that passed every check. */
export interface VerifiedToken {
  /** The claims: the same object as `appraisal.claims`. */
  payload: Claims;
  protectedHeader: ProtectedHeader;
  appraisal: Appraisal;
}

/** A token taken apart: anybody can have written every byte of it. */
export interface UnverifiedToken {
  readonly verified: false;
  protectedHeader: ProtectedHeader;
  payload: Claims;
}

/** Every failure of this package. */
export class SealgateError extends Error {
  private constructor();
  readonly name: 'SealgateError';
  /**
   * What went wrong: `token_expired`, `audience_mismatch`, … `request_invalid` for an argument
   * that is not what it must be. Match on this, never on the message.
   */
  readonly code: string;
  /** The claim that it is about. */
  readonly claim: string | undefined;
  /** What would have passed. */
  readonly expected: unknown;
  /** What was there. */
  readonly actual: unknown;
  /** The whole verdict, where a token was judged. */
  readonly appraisal: Appraisal | undefined;
  /** For logs: everything but the token's claims. */
  toJSON(): {
    name: string;
    code: string;
    message: string;
    claim: string | undefined;
    expected: unknown;
    actual: unknown;
    appraisal: Appraisal | undefined;
  };
}

/**
 * The issuer that `iss` names exactly, with keys that are at hand.
 *
 * @param issuer such as `https://confidentialcomputing.googleapis.com`
 * @param keys a key set (object or JSON text), which signs OIDC tokens; or roots in PEM (text, or
 *   an array of texts), to which the chain of a PKI token must lead. The caller decides which, never
 *   the token.
 * @throws {SealgateError} `jwks_invalid`, `roots_invalid`. Where the wasm still has to be loaded (in
 *   a browser), malformed keys are refused by the first call that needs them.
 */
export function createLocalIssuer(
  issuer: string,
  keys: JsonWebKeySet | string | readonly string[],
): Issuer;

/**
 * Verifies a token: form, signature, time, issuer, audience, and nonce and policy where given.
 *
 * @throws {SealgateError} with the code of the first check that failed, and the appraisal.
 */
export function verify(token: string, options: VerifyOptions): Promise<VerifiedToken>;

/**
 * The verdict on a token, check by check. A token that does not pass is a verdict, not an exception.
 *
 * @throws {SealgateError} `request_invalid`, `policy_invalid`, …: for the options only.
 */
export function appraise(token: string, options: VerifyOptions): Promise<Appraisal>;

/**
 * Takes a token apart and verifies nothing.
 *
 * @throws {SealgateError} `token_malformed`, `token_too_large`
 */
export function decode(token: string): Promise<UnverifiedToken>;
