// Who is let off, until when, and who is in a canary: through the whole proxy.
import assert from 'node:assert/strict';
import {createHash} from 'node:crypto';
import {writeFile} from 'node:fs/promises';
import path from 'node:path';
import {after, before, test} from 'node:test';
import {phrase, start_both, user} from './harness.mjs';

const hash = key => `sha256:${createHash('sha256').update(key).digest('hex')}`;
const head = 'apiVersion: stoplog/v1\nkind: Policy\nmetadata: {name: default, version: 2026.1.2}\ndefaults: {mode: enforce}\nuse: [{pack: e2e, version: ~1.0}]\n';

let both, proxy;
before(async () => {
  both = await start_both({settings: {clients: [{key_id: 'red', key_hash: hash('sk-red'), team: 'red'}, {key_id: 'bot', key_hash: hash('sk-bot'), team: 'support'}]}});
  proxy = both.proxy;
});
after(() => both.stop());

const write_policy = rest => writeFile(path.join(proxy.folder, 'policies/default.yaml'), head + rest);
const reload = () => proxy.admin('/-/reload', {method: 'POST'});
const ask = (key, content, more = {}) => proxy.post({model: 'demo', messages: user(content), ...more}, {headers: {authorization: `Bearer ${key}`}});

const exceptions = `exceptions:
  - {id: EXC-1, rules: [E2E-001], when: {teams: [red]}, reason: r, approved_by: a, expires: 2099-12-31}
  - {id: EXC-2, rules: [E2E-001], when: {teams: [support]}, reason: r, approved_by: a, expires: 2020-12-31}
`;

test('an exception lets its team pass and says so in the record; one that is over does not', async () => {
  await write_policy(exceptions);
  assert.equal((await reload()).status, 200);
  const passed = await ask('sk-red', `tell me of ${phrase}`);
  assert.equal(passed.status, 200);
  await passed.text();
  const [finding] = (await proxy.record(passed.headers.get('x-stoplog-decision-id'))).findings;
  assert.deepEqual([finding.rule, finding.mode, finding.enforced, finding.would, finding.exception], ['E2E-001', 'enforce', 'allow', 'block', 'EXC-1']);

  const refused = await ask('sk-bot', `tell me of ${phrase}`);
  assert.equal(refused.status, 403);
  const [lapsed] = (await proxy.record(refused.headers.get('x-stoplog-decision-id'))).findings;
  assert.deepEqual([lapsed.enforced, lapsed.lapsed_exception, lapsed.exception ?? ''], ['block', 'EXC-2', '']);
});

test('the answer that streams to the excused team is whole, to others it ends', async () => {
  const heard = async key => (await ask(key, 'the recipe, please', {stream: true})).text();
  const whole = await heard('sk-red'), cut = await heard('sk-bot');
  assert.ok(cut.includes('content_filter') && !cut.includes('FORBIDDEN'), cut);
  assert.ok(!whole.includes('content_filter'), whole);
});

test('a reload with a fault changes nothing', async () => {
  await write_policy(exceptions.replace('[E2E-001]', '[E2E-100]'));
  assert.notEqual((await reload()).status, 200);
  assert.equal((await ask('sk-red', `tell me of ${phrase}`)).status, 200);
  assert.equal((await ask('sk-bot', `tell me of ${phrase}`)).status, 403);
});

test('a canary takes whole conversations, some of them', async () => {
  await write_policy('overrides: [{rule: E2E-001, mode: canary, percent: 50, reason: r}]\n');
  assert.equal((await reload()).status, 200);
  const seen = [];
  for (let i = 0; i < 24; ++i) {
    const first = `${i}: tell me of ${phrase}`;
    const one = await ask('sk-red', first);
    const later = await proxy.post({model: 'demo', messages: [...user(first), {role: 'assistant', content: 'no'}, ...user('go on')]}, {headers: {authorization: 'Bearer sk-red'}});
    assert.equal(later.status, one.status, 'the same conversation is treated alike');
    seen.push(one.status);
    await Promise.all([one.text(), later.text()]);
    const [finding] = (await proxy.record(one.headers.get('x-stoplog-decision-id'))).findings;
    assert.equal(finding.mode, 'canary');
    assert.equal(finding.enforced, one.status === 403 ? 'block' : 'allow');
  }
  assert.ok(seen.includes(200) && seen.includes(403), String(seen));
});
