import { readFileSync } from 'node:fs';
import { initSync } from '../wasm/sealgate_wasm.js';

let loaded = false;

/** Reads the module from its file, once. Deno and Bun do the same. */
export function load() {
  if (loaded) return;
  const file = new URL('../wasm/sealgate_wasm_bg.wasm', import.meta.url);
  initSync({ module: readFileSync(file) });
  loaded = true;
}
