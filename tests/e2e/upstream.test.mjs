// A model endpoint that fails in every way it can.
import assert from 'node:assert/strict';
import net from 'node:net';
import {after, before, test} from 'node:test';
import OpenAI from 'openai';
import {collect, eventually, Proxy, start_both, user} from './harness.mjs';

let model, proxy, impatient, stop;
before(async () => {
  ({model, proxy, stop} = await start_both({settings: {limits: {body_bytes: '2MiB', stream_bytes: '4MiB', event_bytes: '64KiB'}}}));
  // For silence alone: on a busy machine every answer may be slower than this.
  impatient = await Proxy.start({upstream_url: model.url, upstream: {deadlines: {first_byte: '1s', stream_idle: '1s'}}});
});
after(async () => {
  await impatient.stop();
  await stop();
});

// The raw stream of an answer and its record.
async function broken(name, through = proxy) {
  const response = await through.post({model: name, stream: true, messages: user('hello')});
  const text = await response.text();
  const record = JSON.stringify(await through.record(response.headers.get('x-stoplog-decision-id')));
  return {response, text, record};
}

async function sdk_error(name, stream, through = proxy) {
  try {
    const answer = await through.client().chat.completions.create({model: name, stream, messages: user('hello')});
    if (stream) await collect(answer);
  } catch (error) {
    assert.ok(error instanceof OpenAI.APIError, error.stack);
    return error;
  }
  return assert.fail(`${name} raised nothing`);
}

test('an error of the model passes through in its shape', async () => {
  for (const stream of [true, false]) {
    const failed = await sdk_error('demo-error', stream);
    assert.ok(failed instanceof OpenAI.InternalServerError);
    assert.equal(failed.status, 500);
    assert.equal(failed.code, 'demo_error');
    assert.match(failed.message, /The demo model failed, as asked/);
    const busy = await sdk_error('demo-busy', stream);
    assert.ok(busy instanceof OpenAI.RateLimitError);
    assert.equal(busy.headers.get('retry-after'), '1');
  }
});

test('a truncated stream raises an error and never ends in [DONE]', async () => {
  await sdk_error('demo-truncate', true);
  const {text, record} = await broken('demo-truncate');
  assert.ok(!text.includes('[DONE]'));
  assert.match(text, /"error"/);
  assert.match(text, /upstream_truncated/);
  assert.match(record, /"upstream_truncated"/);
});

test('a truncated answer in one piece is withheld', async () => {
  const failed = await sdk_error('demo-truncate', false);
  assert.equal(failed.status, 502);
  assert.equal(failed.code, 'upstream_truncated');
});

test('a stream that is no JSON raises an error', async () => {
  await sdk_error('demo-garbage', true);
  const {text, record} = await broken('demo-garbage');
  assert.ok(!text.includes('[DONE]') && !text.includes('oops'), text);
  assert.match(text, /upstream_malformed/);
  assert.match(record, /"upstream_malformed"/);
});

test('deadlines.connect: an endpoint that takes the connection and never shakes hands', async () => {
  const mute = net.createServer(socket => socket.on('error', () => {}));
  await new Promise(resolve => mute.listen(0, '127.0.0.1', resolve));
  const lonely = await Proxy.start({upstream_url: `https://127.0.0.1:${mute.address().port}`, upstream: {deadlines: {connect: '1s'}}});
  const response = await lonely.post({model: 'demo', messages: user('hello')});
  assert.equal(response.status, 504);
  assert.equal((await response.json()).error.code, 'upstream_timeout');
  await lonely.stop();
  mute.close();
});

test('deadlines.stream_idle: a stream that falls silent', async () => {
  const {text, record} = await broken('demo-hang', impatient);
  assert.ok(!text.includes('[DONE]'));
  assert.match(text, /upstream_timeout/);
  assert.match(record, /"upstream_timeout"/);
});

test('deadlines.first_byte: an endpoint that says nothing', async () => {
  for (const stream of [true, false]) {
    const failed = await sdk_error('demo-silent', stream, impatient);
    assert.equal(failed.status, 504);
    assert.equal(failed.code, 'upstream_timeout');
  }
  await eventually('the model was let go', async () => (await model.stats()).open === 0);
});

test('limits.body_bytes: an answer that is too large is withheld', async () => {
  const failed = await sdk_error('demo-endless', false);
  assert.equal(failed.status, 502);
  assert.equal(failed.code, 'upstream_malformed');
});

test('limits.stream_bytes: a stream that is too long ends in an error', async () => {
  const {text, record} = await broken('demo-endless');
  assert.ok(!text.includes('[DONE]'));
  assert.match(text.slice(-600), /upstream_malformed/);
  assert.ok(text.length > 1 << 20 && text.length < 5 << 20, String(text.length));
  assert.match(record, /"upstream_malformed"/);
  await eventually('the model was let go', async () => (await model.stats()).open === 0);
});

test('a stream of eleven megabytes passes whole where limits allow it', async () => {
  const roomy = await Proxy.start({upstream_url: model.url});
  const stream = await roomy.client().chat.completions.create({model: 'demo-big', stream: true, messages: user('hello')});
  const {choices} = await collect(stream);
  assert.equal(choices[0].finish_reason, 'stop');
  assert.ok(choices[0].content.length > 200_000);
  await roomy.stop();
});

test('deadlines.total: the whole exchange', async () => {
  const short = await Proxy.start({upstream_url: model.url, upstream: {deadlines: {total: '1s'}}});
  const response = await short.post({model: 'demo-slow', stream: true, messages: user('hello')});
  const text = await response.text();
  assert.match(text, /upstream_timeout/);
  assert.ok(!text.includes('[DONE]'));
  await short.stop();
});

test('an endpoint that nobody serves', async () => {
  const lonely = await Proxy.start({upstream_url: 'http://127.0.0.1:1'});
  const response = await lonely.post({model: 'demo', messages: user('hello')});
  assert.equal(response.status, 502);
  assert.equal((await response.json()).error.code, 'upstream_unreachable');
  assert.equal((await lonely.admin('/readyz')).status, 200, 'the proxy itself is well');
  await lonely.stop();
});

test('a name that does not resolve', async () => {
  const lonely = await Proxy.start({upstream_url: 'http://stoplog-e2e.invalid:80'});
  const response = await lonely.post({model: 'demo', messages: user('hello')});
  assert.equal(response.status, 502);
  await lonely.stop();
});
