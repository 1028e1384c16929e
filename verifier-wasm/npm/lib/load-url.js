import initialise from '../wasm/sealgate_wasm.js';

let loading;
let loaded = false;

/** Fetches the module from beside this package, once; bundlers see the URL and move the file. */
export function load() {
  loading ??= initialise().then(
    () => {
      loaded = true;
    },
    (error) => {
      // A later call may find the network again.
      loading = undefined;
      throw error;
    },
  );
  return loading;
}

export function isLoaded() {
  return loaded;
}
