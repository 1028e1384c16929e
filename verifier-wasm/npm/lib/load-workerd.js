import module from '../wasm/sealgate_wasm_bg.wasm';
import { initSync } from '../wasm/sealgate_wasm.js';

let loaded = false;

/** workerd compiles the module itself and forbids compiling at run time. */
export function load() {
  if (loaded) return;
  initSync({ module });
  loaded = true;
}
