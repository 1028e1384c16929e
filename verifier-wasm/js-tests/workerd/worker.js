// POST {entry, vectors} → the verdict on each vector. The imports are written by the test.

import * as pure from 'pure';
import * as verifier from 'verifier';
import { judge } from './judge.js';

const entries = { pure, verifier };

export default {
  async fetch(request) {
    const { entry, vectors } = await request.json();
    const verdicts = [];
    for (const vector of vectors) verdicts.push(await judge(entries[entry], vector));
    return Response.json(verdicts);
  },
};
