// Where the built package and the tools are. `cargo xtask test` sets these variables.

import { fileURLToPath } from 'node:url';
import { join } from 'node:path';

function required(name, what) {
  const value = process.env[name];
  if (!value) throw new Error(`${name} is not set: it names ${what}; run \`cargo xtask test\`.`);
  return value;
}

/** The absolute path of `target/sealgate`. */
export const target = required('SEALGATE_TARGET', 'the folder target/sealgate');

/** The program `workerd`. */
export const workerd = () => required('SEALGATE_WORKERD', 'the program workerd');

export const vectors = fileURLToPath(new URL('../../../tests/vectors/token', import.meta.url));

/** A package among the tools that `cargo xtask setup` installs. */
export const tool = (name) =>
  join(required('SEALGATE_NODE_MODULES', "the tools' node_modules"), name);
