import { createPublicKey, verify } from 'node:crypto';
import { KeyCache } from './key-cache.js';

const ALGORITHMS = new Set(['ES256', 'RS256']);
const keys = new KeyCache();

/** Checks by `node:crypto`. Undefined where it cannot. */
export function checkSignature(algorithm, jwk, message, signature) {
  if (!ALGORITHMS.has(algorithm)) return undefined;
  try {
    let key = keys.get(jwk);
    if (!key) {
      key = createPublicKey({ key: JSON.parse(jwk), format: 'jwk' });
      keys.set(jwk, key);
    }
    // RFC 7518 §3.4 writes an ECDSA signature as two numbers; for RSA the setting has no meaning.
    return verify('sha256', message, { key, dsaEncoding: 'ieee-p1363' }, signature);
  } catch {
    return undefined;
  }
}
