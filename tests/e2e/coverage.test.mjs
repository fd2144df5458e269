// What was scanned stands in the header, in the record and in what `stoplog
// coverage` tells; and nothing that a caller sends makes the judgement weaker.
import assert from 'node:assert/strict';
import {after, before, test} from 'node:test';
import {phrase, program, run_program, secret, start_both, user} from './harness.mjs';

let model, proxy, stop;
before(async () => ({model, proxy, stop} = await start_both()));
after(() => stop?.());

const image = {type: 'image_url', image_url: {url: 'https://example.com/a.png'}};
const with_image = text => [{role: 'user', content: [{type: 'text', text}, image]}];

async function judged(response) {
  await response.text();
  const header = name => response.headers.get(`x-stoplog-${name}`);
  return {status: response.status, decision: header('decision'), coverage: header('coverage'), record: await proxy.record(header('decision-id'))};
}

for (const stream of [false, true]) {
  const how = stream ? 'streamed' : 'whole';

  test(`everything scanned: allow and complete, ${how}`, async () => {
    const {decision, coverage, record} = await judged(await proxy.post({model: 'demo', stream, messages: user('hello')}));
    assert.deepEqual([decision, coverage, record.outcome.decision], ['allow', 'complete', 'allow']);
    for (const each of [record.coverage.request, record.coverage.response]) {
      assert.ok(each.complete && each.received > 0 && each.scanned === each.received && each.released === each.received, JSON.stringify(each));
      assert.equal(each.opaque, undefined);
    }
  });

  test(`an image: opaque, and never allow, ${how}`, async () => {
    const {decision, coverage, record} = await judged(await proxy.post({model: 'demo', stream, messages: with_image('hello')}));
    assert.deepEqual([decision, coverage, record.outcome.decision], ['opaque', 'opaque=image_url', 'opaque']);
    assert.equal(record.coverage.request.complete, false);
    assert.deepEqual(record.coverage.request.opaque, [{path: 'messages[0].content[1].image_url', kind: 'image_url'}]);
    assert.ok(record.coverage.response.complete);
    const {stdout} = await run_program('audit', 'show', record.id, '--config', proxy.config);
    assert.match(stdout, /was let through; 1 part could not be scanned/);
    assert.doesNotMatch(stdout, /passed/);
  });

  test(`an image does not hide what else is there, ${how}`, async () => {
    assert.deepEqual((({status, decision, coverage}) => [status, decision, coverage])(await judged(await proxy.post({model: 'demo', stream, messages: with_image(`the ${phrase}`)}))),
      [403, 'block', 'opaque=image_url']);
    const masked = await judged(await proxy.post({model: 'demo', stream, messages: with_image(`it is ${secret}`)}));
    assert.equal(masked.decision, 'redact');
    assert.ok(masked.record.coverage.request.released < masked.record.coverage.request.received, 'a mask is not counted as released');
  });
}

test('a blocked request: everything scanned, nothing released', async () => {
  const {coverage, record} = await judged(await proxy.post({model: 'demo', messages: user(`the ${phrase}`)}));
  assert.equal(coverage, 'complete');
  assert.equal(record.coverage.request.scanned, record.coverage.request.received);
  assert.equal(record.coverage.request.released, 0);
});

test('what nobody read is not called complete', async () => {
  for (const response of [await proxy.post('{', {}), await proxy.post({}, {target: '/v1/files'})]) {
    const {decision, coverage, record} = await judged(response);
    assert.deepEqual([decision, coverage], ['refuse', 'none']);
    assert.ok(!record.coverage?.request?.complete);
  }
});

test('the list of models is scanned as well', async () => {
  const {status, decision, coverage, record} = await judged(await fetch(`${proxy.url}/v1/models`));
  assert.deepEqual([status, decision, coverage], [200, 'allow', 'complete']);
  assert.ok(record.coverage.response.scanned > 0);
});

test('audit query finds what was not scanned as a whole', async () => {
  const {stdout} = await run_program('audit', 'query', '--decision', 'opaque', '--config', proxy.config, '-o', 'json');
  const lines = stdout.split('\n').filter(Boolean).map(line => JSON.parse(line)).filter(line => line.kind === 'exchange');
  assert.equal(lines.length, 2);
  assert.ok(lines.every(line => line.outcome.decision === 'opaque'));
});

test('stoplog coverage tells every endpoint that is served, and no other', async () => {
  const {code, stdout} = await run_program('coverage', '-o', 'json');
  assert.equal(code, 0);
  const {endpoints, anything_else} = JSON.parse(stdout);
  assert.match(anything_else, /404/);
  assert.ok(endpoints.length >= 3 && program.length > 0);
  for (const {method, path: target} of endpoints) {
    const response = await fetch(proxy.url + target.replace('{}', 'demo'), {method, ...(method === 'POST' ? {body: '{', headers: {'content-type': 'application/json'}} : {})});
    assert.notEqual((await response.json()).error?.code, 'endpoint_not_covered', `${method} ${target}`);
  }
  for (const form of ['human', 'markdown']) assert.match((await run_program('coverage', '-o', form)).stdout, /POST \/v1\/chat\/completions/);
});

const hopeful = {
  'x-stoplog-policy': 'none', 'x-stoplog-mode': 'shadow', 'x-stoplog-decision': 'allow', 'x-stoplog-bypass': '1', 'x-guardrails': 'off',
  'x-policy': 'none', 'x-upstream': 'other', 'x-route': 'other', 'x-team': 'admins', 'x-key-id': 'admin', 'x-forwarded-for': '127.0.0.1',
  'x-forwarded-user': 'admin', 'x-original-url': '/v1/models', 'x-http-method-override': 'GET', 'x-moderation': 'none', 'openai-beta': 'no-moderation',
  'prefer': 'no-filter', 'cookie': 'policy=none', 'x-debug': '1', 'content-language': 'xx', 'accept': 'text/plain', 'user-agent': 'stoplog-internal',
};

test('no header makes a verdict weaker', async () => {
  const {requests} = await model.stats();
  const attempts = [...Object.entries(hopeful).map(entry => Object.fromEntries([entry])), hopeful];
  for (const headers of attempts) {
    assert.equal((await proxy.post({model: 'demo', messages: user(`the ${phrase}`)}, {headers})).status, 403, JSON.stringify(headers));
  }
  assert.equal(attempts.length, 23);
  assert.equal((await model.stats()).requests, requests);
});

// Names as they come, and as somebody might make them up.
const said_names = ['accept', 'accept-encoding', 'accept-language', 'anthropic-beta', 'anthropic-version', 'authorization', 'cache-control', 'cookie', 'dnt', 'forwarded',
  'from', 'if-match', 'if-modified-since', 'if-none-match', 'max-forwards', 'openai-beta', 'openai-organization', 'openai-project', 'origin', 'pragma', 'prefer', 'priority',
  'range', 'referer', 'sec-fetch-mode', 'te', 'traceparent', 'user-agent', 'via', 'x-api-key', 'x-forwarded-host', 'x-forwarded-proto', 'x-real-ip', 'x-request-id', 'x-stainless-lang'];
const name_parts = ['stoplog', 'policy', 'mode', 'guard', 'rails', 'bypass', 'skip', 'shadow', 'scan', 'team', 'route', 'upstream', 'tenant', 'admin', 'internal', 'decision', 'coverage', 'debug', 'content', 'filter'];
const header_values = ['off', 'none', 'false', '0', 'allow', 'shadow', 'admin', '*', '{}', '{"mode":"off"}', 'identity', '127.0.0.1', 'bytes=0-1', 'trailers', 'no-cache', 'x'.repeat(200)];

test('no header that anybody makes up makes a verdict weaker', async () => {
  const {requests} = await model.stats();
  let dice = 41;
  const below = count => (dice = (dice * 1103515245 + 12345) % 2147483648) % count;
  const from = list => list[(below(list.length * 997) / 997) | 0];
  let judged = 0;
  let refused = 0;
  for (let round = 0; round < 400; ++round) {
    const headers = {};
    for (let left = 1 + below(6); left > 0; --left) {
      const made = () => `${below(2) ? 'x-' : ''}${Array.from({length: 1 + below(3)}, () => from(name_parts)).join('-')}`;
      headers[below(3) === 0 ? from(said_names) : made()] = from(header_values);
    }
    const response = await proxy.post({model: 'demo', stream: round % 2 === 0, messages: user(`the ${phrase}`)}, {headers});
    const {error} = await response.json();
    if (response.status === 403 && error.code === 'test.forbidden_phrase') ++judged;
    else if ([400, 415].includes(response.status)) ++refused;
    else assert.fail(`${response.status} ${JSON.stringify(error)} for ${JSON.stringify(headers)}`);
  }
  assert.equal(judged + refused, 400);
  assert.ok(judged > 300, `${judged}`);
  assert.equal((await model.stats()).requests, requests);
});

test('no query makes a verdict weaker', async () => {
  for (const query of ['policy=none', 'stoplog=off', 'mode=shadow', 'stream=true', 'api-version=1', '']) {
    const response = await proxy.post({model: 'demo', messages: user(`the ${phrase}`)}, {target: `/v1/chat/completions?${query}`});
    assert.ok([400, 403].includes(response.status), query);
  }
});
