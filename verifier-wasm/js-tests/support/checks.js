import assert from 'node:assert/strict';

/** That `call` fails with a SealgateError of this code; gives the error back. */
export async function refuses(api, code, call) {
  let error;
  try {
    await call();
  } catch (thrown) {
    error = thrown;
  }
  assert.ok(error instanceof api.SealgateError, `expected ${code}, got ${error}`);
  assert.equal(error.code, code, error.message);
  return error;
}
