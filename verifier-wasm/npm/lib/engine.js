import { Verification, decode as decodeText } from '../wasm/sealgate_wasm.js';
import { SealgateError, guarded, invalidRequest, readable } from './error.js';
import { handleOf } from './issuer.js';

// Far more than the 32 KiB of a token: what is longer is refused by its first megabyte, so that
// it is not copied as a whole.
const LONGEST_TEXT = 1024 * 1024;

/** The text of a token. What is no text has no form of a token either, like the empty text. */
function textOf(token) {
  return typeof token === 'string' ? token.slice(0, LONGEST_TEXT) : '';
}

/** Everything before the signature check. */
export function begin(token, options) {
  if (typeof options !== 'object' || options === null) {
    throw invalidRequest('the options must be an object with issuer and audience');
  }
  const issuer = handleOf(
    readable('the option `issuer`', () =>
      Object.hasOwn(options, 'issuer') ? options.issuer : undefined,
    ),
  );
  return guarded(() => new Verification(issuer, textOf(token), options));
}

/** Everything after it: `{refusal, protectedHeader, appraisal}`. */
export function finish(verification, answer) {
  return guarded(() => JSON.parse(verification.finish(answer)));
}

/** The verified token, or the error of the first check that failed. */
export function verifiedOf({ refusal, protectedHeader, appraisal }) {
  if (refusal) {
    const { expected, actual } = appraisal.checks.find(({ ok }) => ok === false) ?? {};
    const { message, claim } = refusal;
    throw new SealgateError(appraisal.code, message, { claim, expected, actual, appraisal });
  }
  return { payload: appraisal.claims, protectedHeader, appraisal };
}

export function decode(token) {
  return guarded(() => JSON.parse(decodeText(textOf(token))));
}
