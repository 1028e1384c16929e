import { asyncApi } from './async.js';
import { eagerIssuer } from './issuer.js';
import { load } from './load-workerd.js';
import { checkSignature } from './web-crypto.js';

export { SealgateError } from './error.js';
export const createLocalIssuer = /* @__PURE__ */ eagerIssuer(load);
export const { appraise, decode, verify } = /* @__PURE__ */ asyncApi(load, checkSignature);
