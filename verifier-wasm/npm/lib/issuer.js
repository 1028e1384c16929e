import { Issuer as WasmIssuer } from '../wasm/sealgate_wasm.js';
import { SealgateError, guarded, invalidRequest, readable } from './error.js';

// Twice the largest key set that the core reads: longer text is refused without being copied.
const LONGEST_KEYS = 512 * 1024;

/** An issuer whose keys are known: a name, and the text of its keys as it was when it was made. */
class LocalIssuer {
  #url;
  #kind;
  #keys;
  #handle;

  constructor(url, { kind, text }) {
    this.#url = url;
    this.#kind = kind;
    this.#keys = text;
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
  return new LocalIssuer(
    url,
    readable('the keys', () => keyText(keys)),
  );
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

/** Text with PEM armour is roots, unless it begins as JSON does; all other text is a key set. */
function keyText(keys) {
  let kind = 'fromJwks';
  let text = keys;
  if (Array.isArray(keys)) {
    kind = 'fromRoots';
    text = pemOf([...keys]);
  } else if (typeof keys === 'object' && keys !== null) {
    text = String(JSON.stringify(keys));
  } else if (typeof keys !== 'string') {
    throw invalidRequest('the keys must be a JWK set (object or JSON text) or roots in PEM');
  } else if (keys.includes('-----BEGIN ') && !keys.trimStart().startsWith('{')) {
    kind = 'fromRoots';
  }
  if (text.length > LONGEST_KEYS) {
    const code = kind === 'fromJwks' ? 'jwks_invalid' : 'roots_invalid';
    throw new SealgateError(code, 'the keys are larger than any real ones');
  }
  return { kind, text };
}

function pemOf(roots) {
  if (!roots.every((root) => typeof root === 'string')) {
    throw invalidRequest('the roots must be strings in PEM');
  }
  return roots.join('\n');
}
