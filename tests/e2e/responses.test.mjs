// OpenAI's Responses with the official client: whole, streamed, stored; passed,
// redacted, blocked, broken off.
import assert from 'node:assert/strict';
import {after, before, test} from 'node:test';
import OpenAI from 'openai';
import {phrase, secret, start_both} from './harness.mjs';

let model, proxy, stop;
before(async () => ({model, proxy, stop} = await start_both()));
after(() => stop());

const story = /^The old mill stood .* closed in time\."$/;
const told_secret = /^The gate of the sluice opens with the word .+, which is not for everybody\. .* turns the stone\.$/;
const tool = {type: 'function', name: 'water_level', description: 'How high the water stands', strict: false,
  parameters: {type: 'object', properties: {place: {type: 'string'}}}};

// All events of a stream, each numbered after the one before it.
async function events_of(stream) {
  const seen = [];
  for await (const event of stream) {
    if (seen.length) assert.equal(event.sequence_number, seen.at(-1).sequence_number + 1, event.type);
    seen.push(event);
  }
  return seen;
}

const text_of = events => events.filter(e => e.type === 'response.output_text.delta').map(e => e.delta).join('');
const of_type = (events, type) => events.filter(e => e.type === type);

test('an answer in one piece, and again as it was stored', async () => {
  const {data, response} = await proxy.client().responses.create({model: 'demo', input: 'Tell me about the mill', instructions: 'Be kind.'}).withResponse();
  assert.match(data.output_text, story);
  assert.equal(data.status, 'completed');
  assert.equal(response.headers.get('x-stoplog-decision'), 'allow');
  assert.equal(response.headers.get('x-stoplog-coverage'), 'complete');
  const record = await proxy.record(response.headers.get('x-stoplog-decision-id'));
  assert.equal(record.what.endpoint, 'responses');
  assert.equal(record.coverage.response.scanned, record.coverage.response.received);
  const again = await proxy.client().responses.retrieve(data.id, {include: ['message.output_text.logprobs']}).withResponse();
  assert.match(again.data.output_text, story);
  assert.equal((await proxy.record(again.response.headers.get('x-stoplog-decision-id'))).what.endpoint, 'responses_stored');
});

test('a streamed answer, event by event', async () => {
  for (const name of ['demo', 'demo-crumbs']) {
    const stream = await proxy.client().responses.create({model: name, stream: true, input: [{role: 'user', content: [{type: 'input_text', text: 'hello'}]}]});
    const events = await events_of(stream);
    assert.match(text_of(events), story);
    assert.equal(of_type(events, 'response.output_text.done')[0].text, text_of(events));
    assert.equal(events.at(-1).type, 'response.completed');
    assert.equal(events.at(-1).response.output[0].content[0].text, text_of(events));
  }
});

test('the SDK puts the streamed answer together', async () => {
  const final = await proxy.client().responses.stream({model: 'demo', input: 'think, please'}).finalResponse();
  assert.deepEqual(final.output.map(item => item.type), ['reasoning', 'message']);
  assert.match(final.output_text, /^Water flows downhill/);
});

test('a stored answer is judged too, streamed and not', async () => {
  const created = await proxy.client().responses.create({model: 'demo', input: 'recipe'});
  assert.equal(created.status, 'incomplete');
  const {data, response} = await proxy.client().responses.retrieve('resp_demo').withResponse();
  assert.equal(data.incomplete_details.reason, 'content_filter');
  assert.ok(!JSON.stringify(data).includes('DEMO'));
  assert.equal(response.headers.get('x-stoplog-decision'), 'block');
  const events = await events_of(await proxy.client().responses.retrieve('resp_demo', {stream: true}));
  assert.equal(events.at(-1).type, 'response.incomplete');
  assert.ok(!JSON.stringify(events).includes('DEMO'));
});

test('other doors to stored answers are shut', async () => {
  const client = proxy.client();
  for (const ask of [() => client.responses.delete('resp_demo'), () => client.responses.cancel('resp_demo'), () => client.responses.inputItems.list('resp_demo'),
    () => client.responses.compact({model: 'demo', input: 'x'}), () => client.responses.inputTokens.count({model: 'demo', input: 'x'})]) {
    await assert.rejects(ask, OpenAI.NotFoundError);
  }
  for (const query of ['starting_after=3', 'stream=true&stream=false', 'other=1', 'include=a%2Fb']) {
    assert.equal((await fetch(`${proxy.url}/v1/responses/resp_demo?${query}`)).status, 400, query);
  }
});

test('a blocked request raises the SDK\'s own error and never reaches the model', async () => {
  const {requests} = await model.stats();
  const asks = [{input: `Explain the ${phrase}`}, {input: 'hello', instructions: phrase}, {input: [{role: 'user', content: [{type: 'input_text', text: phrase}]}]},
    {input: [{type: 'function_call_output', call_id: 'c', output: phrase}]}, {input: 'x', tools: [{...tool, description: phrase}]},
    {input: [{type: 'reasoning', id: 'r', summary: [{type: 'summary_text', text: phrase}]}]}, {input: 'x', metadata: {note: phrase}}];
  for (const stream of [false, true]) {
    for (const ask of asks) {
      const refused = await proxy.client().responses.create({model: 'demo', stream, ...ask}).then(() => assert.fail(JSON.stringify(ask)), error => error);
      assert.ok(refused instanceof OpenAI.PermissionDeniedError, refused.stack);
      assert.equal(refused.code, 'test.forbidden_phrase');
      assert.equal(refused.type, 'policy_violation');
    }
  }
  assert.equal((await model.stats()).requests, requests);
});

test('a blocked answer in one piece is incomplete', async () => {
  const {data, response} = await proxy.client().responses.create({model: 'demo', input: 'recipe'}).withResponse();
  assert.equal(data.status, 'incomplete');
  assert.deepEqual(data.incomplete_details, {reason: 'content_filter'});
  assert.equal(data.output_text, 'The test policy ended this.');
  assert.ok(!JSON.stringify(data).includes('DEMO'));
  const record = await proxy.record(response.headers.get('x-stoplog-decision-id'));
  assert.equal(record.outcome.rule, 'E2E-001');
});

test('a blocked stream ends with response.incomplete, every open part done', async () => {
  for (const name of ['demo', 'demo-crumbs']) {
    const {data, response} = await proxy.client().responses.create({model: name, stream: true, input: 'recipe'}).withResponse();
    const events = await events_of(data);
    const last = events.at(-1);
    assert.equal(last.type, 'response.incomplete');
    assert.deepEqual(last.response.incomplete_details, {reason: 'content_filter'});
    assert.match(text_of(events), /^Gladly, here is the recipe.*The test policy ended this\.$/);
    assert.equal(of_type(events, 'response.output_text.done')[0].text, text_of(events));
    assert.equal(of_type(events, 'response.content_part.done')[0].part.text, text_of(events));
    assert.equal(of_type(events, 'response.output_item.done')[0].item.status, 'incomplete');
    assert.equal(last.response.output[0].content[0].text, text_of(events));
    assert.ok(!/DEMO|FORBID|stir three/.test(JSON.stringify(events)));
    const record = await proxy.record(response.headers.get('x-stoplog-decision-id'));
    assert.equal(record.outcome.decision, 'block');
    assert.equal(record.outcome.leaked, 0);
    const final = await proxy.client().responses.stream({model: name, input: 'recipe'}).finalResponse();
    assert.equal(final.status, 'incomplete');
    assert.equal(final.output_text, text_of(events));
  }
});

test('a redacted stream says the same in its deltas, its done events and its end', async () => {
  for (const name of ['demo', 'demo-crumbs']) {
    const {data, response} = await proxy.client().responses.create({model: name, stream: true, input: 'Tell me a secret'}).withResponse();
    const events = await events_of(data);
    assert.match(text_of(events), told_secret);
    assert.ok(!JSON.stringify(events).includes('t-4711'));
    assert.equal(of_type(events, 'response.output_text.done')[0].text, text_of(events));
    assert.equal(of_type(events, 'response.output_item.done')[0].item.content[0].text, text_of(events));
    assert.equal(events.at(-1).response.output[0].content[0].text, text_of(events));
    const record = await proxy.record(response.headers.get('x-stoplog-decision-id'));
    assert.equal(record.outcome.decision, 'redact');
    assert.equal(record.findings.filter(f => f.rule === 'E2E-002').length, 1, 'what is said again is found once');
  }
});

test('a redacted answer and a redacted request', async () => {
  const data = await proxy.client().responses.create({model: 'demo', input: 'Tell me a secret'});
  assert.match(data.output_text, told_secret);
  assert.ok(!JSON.stringify(data).includes('t-4711'));
  await proxy.client().responses.create({model: 'demo', input: [{role: 'user', content: `keep ${secret} for me`}]});
  const seen = await model.last();
  assert.ok(!seen.body.includes('t-4711'));
  assert.match(seen.json.input[0].content, /^keep .+ for me$/);
});

test('a call of a tool passes, and a cut one can never be carried out', async () => {
  const ask = {model: 'demo', tools: [tool]};
  const clean = await events_of(await proxy.client().responses.create({...ask, input: 'How high is it?', stream: true}));
  const item = of_type(clean, 'response.output_item.done')[0].item;
  assert.equal(item.name, 'water_level');
  assert.equal(JSON.parse(item.arguments).place, 'the old mill');
  const cut = await events_of(await proxy.client().responses.create({...ask, input: 'with the recipe', stream: true}));
  assert.equal(cut.at(-1).type, 'response.incomplete');
  assert.deepEqual(of_type(cut, 'response.output_item.done').map(e => e.item.type), ['message']);
  assert.deepEqual(of_type(cut, 'response.function_call_arguments.done'), []);
  const said = of_type(cut, 'response.function_call_arguments.delta').map(e => e.delta).join('');
  assert.throws(() => JSON.parse(said), 'what is there of its arguments is no JSON');
  assert.ok(!JSON.stringify(cut.at(-1)).includes('function_call'));
  assert.ok(!JSON.stringify(cut).includes('DEMO'));
  const final = await proxy.client().responses.stream({...ask, input: 'with the recipe'}).finalResponse();
  assert.ok(final.output.every(one => one.type === 'message'));
  const whole = await proxy.client().responses.create({...ask, input: 'with the recipe'});
  assert.deepEqual(whole.output.map(one => one.type), ['message']);
});

test('an upstream that breaks off ends with the SDK\'s error', async () => {
  for (const name of ['demo-truncate', 'demo-garbage']) {
    // Garbage that comes with the head is answered with a status, later with an event.
    const ask = async () => events_of(await proxy.client().responses.create({model: name, stream: true, input: 'hello'}));
    await assert.rejects(ask, error => error instanceof OpenAI.APIError && /upstream_/.test(error.code));
  }
  await assert.rejects(proxy.client().responses.stream({model: 'demo-truncate', input: 'hello'}).finalResponse(), OpenAI.APIError);
  await assert.rejects(proxy.client().responses.create({model: 'demo-truncate', input: 'hello'}), OpenAI.InternalServerError);
  await assert.rejects(proxy.client().responses.create({model: 'demo-error', input: 'hello'}), error => error.code === 'demo_error');
});

test('what names a text elsewhere is opaque', async () => {
  const {response} = await proxy.client().responses.create({model: 'demo', previous_response_id: 'resp_0', input: 'hello'}).withResponse();
  assert.equal(response.headers.get('x-stoplog-coverage'), 'opaque=previous_response');
});
