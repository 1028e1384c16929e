// The package as a user has it: packed, and installed from the tarball into a project of its own.

import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { target } from './environment.js';

const CONSUMER = `export * as verifier from '@sealgate/verifier';
export * as pure from '@sealgate/verifier/pure';
`;

/** The folder of a project that has the package in its `node_modules`. */
export function project() {
  const built = join(target, 'npm');
  if (!existsSync(join(built, 'package.json'))) {
    throw new Error(`${built} has no package: run \`cargo xtask build\`.`);
  }
  const projects = join(target, 'js-tests');
  mkdirSync(projects, { recursive: true });
  const work = mkdtempSync(join(projects, 'new-'));
  try {
    const [{ filename }] = JSON.parse(npm(built, 'pack', '--json', '--pack-destination', work));
    const tarball = join(work, filename);
    const digest = createHash('sha256').update(readFileSync(tarball)).digest('hex').slice(0, 16);
    const finished = join(projects, digest);
    if (!existsSync(finished)) install(work, tarball, finished);
    return finished;
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

function install(work, tarball, finished) {
  const folder = join(work, 'project');
  mkdirSync(folder);
  writeFileSync(join(folder, 'package.json'), '{"private": true, "type": "module"}\n');
  writeFileSync(join(folder, 'consumer.js'), CONSUMER);
  npm(folder, 'install', '--offline', '--no-audit', '--no-fund', '--no-save', tarball);
  try {
    renameSync(folder, finished);
  } catch (error) {
    // Another test file was faster; what it installed is the same.
    if (!existsSync(finished)) throw error;
  }
  forgetOlder(finished);
}

/** Removes what earlier builds left. */
function forgetOlder(finished) {
  const projects = dirname(finished);
  for (const name of readdirSync(projects)) {
    if (name !== basename(finished) && !name.startsWith('new-')) {
      rmSync(join(projects, name), { recursive: true, force: true });
    }
  }
}

function npm(cwd, ...args) {
  return execFileSync('npm', args, { cwd, encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] });
}

/** Both entries of the installed package: `{verifier, pure}`. */
export async function installed() {
  return import(pathToFileURL(join(project(), 'consumer.js')));
}
