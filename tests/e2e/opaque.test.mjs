// Endpoints that a route forwards unscanned, because its settings say so.
import assert from 'node:assert/strict';
import {createServer} from 'node:http';
import {after, before, test} from 'node:test';
import {Proxy, phrase} from './harness.mjs';

// A model that tells what it got, whatever it was asked.
const seen = [];
const model = createServer((request, response) => {
  const chunks = [];
  request.on('data', chunk => chunks.push(chunk)).on('end', () => {
    seen.push({method: request.method, url: request.url, headers: request.headers, body: Buffer.concat(chunks)});
    response.setHeader('content-type', 'audio/mpeg');
    response.end(Buffer.from([1, 2, 255, 0, 3]));
  });
});

let proxy;
before(async () => {
  await new Promise(resolve => model.listen(0, '127.0.0.1', resolve));
  const routes = [{name: 'all', path: '/v1', upstream: 'demo', opaque: [
    {endpoint: 'POST /v1/audio/transcriptions', reason: 'sound has no text'}, {endpoint: 'GET /v1/files', reason: 'names of files only'}]}];
  proxy = await Proxy.start({upstream_url: `http://127.0.0.1:${model.address().port}`, settings: {routes, limits: {body_bytes: '64KiB'}}});
});
after(async () => { await proxy?.stop(); model.closeAllConnections(); model.close(); });

const send = (target, options = {}) => fetch(proxy.url + target, {method: 'POST', headers: {'content-type': 'multipart/form-data; boundary=x'}, ...options});

test('the bytes pass as they are, and nothing says that they were scanned', async () => {
  const body = Buffer.concat([Buffer.from(`--x ${phrase} `), Buffer.from([0, 255, 254, 13, 10])]);
  const response = await send('/v1/audio/transcriptions', {body});
  assert.equal(response.status, 200);
  assert.equal(response.headers.get('content-type'), 'audio/mpeg');
  assert.equal(response.headers.get('x-stoplog-coverage'), 'opaque=endpoint');
  assert.equal(response.headers.get('x-stoplog-decision'), 'opaque');
  assert.deepEqual([...new Uint8Array(await response.arrayBuffer())], [1, 2, 255, 0, 3]);
  assert.deepEqual(seen.at(-1).body, body);
  assert.equal(seen.at(-1).headers['content-type'], 'multipart/form-data; boundary=x');
  const record = await proxy.record(response.headers.get('x-stoplog-decision-id'));
  assert.equal(record.what.endpoint, 'opaque');
  assert.equal(record.outcome.decision, 'opaque');
  assert.equal(record.what.route, 'all');
  for (const side of ['request', 'response']) {
    assert.equal(record.coverage[side].complete, false, side);
    assert.equal(record.coverage[side].scanned, 0, side);
    assert.match(JSON.stringify(record.coverage[side]), /"endpoint"/, side);
  }
});

test('a GET passes, too', async () => {
  const response = await send('/v1/files', {method: 'GET', headers: {}});
  assert.equal(response.status, 200);
  assert.equal(seen.at(-1).url, '/v1/files');
});

test('only exactly what is listed passes', async () => {
  const count = seen.length;
  const refused = [
    ['/v1/audio/transcriptions', {method: 'GET', headers: {}}, 404], ['/v1/audio/transcriptions/', {body: 'x'}, 404], ['/v1/audio/Transcriptions', {body: 'x'}, 404],
    ['/v1/audio/translations', {body: 'x'}, 404], ['/v1/audio/transcriptions?x=y', {body: 'x'}, 400], ['/v1/files', {body: 'x'}, 404],
    ['/v1/audio/transcriptions', {body: 'x', headers: {'content-encoding': 'gzip'}}, 415], ['/v1/audio/transcriptions', {body: 'x'.repeat(70_000)}, 413],
  ];
  let held = 0;
  for (const [target, options, status] of refused) {
    assert.equal((await send(target, options)).status, status, target);
    ++held;
  }
  assert.equal(held, 8);
  assert.equal(seen.length, count, 'nothing reached the model');
});

test('what a dialect covers is scanned all the same', async () => {
  assert.equal((await proxy.post({model: 'demo', messages: [{role: 'user', content: phrase}]})).status, 403);
});
