// What a real proxy does while its audit log cannot be written: blocks, spools or
// goes on, as the policy says; and what stands in the log afterwards.
import assert from 'node:assert/strict';
import {execFile} from 'node:child_process';
import {appendFile, readdir, rename} from 'node:fs/promises';
import path from 'node:path';
import {test} from 'node:test';
import {promisify} from 'node:util';
import {DemoModel, Proxy, eventually, run_program, user} from './harness.mjs';

const model = await DemoModel.start();
const limit = (pid, bytes) => promisify(execFile)('prlimit', ['--pid', String(pid), `--fsize=${bytes}:unlimited`]);

// The folder is moved away, so no new segment can be made, and the segment at
// hand cannot grow: as on a disk that is full, for the log alone.
class Broken {
  constructor(proxy) { this.proxy = proxy; this.folder = path.join(proxy.folder, 'audit'); }

  async begin() {
    await rename(this.folder, `${this.folder}.away`);
    await limit(this.proxy.pid, 1);
    // Somebody must write to find it out.
    await this.proxy.post({model: 'demo', messages: user('before')});
    await eventually('the proxy knows', async () => (await this.proxy.admin('/readyz')).status === 503);
    await limit(this.proxy.pid, 'unlimited');
  }

  async end() {
    await rename(`${this.folder}.away`, this.folder);
    await eventually('the proxy is ready again', async () => (await this.proxy.admin('/readyz')).status === 200);
  }
}

const start = async (how, audit = {}) => {
  const proxy = await Proxy.prepare({upstream_url: model.url, settings: {audit: {directory: 'audit', ...audit}}});
  if (how) await appendFile(path.join(proxy.folder, 'policies/default.yaml'), `audit: {on_write_failure: ${how}}\n`);
  await proxy.serve();
  assert.equal((await proxy.post({model: 'demo', messages: user('hello')})).status, 200);
  return proxy;
};

const number = async (proxy, name) => {
  const text = await (await proxy.admin('/metrics')).text();
  return Number(text.match(new RegExp(`^${name} (\\S+)$`, 'm'))?.[1]);
};
const records = async proxy => (await run_program('audit', 'query', '--config', proxy.config, '-o', 'json', '--limit', '1000')).stdout
  .split('\n').filter(Boolean).map(line => JSON.parse(line));
const ask = (proxy, text) => proxy.post({model: 'demo', messages: user(text)});
const id_of = response => response.headers.get('x-stoplog-decision-id');
const verified = async proxy => assert.equal((await run_program('audit', 'verify', '--config', proxy.config)).code, 0);

test('block: nobody passes without a record', async () => {
  const proxy = await start();
  const broken = new Broken(proxy);
  await broken.begin();
  const response = await ask(proxy, 'hello');
  assert.equal(response.status, 503);
  assert.equal((await response.json()).error.code, 'audit_unavailable');
  assert.equal(await number(proxy, 'stoplog_ready'), 0);
  await broken.end();
  assert.equal((await ask(proxy, 'hello')).status, 200);
  assert.ok((await records(proxy)).some(record => record.event === 'write_failure'));
  await verified(proxy);
  await proxy.stop();
});

test('spool: everybody passes, and every record is in the log afterwards', async () => {
  const proxy = await start('spool', {spool: {directory: 'spool', size: '64KiB'}});
  const broken = new Broken(proxy);
  await broken.begin();
  // The limit was the process's, so it hit the second place as well.
  await eventually('the second place takes', async () => await number(proxy, 'stoplog_audit_spool_takes') === 1);
  const passed = [];
  const allowed = await ask(proxy, 'hello');
  assert.equal(allowed.status, 200);
  passed.push(id_of(allowed));
  const blocked = await ask(proxy, 'DEMO-FORBIDDEN-RECIPE');
  assert.equal(blocked.status, 403, 'a block needs its record, and has it');
  passed.push(id_of(blocked));
  await eventually('both wait', async () => await number(proxy, 'stoplog_audit_spool_records') >= 2);
  assert.equal(await number(proxy, 'stoplog_ready'), 0);
  // To the bound, and then it is like block.
  const full = await eventually('the second place is full', async () => {
    const next = await ask(proxy, 'DEMO-FORBIDDEN-RECIPE');
    if (next.status !== 403) return next;
    passed.push(id_of(next));
    return false;
  }, 60_000);
  assert.equal(full.status, 503);
  await broken.end();
  await eventually('the second place is empty', async () => await number(proxy, 'stoplog_audit_spool_records') === 0);
  const there = new Set((await records(proxy)).filter(record => record.kind === 'exchange').map(record => record.id));
  assert.deepEqual(passed.filter(id => !there.has(id)), []);
  assert.ok(passed.length > 10);
  assert.ok((await readdir(path.join(proxy.folder, 'spool'))).includes('lock'));
  await verified(proxy);
  await proxy.stop();
});

test('allow: everybody passes, and the log says what is missing', async () => {
  const proxy = await start('allow');
  const broken = new Broken(proxy);
  await broken.begin();
  const blocked = await ask(proxy, 'DEMO-FORBIDDEN-RECIPE');
  assert.equal(blocked.status, 403, 'a block stays a block');
  assert.equal((await ask(proxy, 'hello')).status, 200);
  assert.equal(await number(proxy, 'stoplog_ready'), 0);
  await broken.end();
  await proxy.record(id_of(blocked));  // it waited in memory
  assert.ok((await records(proxy)).some(record => record.event === 'write_failure' && /could not be written/.test(record.note)));
  await verified(proxy);
  await proxy.stop();
});

test('a policy that spools needs a place for it', async () => {
  const proxy = await Proxy.prepare({upstream_url: model.url});
  await appendFile(path.join(proxy.folder, 'policies/default.yaml'), 'audit: {on_write_failure: spool}\n');
  const served = await run_program('serve', '--config', proxy.config);
  assert.equal(served.code, 2);
  assert.match(served.stderr, /default\.yaml:\d+:\d+: error\[E508\]/);
  await proxy.stop();
});

test('the end', () => model.stop());
