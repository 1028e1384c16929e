import { begin, decode, finish, verifiedOf } from './engine.js';
import { SealgateError, guarded } from './error.js';

/** The entry `./pure` over a `load` that brings the wasm in, or throws. */
export function syncApi(load) {
  function judge(token, options) {
    loaded(load);
    const verification = begin(token, options);
    return finish(verification, guarded(() => verification.checkSignature()));
  }
  return {
    appraise(token, options) {
      return judge(token, options).appraisal;
    },
    decode(token) {
      loaded(load);
      return decode(token);
    },
    verify(token, options) {
      return verifiedOf(judge(token, options));
    },
  };
}

function loaded(load) {
  try {
    load();
  } catch (error) {
    if (error instanceof SealgateError) throw error;
    const message = 'the wasm module could not be loaded';
    throw new SealgateError('internal_error', message, { cause: error });
  }
}
