// Times the npm package beside bare node:crypto on one token: medians of interleaved rounds.
//
// node verify.mjs PACKAGE-FOLDER < vector.json > microseconds.json

import { createPublicKey, verify as bareVerify } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

const ROUNDS = 21;
const WARM_UP = 3;
const CALLS = 200;

const [folder] = process.argv.slice(2);
const manifest = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
const load = (name) => import(pathToFileURL(join(folder, manifest.exports[name].node)));
const host = await load('.');
const pure = await load('./pure');

const vector = JSON.parse(readFileSync(0, 'utf8'));
const { token } = vector;

function optionsOf(api) {
  const options = {
    issuer: api.createLocalIssuer(vector.options.issuer, vector.keys.jwks),
    audience: vector.options.audience,
    currentDate: new Date(vector.now * 1000),
  };
  if (vector.options.nonce) options.nonce = vector.options.nonce;
  return options;
}

const [header, payload, signature] = token.split('.');
const { kid } = JSON.parse(Buffer.from(header, 'base64url').toString());
const jwk = vector.keys.jwks.keys.find((key) => key.kid === kid);
const key = createPublicKey({ key: jwk, format: 'jwk' });
const message = Buffer.from(`${header}.${payload}`);
const bytes = Buffer.from(signature, 'base64url');

const hostOptions = optionsOf(host);
const pureOptions = optionsOf(pure);
const contestants = {
  bare: () => bareVerify('sha256', message, key, bytes),
  host: async () => (await host.verify(token, hostOptions)).appraisal.verified,
  pure: () => pure.verify(token, pureOptions).appraisal.verified,
};

const times = Object.fromEntries(Object.keys(contestants).map((name) => [name, []]));
for (let round = 0; round < WARM_UP + ROUNDS; round += 1) {
  for (const [name, call] of Object.entries(contestants)) {
    const started = process.hrtime.bigint();
    for (let count = 0; count < CALLS; count += 1) {
      if ((await call()) !== true) throw new Error(`${name} refuses the token`);
    }
    const microseconds = Number(process.hrtime.bigint() - started) / 1000 / CALLS;
    if (round >= WARM_UP) times[name].push(microseconds);
  }
}

const median = (values) => values.sort((a, b) => a - b)[Math.floor(values.length / 2)];
const result = Object.fromEntries(Object.entries(times).map(([name, list]) => [name, median(list)]));
process.stdout.write(JSON.stringify({ ...result, node: process.version, rounds: ROUNDS, calls: CALLS }));
