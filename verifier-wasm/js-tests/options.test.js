// What the options refuse: nothing that is misspelt or undefined may switch off a check.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { refuses } from './support/checks.js';
import { installed } from './support/package.js';
import { AUDIENCE, ISSUER, NOW, jwks, options, payload, signed } from './support/tokens.js';

const entries = await installed();
const token = signed();

function getter(name) {
  return Object.defineProperty({}, name, {
    enumerable: true,
    get() {
      throw new Error('thrown by a getter');
    },
  });
}

for (const [name, api] of Object.entries(entries)) {
  const check = async (title, code, changes) => {
    await test(`${name}: ${title}`, async () => {
      await refuses(api, code, () => api.verify(token, changes(options(api))));
      await refuses(api, code, () => api.appraise(token, changes(options(api))));
    });
  };
  const refusesToken = async (title, code, changes) => {
    await test(`${name}: ${title}`, async () => {
      await refuses(api, code, () => api.verify(token, options(api, changes)));
      assert.equal((await api.appraise(token, options(api, changes))).code, code);
    });
  };
  const without = (option) => ({ [option]: _, ...rest }) => rest;
  const withOption = (option, value) => (good) => ({ ...good, [option]: value });

  await test(`${name}: verifies with the smallest options`, async () => {
    const { payload: claims, protectedHeader } = await api.verify(token, options(api));
    assert.deepEqual(claims, payload);
    assert.deepEqual(protectedHeader, { alg: 'RS256', kid: 'key-1', typ: 'JWT' });
  });

  await check('refuses options that are left out', 'request_invalid', () => undefined);
  await check('refuses options that are null', 'request_invalid', () => null);
  await check('refuses options that are text', 'request_invalid', () => 'issuer');
  await check('refuses a missing issuer', 'request_invalid', without('issuer'));
  await check('refuses a missing audience', 'request_invalid', without('audience'));
  for (const misspelt of ['nonces', 'Audience', 'maxAge', 'policies', '__proto__x', 'issuers']) {
    await check(`refuses the unknown option ${misspelt}`, 'request_invalid', withOption(misspelt, 'x'));
  }
  await check('refuses options that inherit', 'request_invalid', (good) =>
    Object.assign(Object.create({ nonse: 'x' }), good),
  );
  await check('refuses a huge sparse list', 'request_invalid', withOption('audience', new Array(2 ** 26)));
  await test(`${name}: takes nothing from a polluted prototype`, async () => {
    Object.prototype.clockTolerance = 1e9;
    try {
      const currentDate = new Date((NOW + 86_400) * 1000);
      const { code } = await api.appraise(token, options(api, { currentDate }));
      assert.equal(code, 'token_expired');
    } finally {
      delete Object.prototype.clockTolerance;
    }
  });
  await check('refuses a symbol', 'request_invalid', withOption(Symbol('nonce'), 'x'));
  for (const option of ['issuer', 'audience', 'nonce', 'policy', 'currentDate', 'clockTolerance', 'maxTokenAge']) {
    for (const value of [undefined, null, true, () => {}, 1n, Symbol('x')]) {
      await check(`refuses ${option}: ${String(value)}`, 'request_invalid', withOption(option, value));
    }
    await check(`refuses ${option} that throws`, 'request_invalid', (good) =>
      Object.defineProperties(good, Object.getOwnPropertyDescriptors(getter(option))),
    );
  }
  for (const option of ['audience', 'nonce']) {
    const many = Array.from({ length: 17 }, (_, index) => `${AUDIENCE}/${index}`);
    const throwing = Object.defineProperty(['a', 'b'], 1, { get: () => { throw new Error('no'); } });
    for (const value of ['', [''], ['a', ''], ['a', 1], [['a']], many, 'half \ud800', ['\udfff'], {}, 5, throwing]) {
      await check(`refuses ${option} as ${typeof value} ${value.length}`, 'request_invalid', withOption(option, value));
    }
  }
  await refusesToken('accepts no token when no audience is expected', 'audience_mismatch', { audience: [] });
  await refusesToken('accepts no token when no nonce is expected', 'nonce_mismatch', { nonce: [] });
  for (const option of ['clockTolerance', 'maxTokenAge']) {
    for (const value of [-1, 0.5, NaN, Infinity, 2 ** 60, '60', [60], new Date(0)]) {
      await check(`refuses ${option}: ${value}`, 'request_invalid', withOption(option, value));
    }
  }
  for (const value of [new Date(NaN), new Date(-1), NOW, new Date(NOW).toISOString(), Object.create(Date.prototype)]) {
    await check(`refuses currentDate of ${typeof value}`, 'request_invalid', withOption('currentDate', value));
  }
  class Inheriting {
    condition = 'true';
    get evidence() {
      return 'required';
    }
  }
  for (const value of [
    5,
    [],
    getter('condition'),
    { toJSON: () => undefined },
    { condition: 'true', evidence: undefined },
    new Inheriting(),
    Object.assign(Object.create({ evidence: 'required' }), { condition: 'true' }),
  ]) {
    await check(`refuses a policy of ${typeof value}`, 'request_invalid', withOption('policy', value));
  }
  for (const value of ['assertion.(', '', {}, { condition: 'true', issuer: 'x' }]) {
    await check(`refuses the policy ${JSON.stringify(value)}`, 'policy_invalid', withOption('policy', value));
  }
  await check('refuses an issuer of another make', 'request_invalid', withOption('issuer', { issuer: ISSUER }));

  await test(`${name}: an error says what was expected, never the value`, async () => {
    const error = await refuses(api, 'request_invalid', () =>
      api.verify(token, options(api, { nonce: undefined })),
    );
    assert.match(error.message, /nonce.*leave the option out/);
    assert.equal(typeof error.expected, 'string');
    assert.equal(error.appraisal, undefined);
  });

  await test(`${name}: makes issuers from what an issuer publishes`, async () => {
    for (const keys of [jwks, JSON.stringify(jwks), ` \n${JSON.stringify(jwks)}`]) {
      const issuer = api.createLocalIssuer(ISSUER, keys);
      assert.equal(issuer.issuer, ISSUER);
      await api.verify(token, options(api, { issuer }));
    }
  });

  await test(`${name}: keeps the keys that an issuer was made with`, async () => {
    const mine = structuredClone(jwks);
    const issuer = api.createLocalIssuer(ISSUER, mine);
    mine.keys.length = 0;
    await api.verify(token, options(api, { issuer }));
  });

  await test(`${name}: refuses what is no issuer`, async () => {
    const cyclic = {};
    cyclic.keys = [cyclic];
    const cases = [
      ['request_invalid', '', jwks],
      ['request_invalid', undefined, jwks],
      ['request_invalid', new URL(ISSUER), jwks],
      ['request_invalid', 'https://half.example/\ud800', jwks],
      ['request_invalid', ISSUER, undefined],
      ['request_invalid', ISSUER, null],
      ['request_invalid', ISSUER, 5],
      ['request_invalid', ISSUER, jwks.keys],
      ['request_invalid', ISSUER, cyclic],
      ['request_invalid', ISSUER, getter('keys')],
      ['jwks_invalid', ISSUER, {}],
      ['jwks_invalid', ISSUER, ''],
      ['jwks_invalid', ISSUER, '<html>'],
      ['jwks_invalid', ISSUER, { keys: [] }],
      ['jwks_invalid', ISSUER, '{"keys":[{}],"keys":[{}]}'],
      ['jwks_invalid', ISSUER, `{"keys":[{}]${' '.repeat(256 * 1024)}}`],
      ['jwks_invalid', ISSUER, `{"keys":[{}]${' '.repeat(8 * 1024 * 1024)}}`],
      ['roots_invalid', ISSUER, []],
      ['roots_invalid', ISSUER, ['not a certificate']],
      ['roots_invalid', ISSUER, '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n'],
    ];
    for (const [code, url, keys] of cases) {
      await refuses(api, code, () => api.createLocalIssuer(url, keys));
    }
  });
}
