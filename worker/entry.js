// The main module: the gate, behind a guard that always answers.
//
// A trap in the wasm module (there should be none) can leave a request without anybody who will
// answer it. The guard is JavaScript, so it outlives the module: what has no answer in time, or
// ends in an exception, gets a problem document like every other refusal. Nothing was released
// then, or the release was committed and the token is used up.

import { WorkerEntrypoint } from "cloudflare:workers";
import Gate from "./index.js";

export { Index, IssuerKeys, Secret } from "./index.js";

// Longer than anything inside may take: keys 15 s and a secret 10 s, or three calls of 10 s.
const TIME_OUT_MS = 35_000;

const REFUSALS = {
  gate_unavailable: [503, "The gate's storage did not answer in time or could not write."],
  internal_error: [500, "The gate failed in a way it does not expect."],
};

function refuse(code) {
  const [status, title] = REFUSALS[code];
  console.error(JSON.stringify({ failure: "guard", detail: code }));
  const body = { type: `urn:sealgate:error:${code}`, title, status, code, detail: title };
  return new Response(JSON.stringify(body), {
    status,
    headers: {
      "Content-Type": "application/problem+json",
      "Cache-Control": "no-store",
      Vary: "Authorization, Accept",
    },
  });
}

export default class extends WorkerEntrypoint {
  async fetch(request) {
    let timer;
    const late = new Promise((resolve) => {
      timer = setTimeout(() => resolve(refuse("gate_unavailable")), TIME_OUT_MS);
    });
    try {
      return await Promise.race([new Gate(this.ctx, this.env).fetch(request), late]);
    } catch {
      return refuse("internal_error");
    } finally {
      clearTimeout(timer);
    }
  }
}
