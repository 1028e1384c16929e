// The verdict of the verifier, check by check, in words.

import { element, inline, notice } from './dom.js';

const CHECKS = {
  token: 'It has the form of a token',
  issuer: 'It comes from the issuer that you trust',
  key: 'The issuer has the key that it names',
  signature: 'The signature is that key’s',
  claims: 'Its claims have the types that they must have',
  expiry: 'It has not expired',
  not_before: 'It has begun to count',
  lifetime: 'It does not claim to live too long',
  age: 'It is not too old',
  audience: 'It is for this audience',
  nonce: 'It carries exactly this nonce',
  policy_issuer: 'The policy accepts its issuer',
  condition: 'The condition holds',
};

export function verdict(appraisal) {
  const checks = element('ul', 'checks', ...appraisal.checks.map(item));
  return [headline(appraisal), checks];
}

function headline({ verified, code, evaluated_at: at }) {
  if (verified) return notice('good', 'Verified.', `Every check passed, as of ${at}.`);
  return notice('bad', 'Not verified.', `The first check that failed says `, element('code', '', code), `, as of ${at}.`);
}

function item({ check, ok, expected, actual, hint }) {
  const [kind, word] = ok === null ? ['idle', '– not reached'] : ok ? ['good', '✓ passed'] : ['bad', '✗ failed'];
  const body = element('div', '', Object.hasOwn(CHECKS, check) ? CHECKS[check] : check);
  if (check === 'condition' && expected !== null) body.append(': ', element('code', '', inline(expected)));
  if (hint) body.append(element('p', '', hint));
  if (ok === false && check !== 'condition') {
    if (expected !== null) body.append(element('p', '', 'expected ', element('code', '', inline(expected))));
    if (actual !== null) body.append(element('p', '', 'found ', element('code', '', inline(actual))));
  }
  return element('li', '', element('span', `word ${kind}`, word), body);
}
