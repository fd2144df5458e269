// Clients that go or dawdle, reloads, and the end of the process.
import assert from 'node:assert/strict';
import {readFile, writeFile} from 'node:fs/promises';
import net from 'node:net';
import path from 'node:path';
import {test} from 'node:test';
import {setTimeout as sleep} from 'node:timers/promises';
import {collect, eventually, phrase, Proxy, run_program, start_both, user} from './harness.mjs';

async function with_both(options, run) {
  const both = await start_both(options);
  try {
    await run(both);
  } finally {
    await both.stop();
  }
}

// A client that asks and then reads only when it is told to.
function lazy_client(port, body) {
  const text = JSON.stringify(body);
  const socket = net.connect(port, '127.0.0.1');
  socket.pause();
  socket.on('error', () => {});
  socket.write(`POST /v1/chat/completions HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: ${text.length}\r\n\r\n${text}`);
  return socket;
}

const streams_open = async proxy => Number((await (await proxy.admin('/metrics')).text()).match(/^stoplog_streams (\d+)/m)[1]);

test('a client that goes away cancels the model at once', () => with_both({pace: 20}, async ({model, proxy}) => {
  for (const name of ['demo', 'demo-hang', 'demo-silent', 'demo-slow']) {
    const {aborted} = await model.stats();
    const client = lazy_client(proxy.port, {model: name, stream: true, messages: user('hello')});
    client.resume();
    await eventually('the model answers', async () => (await model.stats()).open === 1);
    client.destroy();
    await eventually(`${name} was cancelled`, async () => (await model.stats()).aborted === aborted + 1);
  }
  await eventually('no stream is left', async () => await streams_open(proxy) === 0);
  const found = await eventually('the record', async () => {
    const {stdout} = await run_program('audit', 'query', '--config', proxy.config, '-o', 'json');
    return /client_gone/.test(stdout) && stdout;
  });
  assert.ok(found);
}));

test('clients that leave at any moment leave nothing behind', () => with_both({pace: 5}, async ({model, proxy}) => {
  const names = ['demo', 'demo-hang', 'demo-silent', 'demo-big', 'demo-truncate', 'demo-error'];
  await Promise.all(Array.from({length: 60}, async (_, i) => {
    const client = lazy_client(proxy.port, {model: names[i % names.length], stream: i % 4 !== 0, messages: user(i % 3 ? 'hello' : 'recipe')});
    if (i % 5) client.resume();
    await sleep(i * 3);
    i % 2 ? client.destroy() : client.resetAndDestroy();
  }));
  await eventually('the model is idle', async () => (await model.stats()).open === 0);
  await eventually('no connection is left', async () => /^stoplog_connections 0$/m.test(await (await proxy.admin('/metrics')).text()));
  assert.equal(await streams_open(proxy), 0);
  assert.equal((await proxy.post({model: 'demo', messages: user('hello')})).status, 200);
}));

test('the SDK\'s own abort cancels the model', () => with_both({pace: 20}, async ({model, proxy}) => {
  const stream = await proxy.client().chat.completions.create({model: 'demo', stream: true, messages: user('hello')});
  let chunks = 0;
  for await (const chunk of stream) if (chunk && ++chunks === 3) break;
  await eventually('cancelled', async () => (await model.stats()).aborted === 1);
}));

test('a slow client stops the reading from the model', () => with_both({}, async ({model, proxy}) => {
  const client = lazy_client(proxy.port, {model: 'demo-endless', stream: true, messages: user('hello')});
  const standing = await eventually('the model stands still', async () => {
    const {bytes} = await model.stats();
    await sleep(300);
    return bytes > 0 && (await model.stats()).bytes === bytes && bytes;
  });
  assert.ok(standing < 32 << 20, `${standing} bytes are what the sockets' buffers hold`);
  client.resume();
  await eventually('it goes on', async () => (await model.stats()).bytes > standing);
  client.destroy();
  await eventually('and ends', async () => (await model.stats()).open === 0);
}));

test('deadlines.client_write: a client that never reads is let go', () => with_both({settings: {deadlines: {client_write: '1s'}}}, async ({model, proxy}) => {
  const client = lazy_client(proxy.port, {model: 'demo-endless', stream: true, messages: user('hello')});
  await eventually('the model is asked', async () => (await model.stats()).open === 1);
  await eventually('and let go', async () => (await model.stats()).aborted === 1);
  client.destroy();
}));

// How a connection ends that sends these bytes and waits.
function until_closed(port, bytes) {
  return new Promise((resolve, reject) => {
    let got = '';
    const socket = net.connect(port, '127.0.0.1', () => { if (bytes) socket.write(bytes); });
    socket.on('data', data => { got += data; });
    socket.on('close', () => resolve(got));
    socket.on('error', () => resolve(got));
    socket.setTimeout(20_000, () => reject(new Error('not closed')));
  });
}

test('deadlines.header, body and keep_alive end connections that dawdle', () => with_both(
  {settings: {deadlines: {header: '300ms', body: '300ms', keep_alive: '300ms'}}}, async ({proxy}) => {
    assert.equal(await until_closed(proxy.port, ''), '', 'idle: no answer');
    assert.match(await until_closed(proxy.port, 'POST /v1/chat/completions HTTP/1.1\r\nhos'), /^HTTP\/1\.1 408 /);
    const head = 'POST /v1/chat/completions HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 100\r\n\r\n';
    assert.match(await until_closed(proxy.port, `${head}{"model"`), /^HTTP\/1\.1 408 .*"deadline"/s);
  }));

test('limits.connections: one more is shed with 503', () => with_both({settings: {limits: {connections: 4}}}, async ({proxy}) => {
  const held = await Promise.all(Array.from({length: 4}, () => new Promise(resolve => {
    const socket = net.connect(proxy.port, '127.0.0.1', () => resolve(socket));
    socket.on('error', () => {});
  })));
  await eventually('four are open', async () => /^stoplog_connections 4$/m.test(await (await proxy.admin('/metrics')).text()));
  assert.match(await until_closed(proxy.port, ''), /^HTTP\/1\.1 503 .*"overloaded"/s);
  for (const socket of held) socket.destroy();
  await eventually('room again', async () => (await proxy.post({model: 'demo', messages: user('hello')}).catch(() => null))?.status === 200);
}));

test('keep-alive: two requests on one connection, one connection to the model', () => with_both({}, async ({proxy}) => {
  const body = JSON.stringify({model: 'demo', messages: user('hello')});
  const one = close => `POST /v1/chat/completions HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\n${close}\r\n${body}`;
  const got = await until_closed(proxy.port, one('') + one('connection: close\r\n'));
  assert.equal(got.match(/HTTP\/1\.1 200 OK/g).length, 2);
  const numbers = await (await proxy.admin('/metrics')).text();
  assert.match(numbers, /^stoplog_upstream_connects_total 1$/m);
  assert.match(numbers, /^stoplog_upstream_reuses_total 1$/m);
}));

async function edit(proxy, from, to) {
  const file = path.join(proxy.folder, 'rules/e2e.yaml');
  const text = await readFile(file, 'utf8');
  assert.ok(text.includes(from));
  await writeFile(file, text.replaceAll(from, to));
}
const status_of = async (proxy, text) => (await proxy.post({model: 'demo', messages: user(text)})).status;

test('SIGHUP: a good policy is taken, a bad one is not', () => with_both({}, async ({proxy}) => {
  assert.equal(await status_of(proxy, 'OTHER-WORDS'), 200);
  await edit(proxy, phrase, 'OTHER-WORDS');
  proxy.process.signal('SIGHUP');
  await eventually('the new rule blocks', async () => await status_of(proxy, 'OTHER-WORDS') === 403);
  await eventually('on every worker', async () => {
    const all = await Promise.all(Array.from({length: 8}, () => status_of(proxy, phrase)));
    return all.every(status => status === 200);
  });

  await edit(proxy, 'severity: high', 'severityy: high');
  proxy.process.signal('SIGHUP');
  const [rejected] = await eventually('it is logged', () => {
    const found = proxy.journal('policies not reloaded; the last good ones stay');
    return found.length && found;
  });
  assert.match(rejected.problems, /e2e\.yaml:\d+:\d+: error\[E\d+\]: .*severityy.*did you mean.*severity/);
  assert.equal(await status_of(proxy, 'OTHER-WORDS'), 403, 'the last good policy stays');
  const {stdout} = await eventually('it is recorded', async () => {
    const tail = await run_program('audit', 'tail', '--config', proxy.config, '-o', 'json');
    return tail.stdout.includes('policy_rejected') && tail;
  });
  assert.match(stdout, /policy_loaded/);
}));

test('reload by the admin listener says what is wrong', () => with_both({}, async ({proxy}) => {
  assert.equal((await proxy.admin('/-/reload', {method: 'POST'})).status, 200);
  await edit(proxy, 'category: test.secret', 'category: test.secret\n    category: again');
  const answer = await proxy.admin('/-/reload', {method: 'POST'});
  assert.equal(answer.status, 422);
  assert.match(await answer.text(), /e2e\.yaml:\d+:\d+: error/);
}));

test('a stream under way keeps the policy that it began with', () => with_both({pace: 20}, async ({proxy}) => {
  const stream = await proxy.client().chat.completions.create({model: 'demo', stream: true, messages: user('recipe')});
  await edit(proxy, phrase, 'OTHER-WORDS');
  assert.equal((await proxy.admin('/-/reload', {method: 'POST'})).status, 200);
  assert.equal((await collect(stream)).choices[0].finish_reason, 'content_filter');
}));

test('SIGTERM: open streams end well, new connections are refused', () => with_both({pace: 20}, async ({proxy}) => {
  const stream = await proxy.client().chat.completions.create({model: 'demo', stream: true, messages: user('hello')});
  proxy.process.signal('SIGTERM');
  await eventually('no new connections', () => proxy.post({}).then(() => false, () => true));
  const {choices} = await collect(stream);
  assert.equal(choices[0].finish_reason, 'stop');
  assert.match(choices[0].content, /closed in time/);
  assert.deepEqual(await proxy.process.ended, {code: 0, signal: null});
}));

test('deadlines.drain: a stream that does not end is cut, and the process ends', () => with_both(
  {settings: {deadlines: {drain: '500ms'}}}, async ({proxy}) => {
    const response = await proxy.post({model: 'demo-slow', stream: true, messages: user('hello')});
    const reading = response.text().catch(() => 'cut');
    proxy.process.signal('SIGTERM');
    assert.deepEqual(await proxy.process.ended, {code: 0, signal: null});
    assert.ok(!(await reading).includes('[DONE]'));
  }));

test('a process that is killed leaves a log that the next one reads', () => with_both({}, async ({model, proxy}) => {
  const response = await proxy.post({model: 'demo', stream: true, messages: user('recipe')});
  await response.text();
  const id = response.headers.get('x-stoplog-decision-id');
  proxy.process.signal('SIGKILL');
  await proxy.process.ended;
  const again = await Proxy.start({upstream_url: model.url, settings: {audit: {directory: path.join(proxy.folder, 'audit')}}});
  assert.match(JSON.stringify(await again.record(id)), /"E2E-001"/);
  await again.stop();
  proxy.process = null;  // it ended badly, as it should
}));

test('bad settings: every problem with its place, exit code 2', async () => {
  const proxy = await Proxy.prepare({upstream_url: 'http://127.0.0.1:1', settings: {lisseners: [], workers: 'many'}});
  const {code, stderr} = await run_program('serve', '--config', proxy.config);
  assert.equal(code, 2);
  assert.match(stderr, /stoplog\.yaml:\d+:\d+: error\[E\d+\]: .*lisseners.*did you mean.*listeners/);
  assert.equal(stderr.match(/stoplog\.yaml:\d+:\d+: error/g).length, 2, stderr);
  await proxy.stop();
});

test('a bad policy at start: exit code 2', async () => {
  const proxy = await Proxy.prepare({upstream_url: 'http://127.0.0.1:1'});
  await edit(proxy, 'action: block', 'action: blok');
  const {code, stderr} = await run_program('serve', '--config', proxy.config);
  assert.equal(code, 2);
  assert.match(stderr, /e2e\.yaml:\d+:\d+: error/);
  await proxy.stop();
});
