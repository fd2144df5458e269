// audit.sinks of a running proxy: receivers that work, that hang, that come back.
import assert from 'node:assert/strict';
import {createHmac} from 'node:crypto';
import {readFile} from 'node:fs/promises';
import http from 'node:http';
import net from 'node:net';
import path from 'node:path';
import {test} from 'node:test';
import {eventually, phrase, Proxy, run_program, start_both, user} from './harness.mjs';

const listening = server => new Promise(resolve => server.listen(0, '127.0.0.1', () => resolve(server.address().port)));

// Collects what is posted; `status` is what it answers.
async function hook() {
  const seen = {posts: [], status: 200};
  seen.server = http.createServer((request, response) => {
    let body = '';
    request.on('data', data => { body += data; });
    request.on('end', () => {
      if (seen.status === 200) seen.posts.push({headers: request.headers, body});
      response.writeHead(seen.status).end();
    });
  });
  seen.url = `http://127.0.0.1:${await listening(seen.server)}/hook`;
  seen.records = () => seen.posts.flatMap(({body}) => JSON.parse(body).records);
  seen.close = () => { seen.server.closeAllConnections(); seen.server.close(); };
  return seen;
}

const sinks_of = (list, directory = 'audit') => ({audit: {directory, sinks: list}});
const environment = {HOOK_SECRET: 'hush'};
const lines_of = async file => (await readFile(file, 'utf8').catch(() => '')).split('\n').filter(Boolean).map(line => JSON.parse(line));
const metric = async (proxy, name, sink) =>
  Number((await (await proxy.admin('/metrics')).text()).match(new RegExp(`^${name}\\{sink="${sink}"\\} (\\S+)`, 'm'))?.[1]);

test('a file, a webhook and one that never answers', async () => {
  const alerts = await hook();
  const silent = net.createServer(() => {});
  const port = await listening(silent);
  const {model, proxy, stop} = await start_both({
    environment,
    settings: sinks_of([
      {name: 'kept', file: {path: 'kept.jsonl'}},
      {name: 'alerts', only: ['block'], webhook: {url: alerts.url, secret: '${env:HOOK_SECRET}', every: '10ms'}},
      {name: 'stuck', webhook: {url: `http://127.0.0.1:${port}/`, secret: '${env:HOOK_SECRET}'}},
    ]),
  });
  try {
    for (let i = 0; i < 5; ++i) assert.equal((await proxy.post({model: 'demo', messages: user('hello')})).status, 200);
    const refused = await proxy.post({model: 'demo', messages: user(phrase)});
    assert.equal(refused.status, 403);
    const id = refused.headers.get('x-stoplog-decision-id');
    const [told] = await eventually('the webhook has it', () => alerts.records().filter(r => r.id === id).length && alerts.records());
    assert.equal(told.decision, 'block');
    assert.ok(!alerts.posts[0].body.includes(phrase), 'no content');
    const [, seconds, digits] = alerts.posts[0].headers['x-stoplog-signature'].match(/^t=(\d+),v1=([0-9a-f]{64})$/);
    assert.equal(digits, createHmac('sha256', 'hush').update(`${seconds}.${alerts.posts[0].body}`).digest('hex'));
    const kept = await eventually('the file has all', async () => {
      const all = await lines_of(path.join(proxy.folder, 'kept.jsonl'));
      return all.some(r => r.id === id) && all;
    });
    assert.deepEqual(kept.map(r => r.seq), kept.map((_, i) => i + 1));
    assert.equal(await metric(proxy, 'stoplog_sink_delivered_records', 'stuck'), 0);
    assert.ok(await metric(proxy, 'stoplog_sink_lag_records', 'stuck') >= kept.length);
    assert.equal(await metric(proxy, 'stoplog_sink_lag_records', 'kept'), 0);
    assert.equal((await proxy.admin('/readyz')).status, 200, 'a sink never gates');
  } finally {
    await stop();  // in time, although one sink hangs
    alerts.close();
    silent.close();
  }
  assert.ok(model);
});

test('a receiver that was away gets everything, and a killed proxy repeats little', async () => {
  const away = await hook();
  away.status = 503;
  const {model, proxy} = await start_both({
    environment,
    settings: sinks_of([{name: 'hook', webhook: {url: away.url, secret: '${env:HOOK_SECRET}', every: '10ms', group: 3}},
                        {name: 'kept', file: {path: 'kept.jsonl'}}]),
  });
  const ids = [];
  const ask = async to => ids.push((await to.post({model: 'demo', messages: user('hello')})).headers.get('x-stoplog-decision-id'));
  for (let i = 0; i < 6; ++i) await ask(proxy);
  await eventually('it was tried', async () => await metric(proxy, 'stoplog_sink_failures', 'hook') > 0);
  proxy.process.signal('SIGKILL');
  await proxy.process.ended;
  away.status = 200;
  const again = await Proxy.start({
    upstream_url: model.url, environment,
    settings: sinks_of([{name: 'hook', webhook: {url: away.url, secret: '${env:HOOK_SECRET}', every: '10ms', group: 3}},
                        {name: 'kept', file: {path: path.join(proxy.folder, 'kept.jsonl')}}], path.join(proxy.folder, 'audit')),
  });
  for (let i = 0; i < 3; ++i) await ask(again);
  const {stdout} = await run_program('audit', 'export', '--directory', path.join(proxy.folder, 'audit'));
  const logged = stdout.split('\n').filter(Boolean).map(line => JSON.parse(line).id);
  await eventually('the webhook has all', () => ids.filter(id => logged.includes(id)).every(id => away.records().some(r => r.id === id)));
  const seqs = away.records().map(r => r.seq);
  assert.equal(new Set(seqs).size, seqs.length, 'nothing was accepted before the kill, so nothing comes twice');
  await eventually('the file has all', async () => {
    const kept = (await lines_of(path.join(proxy.folder, 'kept.jsonl'))).map(r => r.id);
    return ids.filter(id => logged.includes(id)).every(id => kept.includes(id));
  });
  await again.stop();
  proxy.process = null;
  await proxy.stop();
  await model.stop();
  away.close();
});

test('bad sinks: their places, exit code 2', async () => {
  const proxy = await Proxy.prepare({upstream_url: 'http://127.0.0.1:1', settings: sinks_of([{name: 'a', stdout: true, kafka: {topic: 't'}}])});
  const {code, stderr} = await run_program('serve', '--config', proxy.config);
  assert.equal(code, 2);
  assert.match(stderr, /stoplog\.yaml:\d+:\d+: error\[E106\]: .*"brokers" is missing/);
  assert.match(stderr, /error\[E117\]: .*one receiver/);
  await proxy.stop();
});
