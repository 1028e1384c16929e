import { SignatureAnswer } from '../wasm/sealgate_wasm.js';
import { begin, decode, finish, verifiedOf } from './engine.js';
import { SealgateError, guarded } from './error.js';

/**
 * The default entry over a host: `load` brings the wasm in, and `checkSignature` answers true or
 * false by the host's crypto, or undefined where it cannot.
 */
export function asyncApi(load, checkSignature) {
  async function judge(token, options) {
    await loaded(load);
    const verification = begin(token, options);
    return finish(verification, await answerTo(verification, checkSignature));
  }
  return {
    async appraise(token, options) {
      return (await judge(token, options)).appraisal;
    },
    async decode(token) {
      await loaded(load);
      return decode(token);
    },
    async verify(token, options) {
      return verifiedOf(await judge(token, options));
    },
  };
}

async function loaded(load) {
  try {
    await load();
  } catch (cause) {
    throw new SealgateError('internal_error', 'the wasm module could not be loaded', { cause });
  }
}

async function answerTo(verification, checkSignature) {
  const { algorithm } = verification;
  // Already refused: there is no signature to check, and no answer that would count.
  if (algorithm === undefined) return SignatureAnswer.Invalid;
  const { key, message, signature } = verification;
  const valid = await checkSignature(algorithm, key, message, signature);
  if (valid === undefined) return guarded(() => verification.checkSignature());
  return valid === true ? SignatureAnswer.Valid : SignatureAnswer.Invalid;
}
