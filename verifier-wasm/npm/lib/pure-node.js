import { eagerIssuer } from './issuer.js';
import { load } from './load-node.js';
import { syncApi } from './sync.js';

export { SealgateError } from './error.js';
export const createLocalIssuer = /* @__PURE__ */ eagerIssuer(load);
export const { appraise, decode, verify } = /* @__PURE__ */ syncApi(load);

/** Nothing to wait for here: the wasm is loaded by the first call. */
export async function init() {
  load();
}
