// Issuers have a handful of keys; the cap is for chains, where each leaf is a key of its own.
const CAPACITY = 64;

/** Imported keys by the text of their JWK. The oldest goes first. */
export class KeyCache {
  #keys = new Map();

  get(jwk) {
    return this.#keys.get(jwk);
  }

  set(jwk, key) {
    if (this.#keys.size >= CAPACITY) this.#keys.delete(this.#keys.keys().next().value);
    this.#keys.set(jwk, key);
  }
}
