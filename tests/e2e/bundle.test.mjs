// A server that takes its policies from a signed bundle.
import assert from 'node:assert/strict';
import {execFileSync} from 'node:child_process';
import {copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import path from 'node:path';
import {after, before, test} from 'node:test';
import {DemoModel, here, phrase, Proxy, run_program, user} from './harness.mjs';

let folder, model;
const file = name => path.join(folder, name);

async function bundle(name, key) {
  const built = await run_program('bundle', 'build', path.join(here, 'policies'), path.join(here, 'rules'), '-o', file(name));
  assert.equal(built.code, 0, built.stderr);
  if (!key) return;
  const signed = await run_program('bundle', 'sign', file(name), '--key', file(`${key}.pem`));
  assert.equal(signed.code, 0, signed.stderr);
}

const settings = () => ({policies: undefined, rules: undefined, bundle: {file: file('live.bundle'), public_keys: [file('good.pub')]}});

before(async () => {
  folder = mkdtempSync(path.join(tmpdir(), 'stoplog-bundle-'));
  for (const key of ['good', 'other']) {
    execFileSync('openssl', ['genpkey', '-algorithm', 'ed25519', '-out', file(`${key}.pem`)], {stdio: 'pipe'});
    execFileSync('openssl', ['pkey', '-in', file(`${key}.pem`), '-pubout', '-out', file(`${key}.pub`)], {stdio: 'pipe'});
  }
  await bundle('signed.bundle', 'good');
  await bundle('unsigned.bundle');
  await bundle('forged.bundle', 'other');
  const bytes = readFileSync(file('signed.bundle'));
  bytes[bytes.length - 1] ^= 1;
  writeFileSync(file('damaged.bundle'), bytes);
  model = await DemoModel.start({pace: 0});
});
after(async () => {
  await model?.stop();
  rmSync(folder, {recursive: true, force: true});
});

test('a signed bundle is served, its digest is in the record, and another one is refused at a reload', async () => {
  copyFileSync(file('signed.bundle'), file('live.bundle'));
  const proxy = await Proxy.start({upstream_url: model.url, settings: settings()});
  try {
    const refused = async () => {
      const answer = await proxy.post({model: 'demo', messages: user(phrase)});
      assert.equal(answer.status, 403);
      return proxy.record(answer.headers.get('x-stoplog-decision-id'));
    };
    const {stdout} = await run_program('bundle', 'verify', file('live.bundle'), '-o', 'json');
    assert.equal((await refused()).policy.bundle, JSON.parse(stdout).digest);
    for (const [name, why] of [['unsigned', /E602.*not signed/], ['forged', /E602.*none of the settings' public_keys/], ['damaged', /E601/]]) {
      copyFileSync(file(`${name}.bundle`), file('live.bundle'));
      const answer = await proxy.admin('/-/reload', {method: 'POST'});
      assert.equal(answer.status, 422, name);
      assert.match(await answer.text(), why);
      await refused();  // the last good one stays
    }
    copyFileSync(file('signed.bundle'), file('live.bundle'));
    assert.equal((await proxy.admin('/-/reload', {method: 'POST'})).status, 200);
  } finally {
    await proxy.stop();
  }
});

test('a server does not start with a bundle that its keys did not sign', async () => {
  for (const name of ['unsigned', 'forged', 'damaged']) {
    copyFileSync(file(`${name}.bundle`), file('live.bundle'));
    const proxy = await Proxy.prepare({upstream_url: model.url, settings: settings()});
    const ended = await run_program('serve', '--config', proxy.config);
    assert.equal(ended.code, 4, `${name}: ${ended.stderr}`);
    assert.match(ended.stderr, /error\[E60[12]\]/);
    await proxy.stop();
  }
});
