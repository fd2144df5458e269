// Completions, embeddings and moderations with the official client.
import assert from 'node:assert/strict';
import {after, before, test} from 'node:test';
import OpenAI from 'openai';
import {phrase, secret, start_both} from './harness.mjs';

let model, proxy, stop;
before(async () => ({model, proxy, stop} = await start_both()));
after(() => stop());

const story = /^The old mill stood .* closed in time\."$/;

async function collect(stream) {
  const choices = [];
  for await (const chunk of stream) {
    for (const {index, text, finish_reason} of chunk.choices) {
      const choice = choices[index] ??= {text: '', finish_reason: null};
      assert.equal(choice.finish_reason, null, 'nothing follows a finish_reason');
      choice.text += text;
      choice.finish_reason = finish_reason;
    }
  }
  return choices;
}

test('a completion, whole and streamed', async () => {
  const {data, response} = await proxy.client().completions.create({model: 'demo', prompt: 'Tell me about the mill'}).withResponse();
  assert.match(data.choices[0].text, story);
  assert.equal(response.headers.get('x-stoplog-coverage'), 'complete');
  assert.equal((await proxy.record(response.headers.get('x-stoplog-decision-id'))).what.endpoint, 'completions');
  const choices = await collect(await proxy.client().completions.create({model: 'demo-crumbs', prompt: ['hello'], n: 2, stream: true}));
  assert.equal(choices.length, 2);
  for (const choice of choices) {
    assert.match(choice.text, story);
    assert.equal(choice.finish_reason, 'stop');
  }
});

test('a blocked completion, whole and streamed', async () => {
  const {requests} = await model.stats();
  await assert.rejects(proxy.client().completions.create({model: 'demo', prompt: ['fine', `the ${phrase}`]}), OpenAI.PermissionDeniedError);
  await assert.rejects(proxy.client().completions.create({model: 'demo', prompt: 'x', suffix: phrase}), OpenAI.PermissionDeniedError);
  assert.equal((await model.stats()).requests, requests);
  const whole = await proxy.client().completions.create({model: 'demo', prompt: 'recipe', n: 2});
  assert.match(whole.choices[0].text, story);
  assert.deepEqual(whole.choices[1], {index: 1, text: 'The test policy ended this.', logprobs: null, finish_reason: 'content_filter'});
  const choices = await collect(await proxy.client().completions.create({model: 'demo', prompt: 'recipe', stream: true, stream_options: {include_usage: true}}));
  assert.match(choices[0].text, /^Gladly, here is the recipe.*The test policy ended this\.$/);
  assert.equal(choices[0].finish_reason, 'content_filter');
  assert.ok(!JSON.stringify([whole, choices]).includes('DEMO'));
});

test('a redacted completion, whole and streamed', async () => {
  const whole = await proxy.client().completions.create({model: 'demo', prompt: 'a secret'});
  const choices = await collect(await proxy.client().completions.create({model: 'demo-crumbs', prompt: 'a secret', stream: true}));
  assert.equal(choices[0].text, whole.choices[0].text);
  assert.ok(/opens with the word .+, which/.test(whole.choices[0].text) && !whole.choices[0].text.includes('t-4711'));
});

test('an upstream that breaks off', async () => {
  const stream = await proxy.client().completions.create({model: 'demo-truncate', prompt: 'hello', stream: true});
  await assert.rejects(collect(stream), error => error instanceof OpenAI.APIError && error.code === 'upstream_truncated');
});

test('token ids are opaque', async () => {
  const {response} = await proxy.client().completions.create({model: 'demo', prompt: [[1, 2], [3]]}).withResponse();
  assert.equal(response.headers.get('x-stoplog-coverage'), 'opaque=token_ids');
});

test('embeddings', async () => {
  const input = ['one', 'two'];
  const numbers = await proxy.client().embeddings.create({model: 'demo', input, encoding_format: 'float'}).withResponse();
  assert.equal(numbers.response.headers.get('x-stoplog-coverage'), 'complete');
  const {data, response} = await proxy.client().embeddings.create({model: 'demo', input}).withResponse();  // base64 on the wire
  assert.equal(data.data.length, 2);
  assert.deepEqual([...data.data[1].embedding], numbers.data.data[1].embedding);
  assert.equal(response.headers.get('x-stoplog-coverage'), 'opaque=embedding');
  await assert.rejects(proxy.client().embeddings.create({model: 'demo', input: ['one', phrase]}), OpenAI.PermissionDeniedError);
  await proxy.client().embeddings.create({model: 'demo', input: [`my ${secret}`]});
  assert.ok(!(await model.last()).body.includes('t-4711'));
});

test('moderations', async () => {
  const {data, response} = await proxy.client().moderations.create({input: ['one', 'two']}).withResponse();
  assert.equal(data.results.length, 2);
  assert.equal(response.headers.get('x-stoplog-coverage'), 'complete');
  await assert.rejects(proxy.client().moderations.create({input: [{type: 'text', text: phrase}]}), OpenAI.PermissionDeniedError);
});
