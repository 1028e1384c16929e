// Asks the npm package in the folder of the first argument about a vector on standard input.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

const [folder] = process.argv.slice(2);
const manifest = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
const entry = manifest.exports['.'].node;
const sealgate = await import(pathToFileURL(join(folder, entry)));

const { verb, vector, token } = JSON.parse(readFileSync(0, 'utf8'));
process.stdout.write(JSON.stringify(await answer()));

async function answer() {
  if (verb === 'decode') return (await sealgate.decode(token)).payload;
  const { keys, options, now } = vector;
  const asked = {
    issuer: sealgate.createLocalIssuer(options.issuer, keys.jwks ?? keys.roots),
    audience: options.audience,
    currentDate: new Date(now * 1000),
  };
  if (options.nonce) asked.nonce = options.nonce;
  if (options.policy) asked.policy = options.policy;
  return sealgate.appraise(token, asked);
}
