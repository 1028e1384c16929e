// Every shared vector inside workerd: WebCrypto, and everything in wasm.

import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { project } from './support/package.js';
import { load } from './support/vectors.js';
import { start } from './support/workerd.js';

const BATCH = 25;
const vectors = load();
const { url, stop } = await start(project());
after(stop);

for (const entry of ['verifier', 'pure']) {
  test(`${entry} in workerd: every vector has its verdict`, async (t) => {
    let count = 0;
    for (let first = 0; first < vectors.length; first += BATCH) {
      const batch = vectors.slice(first, first + BATCH);
      const body = JSON.stringify({ entry, vectors: batch.map(([, vector]) => vector) });
      const response = await fetch(url, { method: 'POST', body });
      assert.equal(response.status, 200);
      const verdicts = await response.json();
      for (const [index, [path, { comment, expect }]] of batch.entries()) {
        const expected = { verify: expect, appraise: expect, missing: [] };
        assert.deepEqual(verdicts[index], expected, `${path}: ${comment}`);
        count += 1;
      }
    }
    assert.equal(count, vectors.length);
    t.diagnostic(`${count} vectors`);
  });
}
