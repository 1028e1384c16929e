// The snippets of the package's README, as they stand there.

import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { mock, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { installed, project } from './support/package.js';
import { NOW, jwks, options, payload, signed } from './support/tokens.js';

const { verifier } = await installed();
const folder = project();
const readme = readFileSync(join(folder, 'node_modules/@sealgate/verifier/README.md'), 'utf8');
const snippets = [...readme.matchAll(/^```js\n(.*?)^```$/gms)].map(([, code]) => code);

/** Runs a snippet as a module of the project that installed the package. */
async function run(index, globals) {
  const file = join(folder, `readme-${index}.js`);
  writeFileSync(file, snippets[index]);
  Object.assign(globalThis, globals);
  await import(pathToFileURL(file));
}

mock.method(Date, 'now', () => (NOW + 60) * 1000);

test('there are two snippets', () => {
  assert.equal(snippets.length, 2);
});

test('the first verifies a token', async () => {
  const log = mock.method(console, 'log', () => {});
  const token = signed({ ...payload, iss: 'https://confidentialcomputing.googleapis.com' });
  await run(0, { jwks, token });
  log.mock.restore();
  assert.deepEqual(log.mock.calls.map((call) => call.arguments), [['i']]);
});

test('the second acts on the code', async () => {
  const askForAFreshOne = mock.fn();
  const currentDate = new Date((NOW + 7200) * 1000);
  await run(1, { token: signed(), options: options(verifier, { currentDate }), askForAFreshOne });
  assert.equal(askForAFreshOne.mock.callCount(), 1);
});
