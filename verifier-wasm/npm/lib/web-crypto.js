import { KeyCache } from './key-cache.js';

const ALGORITHMS = {
  ES256: { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' },
  RS256: { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256' },
};
const keys = new KeyCache();

/** Checks by WebCrypto. Undefined where there is none (an insecure context) or it cannot. */
export async function checkSignature(algorithm, jwk, message, signature) {
  const subtle = globalThis.crypto?.subtle;
  const parameters = ALGORITHMS[algorithm];
  if (!subtle || !parameters) return undefined;
  try {
    let key = keys.get(jwk);
    if (!key) {
      // The key is kept, never the promise: on workerd no request may await another's.
      key = await subtle.importKey('jwk', JSON.parse(jwk), parameters, false, ['verify']);
      keys.set(jwk, key);
    }
    return await subtle.verify(parameters, key, signature, message);
  } catch {
    return undefined;
  }
}
