// The log of a real proxy under signed checkpoints: sound, proven record by
// record, and any change of it told with exit 4.
import assert from 'node:assert/strict';
import {readFile, readdir, writeFile} from 'node:fs/promises';
import path from 'node:path';
import {test} from 'node:test';
import {DemoModel, Proxy, eventually, run_program, user} from './harness.mjs';

const model = await DemoModel.start();
const proxy = await Proxy.prepare({
  upstream_url: model.url,
  settings: {audit: {directory: 'audit', signing_key: 'signing.key', checkpoint_file: 'checkpoints', checkpoint_every: '100ms'}},
});
const key = path.join(proxy.folder, 'signing.key');

const verify = async (...more) => {
  const {code, stdout, stderr} = await run_program('audit', 'verify', '--config', proxy.config, '-o', 'json', ...more);
  return {code, stderr, ...JSON.parse(stdout || '{}')};
};

test('a proven log', async t => {
  await t.test('a key is made once', async () => {
    const made = await run_program('audit', 'keygen', '--name', 'stoplog.test/e2e', key);
    assert.equal(made.code, 0, made.stderr);
    assert.match(made.stdout, /^stoplog\.test\/e2e\+[0-9a-f]{8}\+[A-Za-z0-9+/=]{44}\n$/);
    assert.equal((await run_program('audit', 'keygen', '--name', 'stoplog.test/e2e', key)).code, 3);
  });

  await proxy.serve();
  const client = proxy.client();
  const ids = [];
  for (let i = 0; i < 5; ++i) {
    const {response} = await client.chat.completions.create({model: 'demo', messages: user('hello'), user: 'alice'}).withResponse();
    ids.push(response.headers.get('x-stoplog-decision-id'));
  }

  await t.test('it is sound while it is written, and soon covered', async () => {
    const record = await proxy.record(ids[4]);
    const found = await eventually('a checkpoint covers the last record', async () => {
      const now = await verify();
      // Until the first checkpoint stands none can be found; nothing else is excused.
      if (now.problems.every(said => said.startsWith('no checkpoint is signed by the key')) && !now.covered) return false;
      assert.deepEqual(now.problems, []);
      return now.covered >= record.seq && now;
    });
    assert.equal(found.code, 0);
    assert.ok(found.signatures_checked && found.kept_elsewhere > 0);
    assert.match(record.who.user, /^[0-9a-f]{32}$/);
    assert.match(record.what.conversation, /^[0-9a-f]{32}$/);
    assert.equal(record.what.conversation_derived, true);
    assert.equal(record.policy.engine, (await run_program('--version')).stdout.trim().split(' ')[1]);
    assert.ok(record.policy.packs.length > 0 && record.tokens.output > 0);
    const talks = await Promise.all(ids.map(async id => (await proxy.record(id)).what.conversation));
    assert.equal(new Set(talks).size, 1);
  });

  await t.test('a record is proven with nothing but the public key', async () => {
    const proof = await run_program('audit', 'prove', ids[2], '--config', proxy.config);
    assert.equal(proof.code, 0, proof.stderr);
    const file = path.join(proxy.folder, 'proof');
    await writeFile(file, proof.stdout);
    const found = await run_program('audit', 'check-proof', '--key', `${key}.pub`, file);
    assert.equal(found.code, 0, found.stderr);
    assert.ok(found.stdout.includes(ids[2]));
    const at = proof.stdout.indexOf('extra ') + 40;
    await writeFile(file, proof.stdout.slice(0, at) + (proof.stdout[at] === 'A' ? 'B' : 'A') + proof.stdout.slice(at + 1));
    const changed = await run_program('audit', 'check-proof', '--key', `${key}.pub`, file);
    assert.equal(changed.code, 4, changed.stdout);
  });

  await proxy.process.stop();

  await t.test('a change is told', async () => {
    const folder = path.join(proxy.folder, 'audit');
    const [name] = (await readdir(folder)).filter(each => each.endsWith('.jsonl'));
    const whole = await readFile(path.join(folder, name), 'latin1');
    assert.equal((await verify()).code, 0);
    await writeFile(path.join(folder, name), whole.replace('"status":200', '"status":403'), 'latin1');
    const found = await verify();
    assert.equal(found.code, 4);
    assert.match(found.problems.join('\n'), /^record \d+/m);
    const lines = whole.split('\n');
    await writeFile(path.join(folder, name), lines.slice(0, 4).join('\n') + '\n', 'latin1');
    assert.match((await verify()).problems.join('\n'), /are missing at the end: a checkpoint over \d+ records was kept elsewhere/);
    await writeFile(path.join(folder, name), whole, 'latin1');
    assert.equal((await verify()).code, 0);
  });
});

test.after(async () => {
  await proxy.stop();
  await model.stop();
});
