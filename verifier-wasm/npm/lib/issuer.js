import { Issuer as WasmIssuer } from '../wasm/sealgate_wasm.js';
import { SealgateError, guarded, invalidRequest } from './error.js';

// Twice the largest key set that the core reads: longer text is refused without being copied.
const LONGEST_KEYS = 512 * 1024;

/** An issuer whose keys are known: a name, and the text of its keys as it was when it was made. */
class LocalIssuer {
  #url;
  #kind;
  #keys;
  #handle;

  constructor(url, { kind, keys }) {
    this.#url = url;
    this.#kind = kind;
    this.#keys = keys;
  }

  get issuer() {
    return this.#url;
  }

  /** The issuer on the wasm side, made when it is first needed. */
  static handle(issuer) {
    if (typeof issuer !== 'object' || issuer === null || !(#handle in issuer)) {
      throw invalidRequest('the option `issuer` must come from createLocalIssuer', {
        expected: 'an issuer made by createLocalIssuer',
        actual: issuer === undefined ? 'left out' : typeof issuer,
      });
    }
    issuer.#handle ??= guarded(() => WasmIssuer[issuer.#kind](issuer.#url, issuer.#keys));
    return issuer.#handle;
  }
}

export const handleOf = LocalIssuer.handle;

/** The issuer `url` with `keys`, which are looked at when they are first needed. */
export function localIssuer(url, keys) {
  // Half a surrogate pair would change on its way into wasm, and then equal another text.
  if (typeof url !== 'string' || url === '' || /\p{Surrogate}/u.test(url)) {
    throw invalidRequest('the issuer must be a string such as "https://issuer.example"');
  }
  return new LocalIssuer(url, keyText(keys));
}

/** The same where the wasm is at hand: malformed keys are refused at once. */
export function eagerIssuer(load) {
  return function createLocalIssuer(url, keys) {
    const issuer = localIssuer(url, keys);
    guarded(load);
    handleOf(issuer);
    return issuer;
  };
}

/** Text that begins with a brace is a key set; all other text is roots in PEM. */
function keyText(keys) {
  let found;
  if (typeof keys === 'string') {
    found = { kind: /^\s*\{/.test(keys) ? 'fromJwks' : 'fromRoots', keys };
  } else if (Array.isArray(keys)) {
    const roots = [...keys];
    if (!roots.every((root) => typeof root === 'string')) {
      throw invalidRequest('the roots must be strings in PEM');
    }
    found = { kind: 'fromRoots', keys: roots.join('\n') };
  } else if (typeof keys === 'object' && keys !== null) {
    found = { kind: 'fromJwks', keys: textOf(keys) };
  } else {
    throw invalidRequest('the keys must be a JWK set (object or JSON text) or roots in PEM');
  }
  if (found.keys.length > LONGEST_KEYS) {
    const code = found.kind === 'fromJwks' ? 'jwks_invalid' : 'roots_invalid';
    throw new SealgateError(code, 'the keys are larger than any real ones');
  }
  return found;
}

function textOf(jwks) {
  try {
    return String(JSON.stringify(jwks));
  } catch (cause) {
    throw invalidRequest('the key set cannot be written as JSON', { cause });
  }
}
