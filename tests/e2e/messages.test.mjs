// Anthropic's messages by hand: what the matrix of clients does not ask.
import Anthropic from '@anthropic-ai/sdk';
import assert from 'node:assert/strict';
import {createHash} from 'node:crypto';
import {after, before, test} from 'node:test';
import {DemoModel, phrase, Proxy, secret, user} from './harness.mjs';

let model, proxy;
before(async () => {
  model = await DemoModel.start();
  proxy = await Proxy.start({upstream_url: model.url});
});
after(async () => { await proxy?.stop(); await model?.stop(); });

const ask = (message, more = {}) => ({model: 'demo', max_tokens: 100, messages: user(message), ...more});
const post = (body, options) => proxy.post(body, {target: '/v1/messages', ...options});
const client = (of = proxy, options = {}) => new Anthropic({apiKey: 'sk-e2e', baseURL: of.url, maxRetries: 0, ...options});

test('a blocked request is Anthropic\'s own error', async () => {
  const refused = await client().messages.create(ask(`Explain the ${phrase}`)).then(() => assert.fail('was not refused'), error => error);
  assert.ok(refused instanceof Anthropic.PermissionDeniedError, refused.stack);
  assert.equal(refused.error.type, 'error');
  assert.equal(refused.error.error.type, 'permission_error');
  assert.equal(refused.error.error.code, 'test.forbidden_phrase');
  assert.equal(refused.error.error.message, 'The test policy ended this.');
  assert.equal(refused.error.error.decision_id, refused.headers.get('x-stoplog-decision-id'));
  assert.ok(!JSON.stringify(refused.error).includes('E2E-001'), 'a client is not told the rule');
});

test('a blocked stream tells the policy\'s message and never a cut call', async () => {
  for (const name of ['demo', 'demo-crumbs']) {
    const said = await client().messages.stream(ask('Tell me the recipe', {model: name})).finalMessage();
    assert.equal(said.stop_reason, 'refusal');
    assert.equal(said.stop_details.explanation, 'The test policy ended this.');
    assert.match(said.content[0].text, /^Gladly, here is the recipe/);
    assert.equal(said.content.at(-1).text, 'The test policy ended this.');
    const tools = [{name: 'water_level', input_schema: {type: 'object'}}];
    const wire = await (await post(ask('Call it with the recipe', {model: name, tools, stream: true}))).text();
    assert.ok(!/tool_use|DEMO|old mill/.test(wire.replace(/^event: error/gm, '')), wire);
    assert.match(wire, /"stop_reason":"refusal"/);
    assert.match(wire, /event: message_stop\ndata: .*\n\n$/);
  }
});

test('thinking has its own channel and keeps its signature', async () => {
  const said = await client().messages.stream(ask('think about water')).finalMessage();
  assert.equal(said.content[0].type, 'thinking');
  assert.match(said.content[0].thinking, /The question is about water/);
  assert.ok(said.content[0].signature.length > 4);
  assert.match(said.content[1].text, /^Water flows downhill/);
});

test('every part of a request is judged', async () => {
  const parts = [
    {system: phrase}, {system: [{type: 'text', text: phrase}]}, {stop_sequences: [phrase]}, {metadata: {user_id: phrase}},
    {tools: [{name: 't', description: phrase, input_schema: {type: 'object'}}]}, {something_new: {deep: [phrase]}},
    ...[
      [{type: 'document', source: {type: 'text', media_type: 'text/plain', data: phrase}}],
      [{type: 'document', source: {type: 'base64', media_type: 'text/plain', data: Buffer.from(`It says ${phrase}.`).toString('base64')}}],
      [{type: 'tool_result', tool_use_id: 'x', content: phrase}],
      [{type: 'search_result', source: 's', title: phrase, content: [{type: 'text', text: 'x'}]}],
    ].map(content => ({messages: [{role: 'user', content}]})),
    {messages: [...user('a'), {role: 'assistant', content: [{type: 'tool_use', id: 'x', name: 't', input: {deep: [{q: phrase}]}}]}, ...user('b')]},
    {messages: [...user('a'), {role: 'assistant', content: [{type: 'thinking', thinking: phrase, signature: 'c2ln'}]}, ...user('b')]},
  ];
  let held = 0;
  for (const part of parts) {
    assert.equal((await post(ask('hello', part))).status, 403, JSON.stringify(part));
    const counted = await proxy.post(ask('hello', part), {target: '/v1/messages/count_tokens'});
    assert.equal(counted.status, 403, JSON.stringify(part));
    ++held;
  }
  assert.equal(held, 12);
});

test('tokens are counted, pictures are opaque', async () => {
  assert.ok((await client().messages.countTokens({model: 'demo', messages: user('How many are these?')})).input_tokens > 3);
  const image = [{type: 'image', source: {type: 'base64', media_type: 'image/png', data: 'iVBORw0KGgo='}}];
  const response = await post(ask('', {messages: [{role: 'user', content: image}]}));
  assert.equal(response.status, 200);
  assert.equal(response.headers.get('x-stoplog-coverage'), 'opaque=image');
  const record = await proxy.record(response.headers.get('x-stoplog-decision-id'));
  assert.equal(record.what.endpoint, 'messages');
  assert.equal(record.coverage.request.complete, false);
});

test('a message that only the API has is opaque', async () => {
  const response = await post(ask('hello', {thread: {type: 'continue', previous_message_id: 'msg_0'}}));
  assert.equal(response.headers.get('x-stoplog-coverage'), 'opaque=previous_message');
});

test('a redacted request: the model gets it without the secret', async () => {
  assert.equal((await post(ask(`keep ${secret} for me`))).status, 200);
  const seen = await model.last();
  assert.match(seen.json.messages[0].content, /^keep .+ for me$/);
  assert.ok(!seen.body.includes('t-4711'));
});

test('headers of the API pass, and the models are listed', async () => {
  await client().beta.messages.create({...ask('hello'), betas: ['a-beta-1']});
  const {headers} = await model.last();
  assert.equal(headers.authorization, 'Bearer sk-e2e');  // this version of the client sends its key so
  assert.equal(headers['anthropic-beta'], 'a-beta-1');
  assert.ok(headers['anthropic-version']);
  await post(ask('hello'), {headers: {'x-api-key': 'sk-e2e'}});  // and others so
  assert.equal((await model.last()).headers['x-api-key'], 'sk-e2e');
  assert.equal((await post(ask('hello'), {target: '/v1/messages?beta=true'})).status, 200);
  assert.equal((await model.last()).target, '/v1/messages?beta=true');
  assert.equal((await post(ask('hello'), {target: '/v1/messages?other=true'})).status, 400);
  const names = [];
  for await (const {id} of client().models.list()) names.push(id);
  assert.ok(names.includes('demo'));
});

test('X-Api-Key authenticates, and the upstream gets a key of its own', async () => {
  const key_hash = `sha256:${createHash('sha256').update('sk-team').digest('hex')}`;
  const closed = await Proxy.start({
    upstream_url: model.url, upstream: {credentials: {api_key: '${env:E2E_UPSTREAM_KEY}'}}, environment: {E2E_UPSTREAM_KEY: 'sk-upstream'},
    settings: {clients: [{key_id: 'team', key_hash}]},
  });
  try {
    const refused = await client(closed).messages.create(ask('hello')).catch(error => error);
    assert.equal(refused.status, 401);
    assert.equal(refused.error.error.type, 'authentication_error');
    // Both vendors have the list of models: each one's clients are refused in words that they understand.
    const listing = await client(closed).models.list().catch(error => error);
    assert.ok(listing instanceof Anthropic.AuthenticationError, listing.stack);
    assert.deepEqual([listing.error.type, listing.error.error.type, listing.error.error.code], ['error', 'authentication_error', 'unknown_key']);
    const asked = await (await fetch(`${closed.url}/v1/models/x`)).json();
    assert.deepEqual([asked.type, asked.error.type, asked.error.code], [undefined, 'authentication_error', 'unknown_key']);
    await client(closed, {apiKey: 'sk-team'}).messages.create(ask('hello'));
    const answer = await closed.post(ask('hello'), {target: '/v1/messages', headers: {'x-api-key': 'sk-team'}});
    assert.equal(answer.status, 200);
    const {headers} = await model.last();
    assert.equal(headers['x-api-key'], 'sk-upstream');
    assert.ok(!headers.authorization);
  } finally {
    await closed.stop();
  }
});
