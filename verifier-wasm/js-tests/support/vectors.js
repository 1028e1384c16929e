// The shared vectors: every JSON file below tests/vectors/token that is not a key set.

import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { vectors as folder } from './environment.js';

/** `[path, vector]` of each file. */
export function load() {
  const paths = [...list(''), ...list('real/')].sort();
  if (paths.length === 0) throw new Error(`${folder} has no vectors`);
  return paths.map((path) => [path, JSON.parse(readFileSync(join(folder, path), 'utf8'))]);
}

function list(prefix) {
  return readdirSync(join(folder, prefix))
    .filter((name) => name.endsWith('.json') && !name.endsWith('.jwks.json'))
    .map((name) => `${prefix}${name}`);
}
