// The official client's ordinary day: answers that pass.
import assert from 'node:assert/strict';
import {after, before, test} from 'node:test';
import {collect, phrase, start_both, user, water_tool} from './harness.mjs';

let model, proxy, stop;
before(async () => ({model, proxy, stop} = await start_both()));
after(() => stop());

const story = /^The old mill stood .* closed in time\."$/;

test('an answer in one piece', async () => {
  const {data, response} = await proxy.client().chat.completions
    .create({model: 'demo', messages: user('Tell me about the mill')}).withResponse();
  assert.match(data.choices[0].message.content, story);
  assert.equal(data.choices[0].finish_reason, 'stop');
  assert.ok(data.usage.completion_tokens > 50);
  assert.equal(response.headers.get('x-stoplog-decision'), 'allow');
  assert.equal(response.headers.get('x-stoplog-coverage'), 'complete');
  assert.equal(response.headers.get('x-request-id'), 'req-demo');
  const record = await proxy.record(response.headers.get('x-stoplog-decision-id'));
  assert.equal(record.outcome.decision, 'allow');
  assert.equal(record.outcome.status, 200);
  assert.equal(record.what.streamed, false);
  assert.equal(record.coverage.request.complete && record.coverage.response.complete, true);
});

test('a streamed answer', async () => {
  const {data, response} = await proxy.client().chat.completions
    .create({model: 'demo', stream: true, messages: user('Tell me about the mill')}).withResponse();
  const {choices} = await collect(data);
  assert.match(choices[0].content, story);
  assert.equal(choices[0].finish_reason, 'stop');
  assert.match(response.headers.get('content-type'), /^text\/event-stream/);
  const record = await proxy.record(response.headers.get('x-stoplog-decision-id'));
  assert.equal(record.outcome.decision, 'allow');
  assert.equal(record.what.streamed, true);
  // Identifiers and model names of every event are texts, too.
  assert.ok(record.coverage.response.received > Buffer.byteLength(choices[0].content));
  assert.equal(record.coverage.response.scanned, record.coverage.response.received);
  assert.match(JSON.stringify(record), /"E2E-003"/, 'an observed rule is in the record');
});

test('a long text that comes again is recognised, and the record says so', async () => {
  const history = [...user(`Tell me about the mill. ${'It stands by the river. '.repeat(40)}`), {role: 'assistant', content: 'It does.'}];
  const records = [];
  for (const asked of ['And its owner?', 'And its wheel?']) {
    const {response} = await proxy.client().chat.completions.create({model: 'demo', messages: [...history, ...user(asked)]}).withResponse();
    records.push((await proxy.record(response.headers.get('x-stoplog-decision-id'))).coverage.request);
  }
  assert.equal(records[0].known, undefined);
  assert.equal(records[1].known, Buffer.byteLength(history[0].content));
  assert.equal(records[1].scanned, records[1].received);
});

test('the usage of a streamed answer when it is asked for', async () => {
  const stream = await proxy.client().chat.completions.create(
    {model: 'demo', stream: true, stream_options: {include_usage: true}, messages: user('hello')});
  const {usage} = await collect(stream);
  assert.ok(usage.completion_tokens > 50);
});

test('the SDK puts the streamed answer together', async () => {
  const runner = proxy.client().chat.completions.stream({model: 'demo', messages: user('hello')});
  const final = await runner.finalChatCompletion();
  assert.match(final.choices[0].message.content, story);
});

test('events that arrive in crumbs', async () => {
  const stream = await proxy.client().chat.completions.create(
    {model: 'demo-crumbs', stream: true, messages: user('hello')});
  assert.match((await collect(stream)).choices[0].content, story);
});

test('reasoning in its own channel', async () => {
  const stream = await proxy.client().chat.completions.create(
    {model: 'demo', stream: true, messages: user('think about water')});
  const {choices} = await collect(stream);
  assert.match(choices[0].reasoning, /The question is about water/);
  assert.match(choices[0].content, /^Water flows downhill/);
});

test('two choices', async () => {
  for (const stream of [true, false]) {
    const answer = await proxy.client().chat.completions.create({model: 'demo', stream, n: 2, messages: user('hello')});
    const texts = stream ? Object.values((await collect(answer)).choices).map(choice => choice.content)
      : answer.choices.map(choice => choice.message.content);
    assert.equal(texts.length, 2);
    for (const text of texts) assert.match(text, story);
  }
});

test('a tool call', async () => {
  for (const stream of [true, false]) {
    const answer = await proxy.client().chat.completions.create(
      {model: 'demo', stream, messages: user('How high is the water?'), tools: [water_tool]});
    const choice = stream ? (await collect(answer)).choices[0] : answer.choices[0];
    const call = stream ? choice.tool_calls[0] : choice.message.tool_calls[0].function;
    assert.equal(choice.finish_reason, 'tool_calls');
    assert.equal(call.name, 'water_level');
    assert.deepEqual(JSON.parse(call.arguments), {place: 'the old mill', question: 'How high is the water?'});
  }
});

test('the list of models', async () => {
  const names = [];
  for await (const {id} of proxy.client().models.list()) names.push(id);
  assert.ok(names.includes('demo') && names.length > 5);
  assert.equal((await proxy.client().models.list().withResponse()).response.headers.get('x-stoplog-decision'), 'allow');
});

test('the body reaches the model byte for byte', async () => {
  const body = '{"model":"demo", "messages":[{"role":"user","content":"caf\\u00e9 \\ud83d\\ude00 é"}],"seed":12345678901234567890,"temperature":1.50}';
  assert.equal((await proxy.post(body)).status, 200);
  assert.equal((await model.last()).body, body);
});

test('headers pass by an explicit list', async () => {
  await proxy.post({model: 'demo', messages: user('hello')}, {headers: {
    authorization: 'Bearer sk-e2e', cookie: 'a=b', 'x-forwarded-for': '10.1.1.1', 'x-policy': 'none', 'openai-organization': 'org-1',
    'accept-encoding': 'gzip, br', 'x-stoplog-policy': 'off',
  }});
  const {headers} = await model.last();
  assert.equal(headers.authorization, 'Bearer sk-e2e');
  assert.equal(headers['openai-organization'], 'org-1');
  assert.equal(headers['accept-encoding'], 'identity');
  assert.equal(headers.host, `127.0.0.1:${model.port}`);
  for (const name of ['cookie', 'x-forwarded-for', 'x-policy', 'x-stoplog-policy', 'connection']) assert.equal(headers[name], undefined, name);
});

test('many at once', async () => {
  const client = proxy.client();
  const answers = await Promise.all(Array.from({length: 40}, async (_, i) => {
    const stream = await client.chat.completions.create({model: 'demo-crumbs', stream: true, messages: user(i % 2 ? 'hello' : 'the recipe')});
    return (await collect(stream)).choices[0];
  }));
  answers.forEach((choice, i) => {
    assert.equal(choice.finish_reason, i % 2 ? 'stop' : 'content_filter');
    assert.ok(!choice.content.includes(phrase));
  });
});
