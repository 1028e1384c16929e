/** Every failure of this package. Match on `code`; the message is for people and may change. */
export class SealgateError extends Error {
  #appraisal;

  constructor(code, message, { claim, expected, actual, appraisal, cause } = {}) {
    super(message, cause === undefined ? undefined : { cause });
    this.code = code;
    this.claim = claim ?? undefined;
    this.expected = expected ?? undefined;
    this.actual = actual ?? undefined;
    this.#appraisal = appraisal;
  }

  /** Called by the wasm module, which speaks JSON text. */
  static fromText(code, message, details) {
    return new SealgateError(code, message, JSON.parse(details) ?? {});
  }

  // On the prototype, so that printing an error does not print a token's claims.
  get appraisal() {
    return this.#appraisal;
  }

  /** What may go into a log: the claims of the token are left out. */
  toJSON() {
    const { name, code, message, claim, expected, actual } = this;
    const appraisal = this.#appraisal && { ...this.#appraisal, claims: null };
    return { name, code, message, claim, expected, actual, appraisal };
  }
}

Object.defineProperty(SealgateError.prototype, 'name', {
  value: 'SealgateError',
  configurable: true,
  writable: true,
});

/** An argument that is not what it must be. */
export function invalidRequest(message, details) {
  return new SealgateError('request_invalid', message, details);
}

/** Runs `call`, and turns whatever is not ours into an `internal_error`: a trap in wasm, say. */
export function guarded(call, wrap = internalError) {
  try {
    return call();
  } catch (error) {
    if (error instanceof SealgateError) throw error;
    throw wrap(error);
  }
}

/** Runs `call`, which reads an argument: its getters are the caller's and may throw anything. */
export function readable(name, call) {
  return guarded(call, (cause) => invalidRequest(`${name} cannot be read`, { cause }));
}

function internalError(cause) {
  return new SealgateError('internal_error', 'the verifier failed unexpectedly', { cause });
}
