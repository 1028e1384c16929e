// The installed package inside workerd: the files that its `exports` name for that runtime.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { extname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { workerd } from './environment.js';

const NAME = 'node_modules/@sealgate/verifier';
const HERE = fileURLToPath(new URL('..', import.meta.url));

/** Starts workerd on a free port: `{url, stop}`. */
export async function start(project) {
  const work = mkdtempSync(join(project, 'workerd-'));
  writeFileSync(join(work, 'config.capnp'), configuration(project, work));
  const child = spawn(
    workerd(),
    ['serve', 'config.capnp', '--socket-addr=http=127.0.0.1:0', '--control-fd=1'],
    { cwd: work, stdio: ['ignore', 'pipe', 'inherit'] },
  );
  const gone = once(child, 'exit');
  const stop = async () => {
    child.kill('SIGKILL');
    await gone;
    rmSync(work, { recursive: true, force: true });
  };
  try {
    return { url: `http://127.0.0.1:${await Promise.race([port(child), ended(gone)])}`, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function port(child) {
  for await (const line of createInterface({ input: child.stdout })) {
    const message = JSON.parse(line);
    if (message.event === 'listen') return message.port;
  }
  throw new Error('workerd did not say where it listens');
}

async function ended(gone) {
  const [code] = await gone;
  throw new Error(`workerd ended with ${code} before it listened`);
}

function configuration(project, work) {
  const folder = join(project, NAME);
  const { exports } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  const entry = (path) => `./${NAME}/${exports[path].workerd.slice(2)}`;
  const worker = readFileSync(join(HERE, 'workerd/worker.js'), 'utf8')
    .replace("from 'pure'", `from '${entry('./pure')}'`)
    .replace("from 'verifier'", `from '${entry('.')}'`);
  const modules = [];
  const add = (name, kind, bytes) => {
    const file = `${modules.length}.module`;
    writeFileSync(join(work, file), bytes);
    modules.push(`(name = "${name}", ${kind} = embed "${file}")`);
  };
  add('worker.js', 'esModule', worker);
  add('judge.js', 'esModule', readFileSync(join(HERE, 'support/judge.js')));
  for (const path of readdirSync(folder, { recursive: true })) {
    const kind = { '.js': 'esModule', '.wasm': 'wasm' }[extname(path)];
    if (kind) add(`${NAME}/${path}`, kind, readFileSync(join(folder, path)));
  }
  return `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [(name = "main", worker = (
    modules = [${modules.join(', ')}],
    compatibilityDate = "2026-05-01",
  ))],
  sockets = [(name = "http", address = "127.0.0.1:0", http = (), service = "main")],
);
`;
}
