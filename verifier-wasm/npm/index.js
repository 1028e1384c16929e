import { asyncApi } from './lib/async.js';
import { localIssuer } from './lib/issuer.js';
import { load } from './lib/load-url.js';
import { checkSignature } from './lib/web-crypto.js';

export { SealgateError } from './lib/error.js';
export { localIssuer as createLocalIssuer };
export const { appraise, decode, verify } = /* @__PURE__ */ asyncApi(load, checkSignature);
