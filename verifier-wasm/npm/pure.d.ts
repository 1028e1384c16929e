/**
 * The same as the default entry, synchronous: signatures are checked in wasm as well.
 *
 * @packageDocumentation
 */

import type {
  Appraisal,
  Issuer,
  JsonWebKeySet,
  UnverifiedToken,
  VerifiedToken,
  VerifyOptions,
} from './index.js';

export { SealgateError } from './index.js';
export type * from './index.js';

/**
 * Loads the wasm. Needed once in browsers, before any other call of this entry; elsewhere the first
 * call loads it.
 */
export function init(): Promise<void>;

/** See `createLocalIssuer` of the default entry. */
export function createLocalIssuer(
  issuer: string,
  keys: JsonWebKeySet | string | readonly string[],
): Issuer;

/** See `verify` of the default entry. */
export function verify(token: string, options: VerifyOptions): VerifiedToken;

/** See `appraise` of the default entry. */
export function appraise(token: string, options: VerifyOptions): Appraisal;

/** See `decode` of the default entry. */
export function decode(token: string): UnverifiedToken;
