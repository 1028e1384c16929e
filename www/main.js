// The token page. Every decision is the verifier's; this file moves text in and verdicts out.

import { relative, rows } from './claims.js';
import { element, notice, visible } from './dom.js';
import { tokenIn } from './token.js';
import { verdict } from './verdict.js';
import { SealgateError, appraise, createLocalIssuer, decode, init } from './verifier/pure.js';

const at = (id) => document.getElementById(id);
const field = at('token');

/** The payload on show, or null. */
let shown = null;

function show() {
  const text = tokenIn(field.value);
  colour(field.value, text);
  at('verdict').replaceChildren();
  shown = null;
  try {
    if (text !== '') showDecoded(decode(text));
    else at('state').replaceChildren();
  } catch (error) {
    at('state').replaceChildren(notice('bad', 'This is no token.', reason(error)));
  }
  at('decoded').hidden = shown === null;
  warnWhileLive();
}

function showDecoded({ protectedHeader, payload }) {
  shown = payload;
  at('state').replaceChildren(
    notice('warn', 'Decoded, not verified.', 'Anybody can have written every word below. ', link('#verify-title', 'Verify it'), ' before you believe it.'),
  );
  at('header').textContent = visible(JSON.stringify(protectedHeader, null, 2));
  at('payload').textContent = visible(JSON.stringify(payload, null, 2));
  at('claims').replaceChildren(...rows(payload));
}

/** The three segments in their colours, under the text area, whose own text is transparent. */
function colour(text, token) {
  // A token that is wrapped over lines does not occur as such: then all of the text is coloured.
  const start = text.indexOf(token);
  const end = start < 0 ? text.length : start + token.length;
  const before = text.slice(0, Math.max(start, 0));
  const segments = text.slice(before.length, end).split('.');
  const parts = segments.flatMap((segment, index) => [
    ...(index === 0 ? [] : ['.']),
    element('span', index < 3 ? `segment-${index}` : 'bad', segment),
  ]);
  // Without something after it, a line break at the end would have no height.
  at('segments').replaceChildren(visible(before), ...parts, visible(text.slice(end)), '\u200b');
}

function warnWhileLive() {
  const expiry = shown && typeof shown.exp === 'number' ? new Date(shown.exp * 1000) : undefined;
  const live = expiry !== undefined && expiry.getTime() > Date.now();
  const text = live
    ? `This token ends ${relative(expiry)}. Until then whoever holds a copy may be taken for the machine: do not share it or a picture of this page. It may also hold variables of the workload and names of accounts.`
    : '';
  // A status is read aloud when it changes, so it changes only when it says something else.
  if (at('live').dataset.text !== text) at('live').replaceChildren(...(live ? [element('strong', '', 'Live.'), ' ', text] : []));
  at('live').dataset.text = text;
  at('live').hidden = !live;
}

function reason(error) {
  if (!(error instanceof SealgateError)) return 'The page failed unexpectedly.';
  const body = element('span', '', `${error.message} (`, element('code', '', error.code), ')');
  return body;
}

function optionsOf() {
  const options = {
    issuer: createLocalIssuer(at('issuer').value.trim(), at('keys').value),
    audience: at('audience').value.trim(),
  };
  const nonces = at('nonce').value.split(/\s+/).filter((nonce) => nonce !== '');
  if (nonces.length > 0) options.nonce = nonces;
  const policy = at('policy').value.trim();
  if (policy !== '') options.policy = policy;
  const issued = new FormData(at('verify')).get('time') === 'issued';
  if (issued && typeof shown?.iat === 'number') options.currentDate = new Date(shown.iat * 1000);
  return options;
}

function verify(event) {
  event.preventDefault();
  const appraisal = attempt(() => appraise(tokenIn(field.value), optionsOf()));
  if (appraisal) {
    at('verdict').replaceChildren(...verdict(appraisal));
    if (shown) at('state').replaceChildren(summary(appraisal));
  }
  at('verdict').focus({ preventScroll: true });
  at('verdict').scrollIntoView({ block: 'nearest' });
}

function summary({ verified, code, evaluated_at: time, keys }) {
  if (verified) {
    const given = keys.source === 'jwks' ? 'key set' : 'root certificate';
    return notice('good', 'Verified', `as of ${time}, with the ${given} that you gave.`);
  }
  return notice('bad', 'Decoded, not verified:', element('code', '', code), '. See ', link('#verdict', 'the checks'), '.');
}

function link(href, text) {
  return Object.assign(element('a', '', text), { href });
}

/** The result of `call`, or undefined after its error was shown. */
function attempt(call) {
  try {
    return call();
  } catch (error) {
    at('verdict').replaceChildren(notice('bad', 'Not judged.', reason(error)));
    return undefined;
  }
}

/** A verdict belongs to what it was made from: any change takes it away. */
function forget() {
  if (at('verdict').childElementCount > 0) show();
}

async function take(file) {
  field.value = await file.text();
  show();
}

function drop(event) {
  event.preventDefault();
  const [file] = event.dataTransfer.files;
  const target = event.target === at('keys') ? at('keys') : field;
  if (file && target === field) take(file);
  else if (file) file.text().then((text) => { target.value = text; forget(); });
  else {
    target.value = event.dataTransfer.getData('text');
    show();
  }
}

/** From here on the browser itself refuses every connection of this page. */
function closeDoors() {
  const policy = document.createElement('meta');
  policy.httpEquiv = 'Content-Security-Policy';
  policy.content = "default-src 'none'; script-src 'none'; style-src 'self'; img-src data:; connect-src 'none'; form-action 'none'";
  document.head.append(policy);
}

// A failure is told by start.js, and until then nothing here answers.
await init();
closeDoors();
field.addEventListener('input', show);
at('verify').addEventListener('submit', verify);
at('verify').addEventListener('input', forget);
at('open').addEventListener('click', () => at('file').click());
at('file').addEventListener('change', ({ target }) => {
  if (target.files[0]) take(target.files[0]);
  target.value = '';
});
at('clear').addEventListener('click', () => {
  field.value = '';
  show();
  field.focus();
});
document.addEventListener('dragover', (event) => event.preventDefault());
document.addEventListener('drop', drop);
setInterval(warnWhileLive, 15_000);

field.parentElement.classList.add('coloured');
show();
