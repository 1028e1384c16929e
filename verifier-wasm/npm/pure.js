import { invalidRequest } from './lib/error.js';
import { localIssuer } from './lib/issuer.js';
import { isLoaded, load } from './lib/load-url.js';
import { syncApi } from './lib/sync.js';

export { SealgateError } from './lib/error.js';
export { load as init, localIssuer as createLocalIssuer };
export const { appraise, decode, verify } = /* @__PURE__ */ syncApi(() => {
  if (!isLoaded()) throw invalidRequest('the wasm is not loaded yet: `await init()` first');
});
