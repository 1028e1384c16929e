// The entries for browsers: wasm from a URL, WebCrypto where there is one. Run in Node, whose
// `fetch` is replaced by one that reads files.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { refuses } from './support/checks.js';
import { judge } from './support/judge.js';
import { project } from './support/package.js';
import { options, signed } from './support/tokens.js';
import { load } from './support/vectors.js';

let fetches = 0;
let isOffline = true;
globalThis.fetch = async (url) => {
  fetches += 1;
  if (isOffline) throw new TypeError('fetch failed');
  return new Response(readFileSync(url), { headers: { 'content-type': 'application/wasm' } });
};

const folder = join(project(), 'node_modules/@sealgate/verifier');
const { exports } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
const entry = (path) => import(pathToFileURL(join(folder, exports[path].default)));
const verifier = await entry('.');
const pure = await entry('./pure');

test('nothing is loaded by an import', () => {
  assert.equal(fetches, 0);
});

test('the synchronous entry asks for init() first', async () => {
  const error = await refuses(pure, 'request_invalid', () => pure.decode(signed()));
  assert.match(error.message, /init\(\)/);
});

test('a module that cannot be fetched is one failure, not all later ones', async () => {
  const error = await refuses(verifier, 'internal_error', () => verifier.decode(signed()));
  assert.match(error.cause.message, /fetch failed/);
  isOffline = false;
  fetches = 0;
  await Promise.all(Array.from({ length: 8 }, () => verifier.verify(signed(), options(verifier))));
  assert.equal(fetches, 1);
});

test('both entries share the module', async () => {
  await pure.init();
  assert.equal(fetches, 1);
  assert.equal(pure.SealgateError, verifier.SealgateError);
  pure.verify(signed(), options(pure));
});

test('malformed keys are refused by the first call that needs them', async () => {
  const issuer = verifier.createLocalIssuer('https://issuer.example', '<html>');
  await refuses(verifier, 'jwks_invalid', () => verifier.verify(signed(), { ...options(verifier), issuer }));
});

for (const [name, api] of Object.entries({ verifier, pure })) {
  test(`${name} for browsers: every vector has its verdict`, async (t) => {
    const vectors = load();
    for (const [path, vector] of vectors) {
      // The keys are looked at by `verify` here, so their refusal comes from there as well.
      assert.deepEqual(
        await judge(api, vector),
        { verify: vector.expect, appraise: vector.expect, missing: [] },
        path,
      );
    }
    t.diagnostic(`${vectors.length} vectors`);
  });
}
