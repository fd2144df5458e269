// Everything that is not the covered endpoint with a well-formed body is
// refused, in OpenAI's shape, with a reason code, and recorded.
import assert from 'node:assert/strict';
import net from 'node:net';
import {after, before, test} from 'node:test';
import {mkdtemp, rm, writeFile} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import path from 'node:path';
import OpenAI from 'openai';
import {curl, start_both, user} from './harness.mjs';

let model, proxy, stop, requests_before;
before(async () => {
  ({model, proxy, stop} = await start_both({settings: {limits: {header_bytes: '4KiB', body_bytes: '64KiB', json_depth: 16}}}));
  requests_before = (await model.stats()).requests;
});
after(async () => {
  assert.equal((await model.stats()).requests, requests_before, 'nothing that was refused reached the model');
  await stop();
});

// What curl got: status, headers in lower case, body.
async function curl_answer(...args) {
  const {code, stdout, stderr} = await curl('-i', ...args);
  assert.equal(code, 0, stderr);
  const [head, ...rest] = stdout.replace(/^HTTP\/1\.1 100 Continue\r\n\r\n/, '').split('\r\n\r\n');
  const [first, ...lines] = head.split('\r\n');
  const headers = Object.fromEntries(lines.map(line => [line.slice(0, line.indexOf(':')).toLowerCase(), line.slice(line.indexOf(':') + 1).trim()]));
  return {status: Number(first.split(' ')[1]), headers, body: rest.join('\r\n\r\n')};
}

async function expect_refusal(answer, status, code) {
  const {error} = JSON.parse(answer.body);
  assert.equal(answer.status, status, answer.body);
  assert.equal(error.code, code);
  assert.equal(typeof error.type, 'string');
  assert.equal(typeof error.message, 'string');
  assert.equal(error.decision_id, answer.headers['x-stoplog-decision-id']);
  assert.ok(['refuse', 'error'].includes(answer.headers['x-stoplog-decision']), answer.headers['x-stoplog-decision']);
  const {outcome} = await proxy.record(error.decision_id);
  assert.deepEqual([outcome.status, outcome.reason], [status, code], 'recorded with its reason');
}

const chat = () => `${proxy.url}/v1/chat/completions`;
const json = ['-H', 'content-type: application/json'];
const fine = JSON.stringify({model: 'demo', messages: user('hello')});

const bodies = [
  ['not JSON', '{"model": "demo", "messages": [', 'malformed_json'],
  ['empty', '', 'malformed_json'],
  ['a duplicate member', '{"model":"demo","messages":[],"messages":[{"role":"user","content":"x"}]}', 'malformed_json'],
  ['a duplicate member, once escaped', '{"model":"demo","messages":[],"mess\\u0061ges":[]}', 'malformed_json'],
  ['bytes after the value', `${fine} {}`, 'malformed_json'],
  ['a lone surrogate', '{"model":"demo","messages":[{"role":"user","content":"\\ud800"}]}', null],
  ['NaN', '{"model":"demo","messages":[],"temperature":NaN}', 'malformed_json'],
  ['nested too deeply', `{"model":"demo","messages":[],"x":${'['.repeat(20)}${']'.repeat(20)}}`, 'too_deep'],
  ['no messages', '{"model":"demo"}', 'malformed_request'],
  ['messages that are no list', '{"model":"demo","messages":"hello"}', 'malformed_request'],
  ['a list', '[]', 'malformed_request'],
];
for (const [name, body, code] of bodies) {
  test(`400: ${name}`, async () => {
    const answer = await curl_answer(chat(), ...json, '-d', body);
    await expect_refusal(answer, 400, code ?? JSON.parse(answer.body).error.code);
  });
}

test('400: a member known under another case', async () => {
  const answer = await curl_answer(chat(), ...json, '-d', '{"model":"demo","messages":[{"role":"user","content":"x"}],"Messages":[]}');
  assert.equal(answer.status, 400, answer.body);
});

test('400: invalid UTF-8', async () => {
  const folder = await mkdtemp(path.join(tmpdir(), 'stoplog-e2e-'));
  const file = path.join(folder, 'body');
  await writeFile(file, Buffer.concat([Buffer.from('{"model":"demo","messages":[{"role":"user","content":"'), Buffer.from([0xff, 0xfe]), Buffer.from('"}]}')]));
  await expect_refusal(await curl_answer(chat(), ...json, '--data-binary', `@${file}`), 400, 'invalid_utf8');
  await rm(folder, {recursive: true});
});

test('400: a query string', async () => {
  await expect_refusal(await curl_answer(`${chat()}?policy=none`, ...json, '-d', fine), 400, 'malformed_request');
});

for (const target of ['/v1/files', '/v1/batches', '/v1/fine_tuning/jobs', '/v1/chat/completions/x', '/v2/chat/completions', '/', '/v1']) {
  test(`404: ${target}`, async () => {
    const answer = await curl_answer(proxy.url + target, ...json, '-d', fine);
    assert.ok(['endpoint_not_covered', 'no_route'].includes(JSON.parse(answer.body).error.code));
    await expect_refusal(answer, 404, JSON.parse(answer.body).error.code);
  });
}

test('404: a covered path under another method', async () => {
  await expect_refusal(await curl_answer('-X', 'DELETE', chat()), 404, 'endpoint_not_covered');
});

test('404 in the SDK', async () => {
  await assert.rejects(proxy.client().files.list(), OpenAI.NotFoundError);
});

for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'application/json; charset=utf-16', 'multipart/form-data; boundary=x']) {
  test(`415: ${type}`, async () => {
    await expect_refusal(await curl_answer(chat(), '-H', `content-type: ${type}`, '-d', fine), 415, 'unsupported_media_type');
  });
}

test('415: no content type', async () => {
  await expect_refusal(await curl_answer(chat(), '-H', 'content-type:', '-d', fine), 415, 'unsupported_media_type');
});

test('415: a content coding', async () => {
  await expect_refusal(await curl_answer(chat(), ...json, '-H', 'content-encoding: deflate', '-d', fine), 415, 'unsupported_coding');
});

test('413: a body over limits.body_bytes, with its length and without', async () => {
  const folder = await mkdtemp(path.join(tmpdir(), 'stoplog-e2e-'));
  const file = path.join(folder, 'body');
  await writeFile(file, JSON.stringify({model: 'demo', messages: user('x'.repeat(65 * 1024))}));
  await expect_refusal(await curl_answer(chat(), ...json, '--data-binary', `@${file}`), 413, 'body_too_large');
  await expect_refusal(await curl_answer(chat(), ...json, '-H', 'transfer-encoding: chunked', '--data-binary', `@${file}`), 413, 'body_too_large');
  await rm(folder, {recursive: true});
});

test('431: a head over limits.header_bytes', async () => {
  await expect_refusal(await curl_answer(chat(), ...json, '-H', `x-long: ${'x'.repeat(5000)}`, '-d', fine), 431, 'head_too_large');
});

// Sends bytes as they are and returns what comes back until the proxy closes.
function exchange_bytes(bytes) {
  return new Promise((resolve, reject) => {
    let got = '';
    const socket = net.connect(proxy.port, '127.0.0.1', () => socket.write(bytes));
    socket.on('data', data => { got += data; });
    socket.on('close', () => resolve(got));
    socket.on('error', reject);
    socket.setTimeout(20_000, () => reject(new Error('the proxy neither answered nor closed')));
  });
}

const post = (headers, body) => `POST /v1/chat/completions HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\n${headers}\r\n${body}`;
const smuggling = [
  ['two lengths', post('content-length: 5\r\ncontent-length: 6\r\n', 'xxxxx')],
  ['a length and chunks', post('content-length: 5\r\ntransfer-encoding: chunked\r\n', '0\r\n\r\n')],
  ['an unknown transfer coding', post('transfer-encoding: xchunked\r\n', '0\r\n\r\n')],
  ['a folded header', post('x-a: b\r\n c: d\r\ncontent-length: 2\r\n', '{}')],
  ['a blank before the colon', post('content-length : 2\r\n', '{}')],
  ['no host', 'POST /v1/chat/completions HTTP/1.1\r\ncontent-type: application/json\r\ncontent-length: 2\r\n\r\n{}'],
  ['a path with dots', 'POST /v1/x/../chat/completions HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 2\r\n\r\n{}'],
  ['an absolute target elsewhere', 'POST http://other.example/v1/x HTTP/1.1\r\nhost: x\r\ncontent-length: 2\r\n\r\n{}'],
  ['no HTTP at all', 'hello\r\n\r\n'],
];
for (const [name, bytes] of smuggling) {
  test(`400 and closed: ${name}`, async () => {
    const got = await exchange_bytes(bytes);
    assert.match(got, /^HTTP\/1\.1 40[04] /, got);
    assert.equal(got.match(/HTTP\/1\.1 \d/g).length, 1, 'one answer only');
  });
}
