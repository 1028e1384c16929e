// What can be said of the token page without a browser: its files, and its plain functions.

import assert from 'node:assert/strict';
import { copyFileSync, existsSync, mkdirSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { target } from './support/environment.js';
import { project } from './support/package.js';

const folder = join(target, 'www');
const html = readFileSync(join(folder, 'index.html'), 'utf8');
const scripts = readdirSync(folder).filter((name) => name.endsWith('.js'));

/** A script of the page, where Node takes it for the module that it is. */
function script(name) {
  const copies = join(project(), 'page');
  mkdirSync(copies, { recursive: true });
  for (const each of scripts) copyFileSync(join(folder, each), join(copies, each));
  return import(pathToFileURL(join(copies, name)));
}

test('the page allows no inline script or style, and has none', () => {
  const [, policy] = html.match(/http-equiv="Content-Security-Policy" content="([^"]*)"/);
  assert.match(policy, /default-src 'none'/);
  assert.doesNotMatch(policy, /unsafe-inline|'unsafe-eval'|\*|https?:/);
  assert.doesNotMatch(html, /<script(?![^>]*\ssrc=)|<style|\sstyle=|\son[a-z]+=/i);
});

test('no script makes markup of text, keeps anything or asks another host', () => {
  assert.ok(scripts.includes('main.js'));
  for (const name of scripts) {
    const code = readFileSync(join(folder, name), 'utf8');
    assert.doesNotMatch(code, /innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\b/, name);
    assert.doesNotMatch(code, /localStorage|sessionStorage|indexedDB|\.cookie|\bfetch\(|XMLHttp|WebSocket/, name);
  }
});

test('every import is a file of the page or of the package', () => {
  for (const name of scripts) {
    const code = readFileSync(join(folder, name), 'utf8');
    for (const [, path] of code.matchAll(/(?:from |import\()'([^']+)'/g)) {
      assert.match(path, /^\.\//, `${name}: ${path}`);
      assert.ok(existsSync(join(folder, path)), `${name}: ${path}`);
    }
  }
});

test('what cannot be seen is shown', async () => {
  const { visible } = await script('dom.js');
  assert.equal(visible('\u202egnp.exe'), '\\u202egnp.exe');
  assert.equal(visible('a\u200bb\u2066c\ufeff\u0000'), 'a\\u200bb\\u2066c\\ufeff\\u0000');
  assert.equal(visible('line\nline, naïve, 日本'), 'line\nline, naïve, 日本');
});

test('a token is found in what surrounds it', async () => {
  const { tokenIn } = await script('token.js');
  const surrounded = ['a.b.c', ' a.b\n.c\n', 'Bearer a.b.c', '"a.b.c"\n', 'Bearer "a.b.c"', '{"token": "a.b.c", "x": 1}'];
  for (const text of surrounded) assert.equal(tokenIn(text), 'a.b.c', text);
  assert.equal(tokenIn(''), '');
  assert.equal(tokenIn('""a.b.c""'), '"a.b.c"');
  assert.equal(tokenIn('"a.b.c'), '"a.b.c');
  assert.equal(tokenIn('{"token": 1}'), '{"token":1}');
  assert.equal(tokenIn('{"token'), '{"token');
});

test('until the program runs, the page says that it is loading and hides no text', () => {
  assert.match(html, /<script type="module" src="start\.js">/);
  assert.match(html, /id="state"[^>]*><p class="notice warn">Loading the verifier\./);
  const style = readFileSync(join(folder, 'style.css'), 'utf8');
  for (const [rule] of style.matchAll(/^.*[ {]color: transparent.*$/gm)) assert.match(rule, /^\.editor\.coloured /);
});

test('times are told relative to now', async () => {
  const { relative } = await script('claims.js');
  const now = 1_760_000_000_000;
  const told = (seconds) => relative(new Date(now + seconds * 1000), now);
  assert.equal(told(42 * 60), 'in 42 minutes');
  assert.equal(told(-3 * 86_400), '3 days ago');
  assert.equal(told(-59), '59 seconds ago');
  assert.equal(told(0), 'now');
  assert.equal(told(-2.5 * 31_557_600), '2 years ago');
});
