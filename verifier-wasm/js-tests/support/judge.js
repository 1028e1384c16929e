// One vector through one entry of the package. Runs on every host, so it imports nothing.

/** The last moment that a `Date` can hold; vectors beyond it mean a clock at its end. */
const LAST_MOMENT = 8.64e15;

/** What `verify`, `appraise` and `decode` say: `ok` or a code, and which claims were not found. */
export async function judge(api, vector) {
  const token = textOf(vector.token);
  let options;
  try {
    options = optionsOf(api, vector);
  } catch (error) {
    return { verify: codeOf(api, error), appraise: codeOf(api, error), missing: [] };
  }
  return {
    verify: await verify(api, token, options),
    appraise: await appraise(api, token, options),
    missing: await missingClaims(api, token, vector.claims ?? {}),
  };
}

/** A text, or pieces that are repeated so many times. */
export function textOf(token) {
  if (typeof token === 'string') return token;
  return token.repeat.map(([piece, count]) => piece.repeat(count)).join('');
}

export function optionsOf(api, { keys, options, now }) {
  const { issuer, audience, nonce, policy, clock_skew, max_age } = options;
  const found = {
    issuer: api.createLocalIssuer(issuer, keys.roots === undefined ? keys.jwks : [keys.roots]),
    audience,
    currentDate: new Date(Math.min(now * 1000, LAST_MOMENT)),
  };
  if (nonce !== undefined) found.nonce = nonce;
  if (policy !== undefined) found.policy = policy;
  if (clock_skew !== undefined) found.clockTolerance = clock_skew;
  if (max_age !== undefined) found.maxTokenAge = max_age;
  return found;
}

async function verify(api, token, options) {
  try {
    const { payload, protectedHeader, appraisal } = await api.verify(token, options);
    if (!appraisal.verified || !payload || !protectedHeader.alg) return 'incomplete';
    return 'ok';
  } catch (error) {
    const code = codeOf(api, error);
    if (error.appraisal && error.appraisal.code !== code) return 'inconsistent';
    return code;
  }
}

async function appraise(api, token, options) {
  try {
    const { verified, code } = await api.appraise(token, options);
    if (verified !== (code === null)) return 'inconsistent';
    return code ?? 'ok';
  } catch (error) {
    return codeOf(api, error);
  }
}

function codeOf(api, error) {
  if (!(error instanceof api.SealgateError)) throw error;
  return error.code;
}

async function missingClaims(api, token, claims) {
  const pointers = Object.entries(claims);
  if (pointers.length === 0) return [];
  const { payload } = await api.decode(token);
  return pointers
    .filter(([pointer, value]) => JSON.stringify(at(payload, pointer)) !== JSON.stringify(value))
    .map(([pointer]) => pointer);
}

/** The value at a JSON pointer (RFC 6901). */
function at(value, pointer) {
  const names = pointer.split('/').slice(1);
  return names
    .map((name) => name.replaceAll('~1', '/').replaceAll('~0', '~'))
    .reduce((inner, name) => inner?.[name], value);
}
