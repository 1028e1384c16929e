// The verdict of the verifier, check by check.

import { element, inline, notice } from './dom.js';

const CHECKS = {
  token: 'Form',
  issuer: 'Issuer',
  key: 'Key',
  signature: 'Signature',
  claims: 'Claims',
  expiry: 'Expiry',
  not_before: 'Not before',
  lifetime: 'Lifetime',
  age: 'Age',
  audience: 'Audience',
  nonce: 'Nonce',
  policy_issuer: 'Policy issuer',
  condition: 'Condition',
};

const AS_OF_ISSUE = 'On this page: choose “as of the time at which it says it was issued” under “Judge it”.';

/** What the remedy of a code comes to on this page. */
const HERE = {
  token_expired: AS_OF_ISSUE,
  certificate_expired: AS_OF_ISSUE,
  issuer_not_trusted: 'Or enter its address as the issuer that you trust.',
};

export function verdict(appraisal) {
  const checks = element('ul', 'checks', ...appraisal.checks.map(item));
  return [headline(appraisal), checks];
}

function headline({ verified, code, evaluated_at: at }) {
  if (verified) return notice('good', 'Verified.', `Every check passed, as of ${at}.`);
  return notice('bad', 'Not verified.', `The first check that failed says `, element('code', '', code), `, as of ${at}.`);
}

function item({ check, ok, code, expected, actual, hint }) {
  const [kind, word] = ok === null ? ['idle', '– not reached'] : ok ? ['good', '✓ passed'] : ['bad', '✗ failed'];
  const body = element('div', '', Object.hasOwn(CHECKS, check) ? CHECKS[check] : check);
  if (check === 'condition' && expected !== null) body.append(': ', element('code', '', inline(expected)));
  if (hint) body.append(element('p', '', Object.hasOwn(HERE, code) ? `${hint} ${HERE[code]}` : hint));
  if (ok === false && check !== 'condition') {
    if (expected !== null) body.append(element('p', '', 'expected ', element('code', '', inline(expected))));
    if (actual !== null) body.append(element('p', '', 'found ', element('code', '', inline(actual))));
  }
  return element('li', '', element('span', `word ${kind}`, word), body);
}
