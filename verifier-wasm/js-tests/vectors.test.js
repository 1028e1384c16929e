// Every shared vector through both entries: host crypto, and everything in wasm.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { judge } from './support/judge.js';
import { installed } from './support/package.js';
import { load } from './support/vectors.js';

const entries = await installed();
const vectors = load();

for (const name of ['verifier', 'pure']) {
  test(`${name}: every vector has its verdict`, async (t) => {
    let count = 0;
    for (const [path, vector] of vectors) {
      const verdict = await judge(entries[name], vector);
      assert.deepEqual(
        verdict,
        { verify: vector.expect, appraise: vector.expect, missing: [] },
        `${path}: ${vector.comment}`,
      );
      count += 1;
    }
    assert.equal(count, vectors.length);
    t.diagnostic(`${count} vectors`);
  });
}
