// Captured texts of a real proxy: sealed to a responder, revealed by her key alone
// and on record, erased without harm to the proof, never on the disk in the clear.
import assert from 'node:assert/strict';
import {appendFile, readFile, readdir, writeFile} from 'node:fs/promises';
import path from 'node:path';
import {test} from 'node:test';
import {DemoModel, Proxy, collect, eventually, phrase, run_program, secret, user} from './harness.mjs';

const model = await DemoModel.start();
const proxy = await Proxy.prepare({
  upstream_url: model.url,
  settings: {audit: {directory: 'audit', content: {responders: ['responder.pub'], retention: '30d'}}},
});
const key = path.join(proxy.folder, 'responder');
const marker = 'PLANTED-MARKER-51c2';
const policy = path.join(proxy.folder, 'policies/default.yaml');
const folder = path.join(proxy.folder, 'audit');

const audit = (verb, ...more) => run_program('audit', verb, '--config', proxy.config, ...more);
const reveal = async (id, ...more) => {
  const {code, stdout, stderr} = await audit('reveal', id, '--key', key, '-o', 'json', ...more);
  return {code, stderr, ...JSON.parse(stdout || '{}')};
};
const said = (found, direction) => found.texts.filter(text => text.direction === direction).map(text => text.text).join('|');
const acts = async event => (await audit('query', '--kind', 'admin', '-o', 'json')).stdout.split('\n').filter(Boolean)
  .map(line => JSON.parse(line)).filter(record => record.event === event);

test('captured texts', async t => {
  await t.test('nothing is captured that nobody may read', async () => {
    await appendFile(policy, 'capture: {default: redacted, on_match: full}\n');
    const settings = await readFile(proxy.config, 'utf8');
    await writeFile(proxy.config, settings.replace(/"content":\{[^}]*\},?/, '').replace(',}', '}'));
    const checked = await run_program('check', proxy.config, path.join(proxy.folder, 'policies'), path.join(proxy.folder, 'rules'));
    assert.equal(checked.code, 2, checked.stdout);
    assert.match(checked.stdout, /default\.yaml:\d+:\d+: error\[E507\].*audit keygen --responder/);
    const served = await run_program('serve', '--config', proxy.config);
    assert.equal(served.code, 2, served.stderr);
    assert.match(served.stderr, /E507/);
    await writeFile(proxy.config, settings);
  });

  await t.test('a key pair is made once, and the private half is not for the server', async () => {
    const made = await run_program('audit', 'keygen', '--responder', key);
    assert.equal(made.code, 0, made.stderr);
    assert.match(made.stdout, /^-----BEGIN PUBLIC KEY-----\n/);
    assert.equal((await run_program('audit', 'keygen', '--responder', key)).code, 3);
    await writeFile(path.join(proxy.folder, 'responder.pub'), await readFile(key));
    const served = await run_program('serve', '--config', proxy.config);
    assert.notEqual(served.code, 0);
    assert.match(served.stderr, /is a private key/);
    await writeFile(path.join(proxy.folder, 'responder.pub'), made.stdout);
  });

  await proxy.serve();
  const client = proxy.client();
  const ids = {};

  await t.test('a block in mid-stream: what was withheld from the client is there for the responder', async () => {
    const {data, response} = await client.chat.completions.create({model: 'demo', stream: true, messages: user(`a recipe please ${marker}`)}).withResponse();
    const answer = await collect(data);
    assert.ok(!JSON.stringify(answer).includes(phrase));
    ids.stream = response.headers.get('x-stoplog-decision-id');
    const record = await proxy.record(ids.stream);
    assert.equal(record.outcome.decision, 'block');
    assert.equal(record.content.mode, 'full');
    const found = await reveal(ids.stream);
    assert.equal(found.code, 0, found.stderr);
    assert.ok(said(found, 'response').includes(phrase));
    assert.ok(said(found, 'request').includes(`a recipe please ${marker}`));
  });

  await t.test('a blocked request is kept whole', async () => {
    const response = await proxy.post({model: 'demo', messages: user(`${marker} ${phrase}`)});
    assert.equal(response.status, 403);
    ids.blocked = response.headers.get('x-stoplog-decision-id');
    const record = await proxy.record(ids.blocked);
    assert.equal(record.content.mode, 'full');
    assert.match(record.content.sealed, /^sha256:[0-9a-f]{64}$/);
    assert.match(record.content.request.digest, /^[0-9a-f]{32}$/);
    assert.ok(said(await reveal(ids.blocked), 'request').includes(`${marker} ${phrase}`));
  });

  await t.test('where nothing was found the policy asks for less', async () => {
    const response = await proxy.post({model: 'demo', messages: user(`please think ${marker}`)});
    assert.equal(response.status, 200);
    ids.allowed = response.headers.get('x-stoplog-decision-id');
    assert.equal((await proxy.record(ids.allowed)).content.mode, 'redacted');
    const found = await reveal(ids.allowed);
    assert.ok(said(found, 'request').includes(`please think ${marker}`));
    assert.ok(said(found, 'response').length > 0);
  });

  await t.test('a reveal is on record before anything is shown, also under the decision', async () => {
    const found = await acts('content_revealed');
    assert.deepEqual(found.map(record => record.id).sort(), [ids.stream, ids.blocked, ids.allowed].sort());
    assert.ok(found.every(record => /^by .*uid \d+/.test(record.note)));
    assert.ok((await proxy.records(ids.blocked)).some(record => record.event === 'content_revealed'));
    const why = await reveal(ids.blocked, '--reason', 'case 7');
    assert.equal(why.code, 0);
    assert.ok((await acts('content_revealed')).some(record => record.note.endsWith(': case 7')));
  });

  await t.test('for people: what strangers wrote is shown and not obeyed', async () => {
    const response = await proxy.post({model: 'demo', messages: user(`\u001b[2J${phrase}\nsecond line`)});
    const id = response.headers.get('x-stoplog-decision-id');
    await proxy.record(id);
    const shown = await audit('reveal', id, '--key', key);
    assert.equal(shown.code, 0, shown.stderr);
    assert.ok(!shown.stdout.includes('\u001b'));
    assert.match(shown.stdout, /request user content {2}messages\[0\]\.content\n {2}.*DEMO-FORBIDDEN-RECIPE\n {2}second line\n/);
  });

  await t.test('another key opens nothing, and leaves no trace of having', async () => {
    const before = (await acts('content_revealed')).length;
    await run_program('audit', 'keygen', '--responder', `${key}.other`);
    assert.equal((await audit('reveal', ids.blocked, '--key', `${key}.other`)).code, 3);
    assert.equal((await audit('reveal', ids.blocked, '--key', `${key}.pub`)).code, 3);
    assert.equal((await acts('content_revealed')).length, before);
  });

  await t.test('another policy judges what is sealed, with the key', async () => {
    const without = await audit('replay', '--decision', 'block', '-o', 'json', path.join(proxy.folder, 'policies'), path.join(proxy.folder, 'rules'));
    assert.equal(without.stdout, '', 'nothing stands in the records themselves');
    const found = await audit('replay', '--decision', 'block', '--responder-key', key, '-o', 'json', path.join(proxy.folder, 'policies'), path.join(proxy.folder, 'rules'));
    const lines = found.stdout.split('\n').filter(Boolean).map(line => JSON.parse(line));
    assert.ok(lines.length >= 2, found.stderr);
    assert.ok(lines.every(line => line.was === 'block' && line.now === 'block' && line.rule === 'E2E-001'));
    assert.equal((await acts('content_replayed')).length, 1);
  });

  await t.test('explain judges what is sealed, with the key', async () => {
    const explained = async (...more) => {
      const {code, stdout, stderr} = await run_program('explain', ids.blocked, '--config', proxy.config, '-o', 'json', ...more);
      assert.equal(code, 0, stderr);
      return JSON.parse(stdout).findings.find(finding => finding.rule === 'E2E-001');
    };
    const without = await explained();
    assert.deepEqual([without.captured, without.matches_now], [false, false]);
    const {captured, matches_now, enforced_now} = await explained('--responder-key', key);
    assert.deepEqual([captured, matches_now, enforced_now], [true, true, 'block']);
    assert.equal((await acts('content_replayed')).length, 2);
    assert.equal((await run_program('explain', '--text', 'a', '--responder-key', key)).code, 3);
  });

  await t.test('diff measures a change on what is sealed, with the key', async () => {
    const lax = path.join(proxy.folder, 'lax.yaml');
    await writeFile(lax, `${await readFile(policy, 'utf8')}\noverrides: [{rule: E2E-001, mode: shadow, reason: less}]\n`);
    const measured = async (...more) => {
      const {code, stdout, stderr} = await run_program('diff', policy, lax, '--with', path.join(proxy.folder, 'rules'), '--config', proxy.config, '-o', 'json', ...more);
      assert.equal(code, 0, stderr);
      return JSON.parse(stdout).effect;
    };
    assert.equal((await measured()).newly_allowed, 0, 'nothing stands in the records themselves');
    assert.ok((await measured('--responder-key', key)).newly_allowed_by['E2E-001'] >= 2);
  });

  await t.test('a hold keeps everything, and is on record', async () => {
    assert.equal((await audit('hold', '--reason', 'case 8')).code, 0);
    assert.equal((await audit('erase', ids.allowed, '--reason', 'asked by the person')).code, 3);
    assert.equal((await audit('release', '--reason', 'case 8 is closed')).code, 0);
    assert.equal((await acts('hold_placed')).length, 1);
    assert.equal((await acts('hold_lifted')).length, 1);
  });

  await t.test('what is erased is gone, and the log verifies', async () => {
    const erased = await audit('erase', ids.allowed, '--reason', 'asked by the person');
    assert.equal(erased.code, 0, erased.stderr);
    assert.equal((await acts('content_erased'))[0].id, ids.allowed);
    const gone = await reveal(ids.allowed);
    assert.equal(gone.code, 1);
    assert.match(gone.stderr, /erased/);
    assert.equal((await reveal(ids.blocked)).code, 0);
    assert.equal((await audit('verify')).code, 0);
  });

  await t.test('an export is on record', async () => {
    assert.equal((await audit('export')).code, 0);
    await eventually('the act is recorded', async () => (await acts('exported')).length === 1);
  });

  await t.test('nothing that was said stands in any file', async () => {
    let files = 0;
    for (const each of await readdir(folder, {recursive: true, withFileTypes: true})) {
      if (!each.isFile()) continue;
      const bytes = await readFile(path.join(each.parentPath ?? each.path, each.name), 'latin1');
      for (const text of [marker, phrase, secret]) assert.ok(!bytes.includes(text), `${each.name} holds ${text}`);
      ++files;
    }
    assert.ok(files >= 4, `${files} files`);
    assert.ok(!proxy.process.output.includes(marker));
  });

  await t.test('a change of what is sealed is told with exit 4', async () => {
    await proxy.process.stop();
    const record = await proxy.record(ids.blocked);
    const [name] = (await readdir(folder)).filter(each => each.endsWith('.sealed'));
    const bytes = await readFile(path.join(folder, name));
    bytes[record.content.offset + 200] ^= 1;
    await writeFile(path.join(folder, name), bytes);
    assert.equal((await reveal(ids.blocked)).code, 4);
  });

  await proxy.stop();
  await model.stop();
});
