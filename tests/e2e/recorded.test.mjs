// What the verbs tell of exchanges that are in the log: explain ID, diff and
// replay, under the policies of then and under others.
import assert from 'node:assert/strict';
import {createHash} from 'node:crypto';
import {mkdir, rename, writeFile} from 'node:fs/promises';
import path from 'node:path';
import {after, before, test} from 'node:test';
import {phrase, run_program, secret, start_both, user} from './harness.mjs';

const hash = key => `sha256:${createHash('sha256').update(key).digest('hex')}`;
const policy = rest => `apiVersion: stoplog/v1\nkind: Policy\nmetadata: {name: default, version: 2026.1.2}\n${rest}capture: {on_match: excerpt, context: 12}\n`;
const enforced = 'defaults: {mode: enforce}\nuse: [{pack: e2e, version: ~1.0}]\n';
const excused = enforced + 'exceptions: [{id: EXC-1, rules: [E2E-001], when: {teams: [red]}, reason: a test, approved_by: ciso, expires: 2099-12-31}]\n';
const canary = enforced + 'overrides: [{rule: E2E-001, mode: canary, percent: 50, reason: a try}]\n';

let both, proxy;
const told = {};   // decision ids by what happened
before(async () => {
  both = await start_both({settings: {clients: [{key_id: 'red', key_hash: hash('sk-red'), team: 'red'}, {key_id: 'bot', key_hash: hash('sk-bot'), team: 'support'}]}});
  proxy = both.proxy;
  await load(excused);
  told.blocked = await ask('sk-bot', `tell me of ${phrase}`, 403);
  told.excused = await ask('sk-red', `tell me of ${phrase}`, 200);
  told.redacted = await ask('sk-bot', `the word is ${secret}, keep it`, 200);
  told.allowed = await ask('sk-bot', 'how high does the water stand?', 200);
  told.cut = await ask('sk-bot', 'the recipe, please', 200, {stream: true});
});
after(() => both.stop());

async function load(rest) {
  await writeFile(path.join(proxy.folder, 'policies/default.yaml'), policy(rest));
  assert.equal((await proxy.admin('/-/reload', {method: 'POST'})).status, 200);
}

async function ask(key, content, status, more = {}) {
  const answer = await proxy.post({model: 'demo', messages: user(content), ...more}, {headers: {authorization: `Bearer ${key}`}});
  if (status) assert.equal(answer.status, status);
  await answer.text();
  const id = answer.headers.get('x-stoplog-decision-id');
  await proxy.record(id);
  return id;
}

async function explain(id, ...more) {
  const {code, stdout, stderr} = await run_program('explain', id, '--config', proxy.config, ...more);
  assert.deepEqual([code, stderr], [0, '']);
  return stdout;
}

// A folder beside the proxy's own, with one policy.
async function other(name, rest) {
  await mkdir(path.join(proxy.folder, name), {recursive: true});
  const file = path.join(proxy.folder, name, 'default.yaml');
  await writeFile(file, policy(rest));
  return file;
}

test('explain tells of each exchange what holds for it now', async () => {
  const stories = [
    ['blocked', /E2E-001 still matches what was captured, in mode enforce: block\n/],
    ['excused', /E2E-001 still matches what was captured, in mode enforce, excused by EXC-1 until 2100-01-01T00:00:00Z: recorded only\n/],
    ['redacted', /E2E-002 still matches what was captured, in mode enforce: redact\n/],
    ['allowed', /E2E-003 still matches what was captured, in mode enforce: recorded only\n/],
    ['cut', /E2E-001 still matches what was captured, in mode enforce: block\n/],
  ];
  for (const [what, line] of stories) {
    const story = await explain(told[what]);
    assert.match(story, line, what);
    assert.match(story, /policy default 2026\.1\.2, the same as then\n/);
    assert.ok(!story.includes(phrase) && !story.includes(secret), 'texts only under --reveal');
  }
  assert.ok((await explain(told.blocked, '--reveal')).includes(phrase));
  const {findings: [seen, ...rest]} = JSON.parse(await explain(told.excused, '-o', 'json'));
  assert.deepEqual([seen.matches_now, seen.enforced_now, seen.exception_now], [true, 'allow', 'EXC-1']);
  assert.ok(rest.every(finding => finding.enforced_now === 'allow'), 'the answer is excused too');
});

test('explain looks at exceptions at the instant that is asked for', async () => {
  const excused_at = async at => JSON.parse(await explain(told.excused, '--at', at, '-o', 'json')).findings[0];
  assert.equal((await excused_at('2099-12-31T23:59:59Z')).exception_now, 'EXC-1');
  const over = await excused_at('2100-01-01T00:00:00Z');
  assert.deepEqual([over.enforced_now, over.lapsed_exception_now, over.exception_now], ['block', 'EXC-1', undefined]);
  assert.match(await explain(told.excused, '--at', '2100-01-01T00:00:00Z'), /: block; EXC-1 would excuse it, but expired at 2100-01-01T00:00:00Z\n/);
});

test('diff measures a change on what the log captured, for those whom the records name', async () => {
  const now = path.join(proxy.folder, 'policies/default.yaml');
  const measure = async (name, rest) => {
    const {code, stdout, stderr} = await run_program('diff', now, await other(name, rest), '--with', path.join(proxy.folder, 'rules'), '--config', proxy.config, '-o', 'json');
    assert.deepEqual([code, stderr], [0, '']);
    return JSON.parse(stdout).effect;
  };
  const strict = await measure('strict', enforced);
  assert.deepEqual([strict.newly_allowed, Object.keys(strict.newly_blocked_by)], [0, ['E2E-001']]);
  assert.ok(strict.newly_blocked > 0 && strict.examples.length > 0);
  for (const example of strict.examples) assert.equal(example.where, `record ${told.excused}`);
  const lax = await measure('lax', excused + 'overrides: [{rule: E2E-001, mode: shadow, reason: less}]\n');
  assert.deepEqual([lax.newly_blocked, lax.newly_allowed, lax.newly_allowed_by], [0, 2, {'E2E-001': 2}]);
  const same = await measure('same', excused);
  assert.deepEqual([same.newly_blocked, same.newly_allowed, same.not_judged], [0, 0, 0]);
});

test('replay under the policies of then decides as then', async () => {
  const {code, stdout} = await run_program('audit', 'replay', path.join(proxy.folder, 'policies'), path.join(proxy.folder, 'rules'), '--config', proxy.config, '-o', 'json');
  assert.equal(code, 0);
  const again = stdout.split('\n').filter(Boolean).map(line => JSON.parse(line));
  assert.equal(again.length, 5);
  for (const one of again) assert.equal(one.now, one.was, one.id);
});

test('who is in a canary is told as the proxy drew it', async () => {
  await load(canary);
  const drawn = new Set();
  for (let i = 0; i < 12; ++i) {
    const id = await ask(i % 2 ? 'sk-red' : 'sk-bot', `${i}: tell me of ${phrase}`);
    const [then] = (await proxy.record(id)).findings;
    const [now] = JSON.parse(await explain(id, '-o', 'json')).findings;
    assert.deepEqual([now.mode_now, now.enforced_now], ['canary', then.enforced], id);
    assert.match(await explain(id), then.enforced === 'block' ? /in mode canary for 50 of a hundred, and this is among them: block\n/ : /and this is not among them: recorded only\n/);
    drawn.add(then.enforced);
  }
  assert.deepEqual([...drawn].sort(), ['allow', 'block']);
  const {stdout} = await run_program('audit', 'replay', path.join(proxy.folder, 'policies'), path.join(proxy.folder, 'rules'), '--config', proxy.config, '-o', 'json');
  const again = stdout.split('\n').filter(Boolean).map(line => JSON.parse(line)).slice(-12);
  assert.equal(again.length, 12);
  for (const one of again) assert.equal(one.now, one.was, one.id);
});

test('without the key of the log canaries are not drawn, and that is said', async () => {
  const key = path.join(proxy.folder, 'audit/fingerprint.key');
  await rename(key, key + '.away');
  try {
    const {code, stderr} = await run_program('explain', told.blocked, '--config', proxy.config);
    assert.equal(code, 0);
    assert.match(stderr, /fingerprint\.key cannot be read, so who is in a canary is not known/);
  } finally {
    await rename(key + '.away', key);
  }
});

test('coverage tells of rules that only watch how often and since when', async () => {
  const watch = 'defaults: {mode: shadow}\nuse: [{pack: e2e, version: ~1.0}]\n';
  const tell = async (...more) => {
    const {code, stdout, stderr} = await run_program('coverage', path.join(proxy.folder, 'policies'), path.join(proxy.folder, 'rules'), ...more);
    assert.deepEqual([code, stderr], [0, '']);
    return stdout;
  };
  const of_rule = (text, id) => JSON.parse(text).watching.find(one => one.rule === id);
  await load(watch);
  // What was found while a rule was enforced, or for others, is not its watch.
  assert.deepEqual(of_rule(await tell('--config', proxy.config, '-o', 'json'), 'E2E-001'), {policy: 'default', rule: 'E2E-001', records: 0});
  // A rule that matches twice in one exchange, with another between, is one record.
  const first = await ask('sk-bot', `first: ${phrase}, ${secret}, and ${phrase} again`, 200);
  await ask('sk-bot', `second: ${phrase}`, 200);
  await ask('sk-bot', 'how high does the water stand?', 200);
  for (const where of [['--config', proxy.config], ['--directory', path.join(proxy.folder, 'audit')]]) {
    const told = of_rule(await tell(...where, '-o', 'json'), 'E2E-001');
    assert.deepEqual([told.policy, told.records], ['default', 2]);
    assert.equal(Date.parse(told.since), Date.parse((await proxy.record(first)).at), 'since the oldest of them');
  }
  assert.match(await tell('--config', proxy.config), /\n  default  E2E-001  2 records since \d{4}-\d\d-\d\d, \d days? ago\n/);
  assert.match(await tell(), /\n  default  E2E-001  no match in the log\n/, 'nobody named a log');
});
