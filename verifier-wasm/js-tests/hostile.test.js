// Tokens and values that are made to break the caller, not to pass.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { join } from 'node:path';
import { refuses } from './support/checks.js';
import { installed, project } from './support/package.js';
import { NOW, options, payload, signed } from './support/tokens.js';

const entries = await installed();

for (const [name, api] of Object.entries(entries)) {
  test(`${name}: what is no string has no form of a token`, async () => {
    const throwing = { toString: () => { throw new Error('no'); }, get length() { throw new Error('no'); } };
    const values = [undefined, null, 5, 5n, true, {}, [], Symbol('t'), () => {}, throwing, new String(signed()), Buffer.from(signed())];
    for (const value of values) {
      await refuses(api, 'token_malformed', () => api.verify(value, options(api)));
      await refuses(api, 'token_malformed', () => api.decode(value));
      assert.equal((await api.appraise(value, options(api))).code, 'token_malformed');
    }
  });

  test(`${name}: long and ill-formed text is refused`, async () => {
    const cases = [
      ['token_too_large', 'A'.repeat(1024 * 1024)],
      ['token_too_large', '.'.repeat(64 * 1024 * 1024)],
      ['token_too_large', `${signed()}${'A'.repeat(32 * 1024)}`],
      ['token_malformed', ''],
      ['token_malformed', '..'],
      ['token_malformed', '\ud800'],
      ['token_malformed', `${signed()}\ud800`],
      ['token_malformed', `${signed()} `],
      ['token_malformed', `Bearer ${signed()}`],
      ['token_malformed', '\0'.repeat(100)],
    ];
    for (const [code, text] of cases) {
      await refuses(api, code, () => api.verify(text, options(api)));
      await refuses(api, code, () => api.decode(text));
      assert.equal((await api.appraise(text, options(api))).code, code);
    }
  });

  test(`${name}: a claim called __proto__ stays data`, async () => {
    const text = JSON.stringify(payload).replace(
      /^\{/,
      '{"__proto__":{"polluted":true},"constructor":{"prototype":{"polluted":true}},',
    );
    const token = signed(text);
    const decoded = await api.decode(token);
    const verified = await api.verify(token, options(api));
    for (const claims of [decoded.payload, verified.payload, verified.appraisal.claims]) {
      assert.ok(Object.hasOwn(claims, '__proto__'));
      assert.equal(Object.getPrototypeOf(claims), Object.prototype);
      assert.equal(claims.polluted, undefined);
      assert.deepEqual(Object.getOwnPropertyDescriptor(claims, '__proto__').value, { polluted: true });
    }
    assert.equal({}.polluted, undefined);
  });

  test(`${name}: a refusal about __proto__ names it`, async () => {
    const error = await refuses(api, 'claim_missing', () =>
      api.verify(signed(), options(api, { policy: 'assertion.__proto__ == "x"' })),
    );
    assert.match(error.claim, /__proto__/);
  });

  test(`${name}: a duplicate claim is refused`, async () => {
    const text = JSON.stringify(payload).replace(/^\{/, '{"aud":"https://other.example",');
    await refuses(api, 'token_malformed', () => api.verify(signed(text), options(api)));
  });

  test(`${name}: a token cannot choose how it is checked`, async () => {
    for (const alg of ['none', 'HS256', 'PS256', 'rs256', 'RS512']) {
      const token = signed(payload, { alg, kid: 'key-1' });
      await refuses(api, 'algorithm_not_allowed', () => api.verify(token, options(api)));
    }
    const token = signed(payload, { alg: 'ES256', kid: 'key-1' });
    await refuses(api, 'algorithm_not_allowed', () => api.verify(token, options(api)));
  });

  test(`${name}: another payload under the same signature is refused`, async () => {
    const [header, , signature] = signed().split('.');
    const forged = JSON.stringify({ ...payload, hwmodel: 'GCP_INTEL_TDX' });
    const token = [header, Buffer.from(forged).toString('base64url'), signature].join('.');
    const error = await refuses(api, 'signature_invalid', () => api.verify(token, options(api)));
    assert.equal(error.appraisal.claims, null);
  });

  test(`${name}: a policy that asks for evidence lets no token through`, async () => {
    const policy = { condition: 'assertion.swname == "GCE"', evidence: 'required' };
    await refuses(api, 'evidence_not_supported', () => api.verify(signed(), options(api, { policy })));
  });

  test(`${name}: an error may be logged without the token's claims`, async () => {
    const error = await refuses(api, 'audience_mismatch', () =>
      api.verify(signed(), options(api, { audience: 'https://other.example' })),
    );
    assert.equal(error.name, 'SealgateError');
    assert.ok(error instanceof Error);
    assert.equal(error.claim, 'aud');
    assert.deepEqual(error.expected, ['https://other.example']);
    assert.deepEqual(error.actual, [payload.aud]);
    assert.deepEqual(error.appraisal.claims, payload);
    const logged = JSON.stringify(error);
    assert.equal(JSON.parse(logged).code, 'audience_mismatch');
    assert.ok(!logged.includes('GCP_AMD_SEV'));
    assert.ok(!Object.keys(error).includes('appraisal'));
  });

  test(`${name}: appraises every check of a token that is refused`, async () => {
    const appraisal = await api.appraise(
      signed(),
      options(api, {
        nonce: 'another',
        currentDate: new Date((NOW + 7200) * 1000),
        policy: 'assertion.swname == "GCE" && assertion.hwmodel == "GCP_INTEL_TDX"',
        maxTokenAge: 60,
      }),
    );
    assert.equal(appraisal.schema, 'sealgate.appraisal.v1');
    assert.equal(appraisal.verified, false);
    assert.equal(appraisal.code, 'token_expired');
    const failed = appraisal.checks.filter(({ ok }) => ok === false).map(({ check }) => check);
    assert.deepEqual(failed, ['expiry', 'age', 'nonce', 'condition']);
    assert.deepEqual(appraisal.claims, payload);
  });

  test(`${name}: many at once do not disturb each other`, async () => {
    const good = signed();
    const bad = signed({ ...payload, aud: 'https://other.example' });
    const codes = await Promise.all(
      Array.from({ length: 64 }, async (_, index) => {
        const options_ = options(api, index % 3 === 0 ? { policy: 'assertion.secboot' } : {});
        return (await api.appraise(index % 2 === 0 ? good : bad, options_)).code;
      }),
    );
    codes.forEach((code, index) => assert.equal(code, index % 2 === 0 ? null : 'audience_mismatch'));
  });
}

test('decoding is marked for what it is', async () => {
  const decoded = await entries.verifier.decode(signed());
  assert.equal(decoded.verified, false);
  assert.deepEqual(decoded, entries.pure.decode(signed()));
});

test('a trap in wasm becomes an internal_error', async () => {
  const file = join(project(), 'node_modules/@sealgate/verifier/lib/error.js');
  const { guarded } = await import(pathToFileURL(file));
  const error = await refuses(entries.verifier, 'internal_error', () =>
    guarded(() => {
      throw new WebAssembly.RuntimeError('unreachable');
    }),
  );
  assert.ok(error.cause instanceof WebAssembly.RuntimeError);
});
