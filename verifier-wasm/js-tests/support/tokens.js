// An issuer of the test's own: tokens shaped like a Confidential VM's, signed with a fresh key.

import { generateKeyPairSync, sign } from 'node:crypto';

export const ISSUER = 'https://issuer.example';
export const AUDIENCE = 'https://gate.example/v1/secrets/db-password/release';
export const NOW = 1_760_000_000;

const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });

export const jwks = {
  keys: [{ ...publicKey.export({ format: 'jwk' }), kid: 'key-1', alg: 'RS256', use: 'sig' }],
};

export const payload = {
  iss: ISSUER,
  sub: 'https://www.googleapis.com/compute/v1/projects/p/zones/z/instances/i',
  aud: AUDIENCE,
  iat: NOW,
  nbf: NOW,
  exp: NOW + 3600,
  eat_nonce: 'a-nonce-of-this-session',
  hwmodel: 'GCP_AMD_SEV',
  swname: 'GCE',
  secboot: true,
  oemid: 11129,
  submods: { gce: { project_id: 'p', zone: 'z', instance_name: 'i', instance_id: '1', project_number: '2' } },
};

const base64url = (text) => Buffer.from(text).toString('base64url');

/** A token with this payload: an object, or JSON text where its spelling matters. */
export function signed(claims = payload, header = { alg: 'RS256', kid: 'key-1', typ: 'JWT' }) {
  const text = typeof claims === 'string' ? claims : JSON.stringify(claims);
  const input = `${base64url(JSON.stringify(header))}.${base64url(text)}`;
  return `${input}.${sign('sha256', Buffer.from(input), privateKey).toString('base64url')}`;
}

/** Options with which such a token is verified. */
export function options(api, changes = {}) {
  return {
    issuer: api.createLocalIssuer(ISSUER, jwks),
    audience: AUDIENCE,
    currentDate: new Date((NOW + 60) * 1000),
    ...changes,
  };
}
