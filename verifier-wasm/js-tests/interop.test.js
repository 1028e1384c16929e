// What we verify, `jose` verifies too: the same tokens, keys and expectations.

import assert from 'node:assert/strict';
import { webcrypto } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { tool } from './support/environment.js';
import { optionsOf, textOf } from './support/judge.js';
import { installed } from './support/package.js';
import { AUDIENCE, ISSUER, NOW, jwks, signed } from './support/tokens.js';
import { load } from './support/vectors.js';

// Node 18 has WebCrypto without the global name that jose uses.
globalThis.crypto ??= webcrypto;

const { verifier } = await installed();
const folder = tool('jose');
const { exports } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
const jose = await import(pathToFileURL(join(folder, exports['.'].import ?? exports['.'].default)));

const good = load().filter(([, { expect, keys }]) => expect === 'ok' && keys.jwks !== undefined);

test('jose verifies every good token of a key set', async (t) => {
  assert.ok(good.length > 0);
  for (const [path, vector] of good) {
    const keys = typeof vector.keys.jwks === 'string' ? JSON.parse(vector.keys.jwks) : vector.keys.jwks;
    const { payload, protectedHeader } = await jose.jwtVerify(
      textOf(vector.token),
      jose.createLocalJWKSet(keys),
      {
        issuer: vector.options.issuer,
        audience: vector.options.audience,
        currentDate: new Date(vector.now * 1000),
        clockTolerance: vector.options.clock_skew ?? 60,
      },
    );
    const ours = await verifier.verify(textOf(vector.token), optionsOf(verifier, vector));
    assert.deepEqual(ours.payload, payload, path);
    assert.deepEqual(ours.protectedHeader, protectedHeader, path);
  }
  t.diagnostic(`${good.length} tokens`);
});

test('we verify a token that jose signs', async () => {
  const { publicKey, privateKey } = await jose.generateKeyPair('RS256');
  const token = await new jose.SignJWT({ hwmodel: 'GCP_AMD_SEV', swname: 'GCE' })
    .setProtectedHeader({ alg: 'RS256', kid: 'jose', typ: 'JWT' })
    .setIssuer(ISSUER)
    .setAudience(AUDIENCE)
    .setSubject('machine')
    .setIssuedAt(NOW)
    .setNotBefore(NOW)
    .setExpirationTime(NOW + 600)
    .sign(privateKey);
  const issuer = verifier.createLocalIssuer(ISSUER, {
    keys: [{ ...(await jose.exportJWK(publicKey)), kid: 'jose' }],
  });
  const currentDate = new Date(NOW * 1000);
  const { payload } = await verifier.verify(token, { issuer, audience: AUDIENCE, currentDate });
  assert.equal(payload.swname, 'GCE');
});

test('jose and we agree on a token of our own making', async () => {
  const currentDate = new Date(NOW * 1000);
  const expected = { issuer: ISSUER, audience: AUDIENCE, currentDate };
  await jose.jwtVerify(signed(), jose.createLocalJWKSet(jwks), expected);
});
