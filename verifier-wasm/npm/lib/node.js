import { asyncApi } from './async.js';
import { eagerIssuer } from './issuer.js';
import { load } from './load-node.js';
import { checkSignature } from './node-crypto.js';

export { SealgateError } from './error.js';
export const createLocalIssuer = /* @__PURE__ */ eagerIssuer(load);
export const { appraise, decode, verify } = /* @__PURE__ */ asyncApi(load, checkSignature);
