// TLS on both sides, and the proxy's own keys.
import assert from 'node:assert/strict';
import {execFileSync} from 'node:child_process';
import {createHash} from 'node:crypto';
import {mkdtempSync, readFileSync, rmSync} from 'node:fs';
import https from 'node:https';
import {tmpdir} from 'node:os';
import path from 'node:path';
import {after, before, test} from 'node:test';
import OpenAI from 'openai';
import {curl, DemoModel, phrase, Proxy, user} from './harness.mjs';

let folder, model, front;
const file = name => path.join(folder, name);

// A certificate for names, signed by itself.
function certificate(name, alternatives) {
  execFileSync('openssl', ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2',
    '-subj', `/CN=${name}`, '-addext', `subjectAltName=${alternatives}`, '-keyout', file(`${name}.key`), '-out', file(`${name}.pem`)], {stdio: 'pipe'});
}

// The demo model behind TLS.
function tls_front(name) {
  return new Promise(resolve => {
    const server = https.createServer({key: readFileSync(file(`${name}.key`)), cert: readFileSync(file(`${name}.pem`))}, async (request, response) => {
      const body = [];
      for await (const part of request) body.push(part);
      const answer = await fetch(model.url + request.url, {method: request.method, headers: {'content-type': 'application/json'},
        body: request.method === 'POST' ? Buffer.concat(body) : undefined});
      response.writeHead(answer.status, {'content-type': answer.headers.get('content-type')});
      for await (const part of answer.body) response.write(part);
      response.end();
    });
    server.listen(0, '127.0.0.1', () => resolve(server));
  });
}

before(async () => {
  folder = mkdtempSync(path.join(tmpdir(), 'stoplog-e2e-'));
  certificate('right', 'DNS:localhost,IP:127.0.0.1');
  certificate('wrong', 'DNS:elsewhere.example');
  model = await DemoModel.start();
  front = await tls_front('right');
});
after(async () => {
  front.closeAllConnections();
  front.close();
  await model.stop();
  rmSync(folder, {recursive: true});
});

const ask = {model: 'demo', messages: user('hello')};

async function upstream_answer(port, tls, host = 'localhost') {
  const proxy = await Proxy.start({upstream_url: `https://${host}:${port}`, upstream: {tls}});
  try {
    const whole = await proxy.post(ask);
    const streamed = await proxy.post({...ask, stream: true, messages: user('recipe')});
    return {status: whole.status, body: await whole.json(), stream_status: streamed.status, stream: await streamed.text()};
  } finally {
    await proxy.stop();
  }
}

test('a model endpoint over TLS, verified', async () => {
  for (const host of ['localhost', '127.0.0.1']) {
    const got = await upstream_answer(front.address().port, {ca: file('right.pem')}, host);
    assert.equal(got.status, 200, JSON.stringify(got.body));
    assert.match(got.body.choices[0].message.content, /mill/);
    assert.match(got.stream, /content_filter/);
    assert.ok(!got.stream.includes(phrase));
  }
});

test('a certificate that nobody vouches for is refused', async () => {
  const got = await upstream_answer(front.address().port, {});
  assert.deepEqual([got.status, got.stream_status], [502, 502]);
  assert.equal(got.body.error.code, 'upstream_tls');
});

test('a certificate for another name is refused', async () => {
  const {requests} = await model.stats();
  const other = await tls_front('wrong');
  const got = await upstream_answer(other.address().port, {ca: file('wrong.pem')});
  assert.equal(got.status, 502);
  assert.equal(got.body.error.code, 'upstream_tls');
  assert.equal((await model.stats()).requests, requests);
  const named = await upstream_answer(other.address().port, {ca: file('wrong.pem'), server_name: 'elsewhere.example'});
  assert.equal(named.status, 200, 'server_name says which name is meant');
  other.closeAllConnections();
  other.close();
});

test('a listener with TLS', async () => {
  const proxy = await Proxy.start({upstream_url: model.url, scheme: 'https',
    settings: {listeners: [{address: '127.0.0.1:0', tls: {certificate: file('right.pem'), key: file('right.key')}}]}});
  const args = ['-H', 'content-type: application/json', '-d', JSON.stringify({...ask, stream: true, messages: user('recipe')}), `${proxy.url}/v1/chat/completions`];
  const {stdout} = await curl('--cacert', file('right.pem'), ...args);
  assert.match(stdout, /"finish_reason":"content_filter"/);
  assert.match(stdout, /data: \[DONE\]\n\n$/);
  assert.notEqual((await curl(...args)).code, 0, 'a client that does not trust it');
  assert.notEqual((await curl(...args.slice(0, -1), proxy.url.replace('https', 'http'))).code, 0, 'plain HTTP');
  await proxy.stop();
});

test('a listener that wants client certificates', async () => {
  const proxy = await Proxy.start({upstream_url: model.url, scheme: 'https', settings: {listeners: [
    {address: '127.0.0.1:0', tls: {certificate: file('right.pem'), key: file('right.key'), client_ca: file('wrong.pem')}}]}});
  const target = `${proxy.url}/v1/models`;
  assert.notEqual((await curl('--cacert', file('right.pem'), target)).code, 0);
  const known = await curl('--cacert', file('right.pem'), '--cert', file('wrong.pem'), '--key', file('wrong.key'), target);
  assert.equal(known.code, 0, known.stderr);
  assert.match(known.stdout, /"demo"/);
  await proxy.stop();
});

test('keys: known, unknown, and without the route', async () => {
  const hash = key => `sha256:${createHash('sha256').update(key).digest('hex')}`;
  const proxy = await Proxy.start({upstream_url: model.url, upstream: {credentials: {bearer: '${env:STOPLOG_E2E_UPSTREAM_KEY}'}},
    environment: {STOPLOG_E2E_UPSTREAM_KEY: 'upstream-key'},
    settings: {clients: [{key_id: 'bot', key_hash: hash('sk-bot'), team: 'support'}, {key_id: 'other', key_hash: hash('sk-other'), routes: ['elsewhere']}],
      routes: [{name: 'elsewhere', path: '/v1', models: ['other-*'], upstream: 'demo'}, {name: 'all', path: '/v1', upstream: 'demo'}]}});
  const {data, response} = await proxy.client({apiKey: 'sk-bot'}).chat.completions.create(ask).withResponse();
  assert.equal(data.choices[0].finish_reason, 'stop');
  assert.equal((await model.last()).headers.authorization, 'Bearer upstream-key');
  const record = JSON.stringify(await proxy.record(response.headers.get('x-stoplog-decision-id')));
  assert.match(record, /"bot"/);
  assert.match(record, /"support"/);
  assert.ok(!/sk-bot|upstream-key/.test(record + proxy.process.output));
  await assert.rejects(proxy.client({apiKey: 'sk-nobody'}).chat.completions.create(ask), OpenAI.AuthenticationError);
  assert.equal((await proxy.post(ask)).status, 401);
  await assert.rejects(proxy.client({apiKey: 'sk-other'}).chat.completions.create(ask), OpenAI.NotFoundError);
  const routed = await proxy.client({apiKey: 'sk-other'}).chat.completions.create({...ask, model: 'other-demo'});
  assert.equal(routed.choices[0].finish_reason, 'stop');
  await proxy.stop();
});
