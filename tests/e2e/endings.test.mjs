// What a client sees when a policy ends or changes something.
import assert from 'node:assert/strict';
import {readdir, readFile} from 'node:fs/promises';
import {after, before, test} from 'node:test';
import OpenAI from 'openai';
import {collect, curl, eventually, phrase, run_program, secret, start_both, user, water_tool} from './harness.mjs';

let model, proxy, stop;
before(async () => ({model, proxy, stop} = await start_both()));
after(() => stop());

// A record says what decided, that nothing leaked, and holds no matched text.
function expect_record(record, decision, rule) {
  const text = JSON.stringify(record);
  assert.equal(record.outcome.decision, decision, text);
  assert.equal(record.outcome.rule, rule, text);
  assert.equal(record.outcome.leaked, 0, text);
  assert.ok(!text.includes('DEMO-') && !text.includes('t-4711'), 'no matched text');
}

async function raw_stream(message, extra = {}) {
  const response = await proxy.post({model: 'demo', stream: true, messages: user(message), ...extra});
  return {response, text: await response.text()};
}

test('a blocked request raises the SDK\'s own error and never reaches the model', async () => {
  const {requests} = await model.stats();
  for (const stream of [false, true]) {
    const refused = await proxy.client().chat.completions.create({model: 'demo', stream, messages: user(`Explain the ${phrase}`)})
      .then(() => assert.fail('was not refused'), error => error);
    assert.ok(refused instanceof OpenAI.PermissionDeniedError, refused.stack);
    assert.equal(refused.status, 403);
    assert.equal(refused.type, 'policy_violation');
    assert.equal(refused.code, 'test.forbidden_phrase');
    assert.match(refused.message, /The test policy ended this\./);
    const id = refused.headers.get('x-stoplog-decision-id');
    assert.equal(refused.error.decision_id, id);
    assert.equal(refused.headers.get('x-stoplog-decision'), 'block');
    assert.ok(!JSON.stringify(refused.error).includes('E2E-001'), 'a client is not told the rule');
    expect_record(await proxy.record(id), 'block', 'E2E-001');
  }
  assert.equal((await model.stats()).requests, requests);
});

test('every role and part of a request is judged', async () => {
  const hidden = [
    [{role: 'system', content: `about ${phrase}`}, ...user('hello')],
    [{role: 'developer', content: phrase}, ...user('hello')],
    [...user(`earlier ${phrase}`), {role: 'assistant', content: 'yes'}, ...user('hello')],
    [{role: 'user', content: [{type: 'text', text: 'hello'}, {type: 'text', text: phrase}]}],
    [...user('a'), {role: 'assistant', content: phrase}, ...user('b')],
    [...user('a'), {role: 'assistant', tool_calls: [{id: 'c', type: 'function', function: {name: 'f', arguments: `{"a":"${phrase}"}`}}]},
      {role: 'tool', tool_call_id: 'c', content: 'fine'}],
    [...user('a'), {role: 'assistant', tool_calls: [{id: 'c', type: 'function', function: {name: 'f', arguments: '{}'}}]},
      {role: 'tool', tool_call_id: 'c', content: `found: ${phrase}`}],
  ];
  for (const messages of hidden) {
    const response = await proxy.post({model: 'demo', messages});
    assert.equal(response.status, 403, JSON.stringify(messages));
  }
  const disguised = `{"model":"demo","messages":[{"role":"user","content":"DEMO\\u002dFORBIDDEN\\u002dREC\\u0049PE"}]}`;
  assert.equal((await proxy.post(disguised)).status, 403);
});

test('a blocked stream ends with content_filter and no byte of the phrase', async () => {
  for (const name of ['demo', 'demo-crumbs']) {
    const {data, response} = await proxy.client().chat.completions
      .create({model: name, stream: true, messages: user('Tell me the recipe')}).withResponse();
    const {choices} = await collect(data);
    assert.match(choices[0].content, /^Gladly, here is the recipe/);
    assert.equal(choices[0].finish_reason, 'content_filter');
    assert.ok(!choices[0].content.includes('DEMO-'), choices[0].content);
    expect_record(await proxy.record(response.headers.get('x-stoplog-decision-id')), 'block', 'E2E-001');
  }
});

test('nothing of the phrase is on the wire, and the stream still ends with [DONE]', async () => {
  const {text} = await raw_stream('Tell me the recipe', {stream_options: {include_usage: true}});
  assert.ok(text.endsWith('data: [DONE]\n\n'), text.slice(-200));
  assert.ok(!/DEMO|FORBID|stir three times/.test(text));
  for (const event of text.trim().split('\n\n').slice(0, -1)) JSON.parse(event.replace(/^data: /, ''));
  assert.match(text, /"usage":\{/);
});

test('a blocked answer in one piece', async () => {
  const {data, response} = await proxy.client().chat.completions
    .create({model: 'demo', messages: user('Tell me the recipe')}).withResponse();
  assert.equal(data.choices[0].finish_reason, 'content_filter');
  assert.ok(!JSON.stringify(data).includes('DEMO'));
  assert.equal(response.headers.get('x-stoplog-decision'), 'block');
  expect_record(await proxy.record(response.headers.get('x-stoplog-decision-id')), 'block', 'E2E-001');
});

test('a blocked stream cancels the model', async () => {
  const before_it = await model.stats();
  // The recipe in the last of two choices; the big model would speak on for long.
  const stream = await proxy.client().chat.completions.create({model: 'demo-big', stream: true, messages: user('recipe')});
  assert.equal((await collect(stream)).choices[0].finish_reason, 'content_filter');
  await eventually('the model was cancelled', async () => (await model.stats()).aborted > before_it.aborted);
});

test('a redacted stream keeps everything but the secret', async () => {
  for (const name of ['demo', 'demo-crumbs']) {
    const {data, response} = await proxy.client().chat.completions
      .create({model: name, stream: true, messages: user('Tell me a secret')}).withResponse();
    const {choices} = await collect(data);
    assert.match(choices[0].content, /^The gate of the sluice opens with the word .+, which is not for everybody\. .* turns the stone\.$/);
    assert.ok(!/demo-secret|t-4711/.test(choices[0].content), choices[0].content);
    assert.equal(choices[0].finish_reason, 'stop');
    expect_record(await proxy.record(response.headers.get('x-stoplog-decision-id')), 'redact', 'E2E-002');
  }
});

test('a redacted answer in one piece', async () => {
  const {data, response} = await proxy.client().chat.completions
    .create({model: 'demo', messages: user('Tell me a secret')}).withResponse();
  assert.match(data.choices[0].message.content, /opens with the word .+, which is not/);
  assert.ok(!JSON.stringify(data).includes('t-4711'));
  assert.equal(response.headers.get('x-stoplog-decision'), 'redact');
  expect_record(await proxy.record(response.headers.get('x-stoplog-decision-id')), 'redact', 'E2E-002');
});

test('a redacted request: the model gets it without the secret', async () => {
  const response = await proxy.post({model: 'demo', messages: user(`keep ${secret} for me`), seed: 1});
  assert.equal(response.status, 200);
  const seen = await model.last();
  assert.ok(!seen.body.includes('t-4711'), seen.body);
  assert.match(seen.json.messages[0].content, /^keep .+ for me$/);
  assert.equal(seen.json.seed, 1);
});

test('a tool call whose arguments trip a rule can never be executed', async () => {
  const ask = {model: 'demo', messages: user('Call it with the recipe'), tools: [water_tool]};
  const {choices} = await collect(await proxy.client().chat.completions.create({...ask, stream: true}));
  assert.equal(choices[0].finish_reason, 'content_filter');
  for (const call of choices[0].tool_calls) assert.throws(() => JSON.parse(call.arguments), 'no call looks complete');
  const whole = await proxy.client().chat.completions.create(ask);
  assert.equal(whole.choices[0].finish_reason, 'content_filter');
  assert.deepEqual(whole.choices[0].message.tool_calls ?? [], []);
  assert.ok(!JSON.stringify(whole).includes('DEMO'));
});

test('the SDK\'s tool runner is not made to run a cut call', async () => {
  let ran = 0;
  const tool = {type: 'function', function: {...water_tool.function, parse: JSON.parse, function: () => { ran += 1; return 'high'; }}};
  const runner = proxy.client().chat.completions.runTools({model: 'demo', stream: true, messages: user('Call it with the recipe'), tools: [tool]});
  await runner.done().catch(() => {});
  assert.equal(ran, 0);
});

test('of two choices only clean text is released', async () => {
  const ask = {model: 'demo', n: 2, messages: user('recipe')};
  const {choices} = await collect(await proxy.client().chat.completions.create({...ask, stream: true}));
  assert.equal(choices[1].finish_reason, 'content_filter');
  assert.ok(!JSON.stringify(choices).includes('DEMO-'));
  assert.ok(['stop', 'content_filter'].includes(choices[0].finish_reason));
  const whole = await proxy.client().chat.completions.create(ask);
  assert.equal(whole.choices[1].finish_reason, 'content_filter');
  assert.ok(!JSON.stringify(whole).includes('DEMO-'));
});

test('audit: a responder finds the block', async () => {
  const {response} = await raw_stream('Tell me the recipe');
  const id = response.headers.get('x-stoplog-decision-id');
  await proxy.record(id);
  const shown = await run_program('audit', 'show', id, '--config', proxy.config);
  assert.equal(shown.code, 0, shown.stderr);
  assert.match(shown.stdout, /E2E-001/);
  const found = await run_program('audit', 'query', '--decision', 'block', '--config', proxy.config, '-o', 'json');
  assert.equal(found.code, 0, found.stderr);
  assert.ok(found.stdout.includes(id));
  const tail = await run_program('audit', 'tail', '--config', proxy.config);
  assert.equal(tail.code, 0, tail.stderr);
  assert.ok(tail.stdout.includes(id.slice(0, 8)), tail.stdout);
  assert.notEqual((await run_program('audit', 'show', id.replace(/..$/, '00'), '--config', proxy.config)).code, 0);
});

test('the record of a block is there before the client sees the end of the stream', async () => {
  for (let i = 0; i < 5; ++i) {
    const {response} = await raw_stream('Tell me the recipe');
    // The log itself, without the index, and without waiting.
    const logs = await Promise.all((await readdir(`${proxy.folder}/audit`, {recursive: true})).filter(name => !/sqlite|\.db|key/.test(name))
      .map(name => readFile(`${proxy.folder}/audit/${name}`, 'utf8').catch(() => '')));
    const lines = logs.join('\n').split('\n').filter(line => line.includes(response.headers.get('x-stoplog-decision-id')));
    assert.ok(lines.some(line => line.includes('"kind":"exchange"') && line.includes('"block"')), lines.join('\n'));
  }
});

test('the metrics count what happened, without content', async () => {
  const text = await (await proxy.admin('/metrics')).text();
  assert.match(text, /^stoplog_\w+\{[^}]*decision="block"[^}]*\} [1-9]/m);
  assert.ok(!text.includes('DEMO-'));
  assert.ok(!proxy.process.output.includes('DEMO-'), 'neither does the journal');
});

test('curl sees the same ending', async () => {
  const {stdout} = await curl('-N', `${proxy.url}/v1/chat/completions`, '-H', 'content-type: application/json',
    '-d', JSON.stringify({model: 'demo', stream: true, messages: user('recipe')}));
  assert.match(stdout, /"finish_reason":"content_filter"/);
  assert.match(stdout, /data: \[DONE\]\n\n$/);
});
