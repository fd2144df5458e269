// What a policy refuses whatever it says: kinds of opaque parts, and members and
// events that are not known; requests and answers, in the words of each dialect.
import assert from 'node:assert/strict';
import {createServer} from 'node:http';
import {writeFile} from 'node:fs/promises';
import path from 'node:path';
import {after, before, test} from 'node:test';
import {Proxy, phrase, run_program, user} from './harness.mjs';

// A model that answers as it is told to.
let answer = {};
let asked = 0;
const model = createServer((request, response) => {
  request.resume().on('end', () => {
    asked += 1;
    response.setHeader('content-type', answer.events ? 'text/event-stream' : 'application/json');
    response.end(answer.events ? answer.events.map(([name, data]) => `${name ? `event: ${name}\n` : ''}data: ${typeof data === 'string' ? data : JSON.stringify(data)}\n\n`).join('') : JSON.stringify(answer.body));
  });
});

const policy = `apiVersion: stoplog/v1
kind: Policy
metadata: {name: default, version: 2026.1.2, owner: tests@example.com}
extends: base@^1
defaults:
  opaque: {default: refuse, video_url: allow}
  messages: {"coverage.opaque.image_url": No pictures here.}
`;
const base = `apiVersion: stoplog/v1
kind: Policy
metadata: {name: base, version: 1.0.0, owner: tests@example.com}
template: true
defaults: {mode: enforce, unknown: refuse}
use:
  - {pack: e2e, version: ~1.0}
`;

let proxy;
before(async () => {
  await new Promise(resolve => model.listen(0, '127.0.0.1', resolve));
  proxy = await Proxy.prepare({upstream_url: `http://127.0.0.1:${model.address().port}`});
  await writeFile(path.join(proxy.folder, 'policies', 'default.yaml'), policy);
  await writeFile(path.join(proxy.folder, 'policies', 'base.yaml'), base);
  await proxy.serve();
});
after(async () => { await proxy?.stop(); model.closeAllConnections(); model.close(); });

const record_of = response => proxy.record(response.headers.get('x-stoplog-decision-id'));
const image = 'https://example.com/a.png';
const opaque = kind => [`coverage.opaque.${kind}`, 'opaque_refused'];
const unknown = ['coverage.unknown', 'unknown_refused'];

const requests = [
  ['/v1/chat/completions', {model: 'm', messages: user([{type: 'text', text: 'see'}, {type: 'image_url', image_url: {url: image}}])}, opaque('image_url'), 'messages[0].content[1].image_url'],
  ['/v1/chat/completions', {model: 'm', stream: true, messages: user([{type: 'input_audio', input_audio: {data: 'AAAA', format: 'wav'}}])}, opaque('input_audio'), 'messages[0].content[0].input_audio'],
  ['/v1/chat/completions', {model: 'm', messages: user('hello'), brand_new: true}, unknown, 'brand_new'],
  ['/v1/completions', {model: 'm', prompt: [1, 2, 3]}, opaque('token_ids'), 'prompt'],
  ['/v1/responses', {model: 'm', input: 'go on', previous_response_id: 'resp_1'}, opaque('previous_response'), 'previous_response_id'],
  ['/v1/responses', {model: 'm', input: [{role: 'user', content: [{type: 'input_file', file_id: 'file-1'}]}]}, opaque('file'), 'input[0].content[0].file_id'],
  ['/v1/responses', {model: 'm', input: [{role: 'user', content: 'hi', new_member: {a: 1}}]}, unknown, 'input[0].new_member'],
  ['/v1/embeddings', {model: 'm', input: [[1, 2]]}, opaque('token_ids'), 'input[0]'],
  ['/v1/moderations', {model: 'm', input: [{type: 'image_url', image_url: {url: image}}]}, opaque('image_url'), 'input[0].image_url'],
  ['/v1/messages', {model: 'm', max_tokens: 9, messages: user([{type: 'image', source: {type: 'url', url: image}}])}, opaque('image'), 'messages[0].content[0].source'],
  ['/v1/messages/count_tokens', {model: 'm', messages: user([{type: 'document', source: {type: 'file', file_id: 'f'}}])}, opaque('document'), 'messages[0].content[0].source'],
  ['/v1/messages', {model: 'm', max_tokens: 9, messages: user('hello'), brand_new: 'x'}, unknown, 'brand_new'],
];

for (const [target, body, [category, reason], where] of requests) {
  test(`a request to ${target} with ${where} is refused`, async () => {
    const before = asked;
    const anthropic = target.startsWith('/v1/messages');
    const response = await proxy.post(body, {target, headers: anthropic ? {'anthropic-version': '2023-06-01'} : {}});
    const told = await response.json();
    assert.equal(response.status, 403);
    assert.equal(asked, before, 'nothing reached the model');
    assert.equal(told.error.type, anthropic ? 'permission_error' : 'policy_violation');
    if (!anthropic) assert.equal(told.error.code, category);
    if (category === 'coverage.opaque.image_url') assert.equal(told.error.message, 'No pictures here.');
    assert.ok(!JSON.stringify(told).includes(where) && !JSON.stringify(told).includes('defaults'), 'nobody learns how it was decided');
    const {outcome, coverage} = await record_of(response);
    assert.deepEqual([outcome.decision, outcome.stage, outcome.reason, outcome.category, outcome.path, outcome.rule, outcome.status], ['block', 'request', reason, category, where, undefined, 403]);
    assert.equal(coverage.request.released, 0);
    assert.equal(coverage.request.complete, reason === 'unknown_refused');
  });
}
assert.equal(requests.length, 12);

const chunk = (delta, finish_reason = null, more = {}) => [null, {id: 'c', object: 'chat.completion.chunk', created: 1, model: 'm', choices: [{index: 0, delta, finish_reason}], ...more}];
const named = data => [data.type, data];
const answers = [
  ['/v1/chat/completions', {model: 'm', messages: user('hi')}, {body: {id: 'c', model: 'm', choices: [{index: 0, message: {role: 'assistant', content: null, audio: {id: 'a', data: 'AAAA', transcript: 'spoken'}}, finish_reason: 'stop'}]}},
    opaque('audio'), 'choices[0].message.audio', /"finish_reason":"content_filter"/],
  ['/v1/chat/completions', {model: 'm', stream: true, messages: user('hi')}, {events: [chunk({role: 'assistant', content: 'Hello. '}), chunk({audio: {id: 'a', data: 'AAAA'}}), chunk({}, 'stop'), [null, '[DONE]']]},
    opaque('audio'), 'choices[0].delta.audio', /Hello\. [^]*"finish_reason":"content_filter"[^]*\[DONE\]\n\n$/],
  ['/v1/chat/completions', {model: 'm', stream: true, messages: user('hi')}, {events: [chunk({role: 'assistant', content: 'Hello. '}), chunk({content: 'x'}, null, {fresh: 1}), [null, '[DONE]']]},
    unknown, 'fresh', /Hello\. [^]*"finish_reason":"content_filter"[^]*\[DONE\]\n\n$/],
  ['/v1/responses', {model: 'm', input: 'hi'}, {body: {id: 'r', object: 'response', status: 'completed', incomplete_details: null, model: 'm', output: [{type: 'image_generation_call', id: 'ig', result: 'A'.repeat(300)}]}},
    opaque('image'), 'output[0].result', /"status":"incomplete"/],
  ['/v1/responses', {model: 'm', stream: true, input: 'hi'}, {events: [named({type: 'response.created', sequence_number: 0, response: {id: 'r', object: 'response', status: 'in_progress', model: 'm', output: []}}),
    named({type: 'response.mystery', sequence_number: 1, what: 'secret thing'})]}, unknown, 'event', /event: response\.incomplete\n/],
  ['/v1/embeddings', {model: 'm', input: 'hi'}, {body: {object: 'list', model: 'm', data: [{object: 'embedding', index: 0, embedding: 'A'.repeat(300)}]}}, opaque('embedding'), 'data[0].embedding', /"data":\[\]/],
  ['/v1/messages', {model: 'm', max_tokens: 9, messages: user('hi')}, {body: {id: 'm', type: 'message', role: 'assistant', model: 'm', content: [{type: 'thinking', thinking: 'hm', signature: 'A'.repeat(300)}, {type: 'text', text: 'Hello.'}], stop_reason: 'end_turn', stop_sequence: null, usage: {input_tokens: 1, output_tokens: 1}}},
    opaque('thinking_signature'), 'content[0].signature', /"stop_reason":"refusal"/],
  ['/v1/messages', {model: 'm', max_tokens: 9, stream: true, messages: user('hi')}, {events: [
    named({type: 'message_start', message: {id: 'm', type: 'message', role: 'assistant', model: 'm', content: [], stop_reason: null, stop_sequence: null, usage: {input_tokens: 1, output_tokens: 1}}}),
    named({type: 'content_block_start', index: 0, content_block: {type: 'text', text: ''}}), named({type: 'content_block_delta', index: 0, delta: {type: 'text_delta', text: 'Hello. '}}),
    named({type: 'brand_new_event', note: 'n'})]}, unknown, 'event', /Hello\. [^]*"stop_reason":"refusal"[^]*message_stop/],
];

for (const [target, body, upstream, [category, reason], where, ending] of answers) {
  test(`an answer of ${target}, ${upstream.events ? 'streamed' : 'whole'}, with ${where} is ended`, async () => {
    answer = upstream;
    const response = await proxy.post(body, {target});
    const text = await response.text();
    assert.equal(response.status, 200);
    assert.match(text, ending);
    assert.ok(!text.includes('AAAA') && !text.includes('mystery') && !text.includes('brand_new') && !text.includes('fresh'), text);
    const {outcome, coverage} = await record_of(response);
    assert.deepEqual([outcome.decision, outcome.stage, outcome.reason, outcome.category, outcome.path, outcome.rule], ['block', 'response', reason, category, where, undefined]);
    assert.equal(coverage.response.complete, reason === 'unknown_refused');
  });
}
assert.equal(answers.length, 8);

test('what is known and can be read passes, and so does a kind that is allowed by name', async () => {
  answer = {body: {id: 'c', object: 'chat.completion', created: 1, model: 'm', choices: [{index: 0, message: {role: 'assistant', content: 'Hello.'}, finish_reason: 'stop'}], usage: {prompt_tokens: 1, completion_tokens: 1, total_tokens: 2}}};
  const plain = await proxy.post({model: 'm', messages: user('hello'), metadata: {any: 'name'}});
  assert.equal(plain.headers.get('x-stoplog-decision'), 'allow');
  assert.equal((await plain.json()).choices[0].message.content, 'Hello.');
  const video = await proxy.post({model: 'm', messages: user([{type: 'video_url', video_url: {url: 'https://example.com/v'}}])});
  assert.equal(video.status, 200);
  assert.equal(video.headers.get('x-stoplog-coverage'), 'opaque=video_url');
  await video.text();
});

test('a rule that blocks is told before what cannot be read', async () => {
  const response = await proxy.post({model: 'm', messages: user([{type: 'text', text: phrase}, {type: 'image_url', image_url: {url: image}}])});
  assert.equal(response.status, 403);
  const {outcome} = await record_of(response);
  assert.deepEqual([outcome.rule, outcome.reason, outcome.path], ['E2E-001', undefined, undefined]);
});

test('the verbs tell what is refused, and where that is said', async () => {
  const policies = [path.join(proxy.folder, 'policies'), path.join(proxy.folder, 'rules')];
  const shown = (await run_program('show', '--effective', ...policies)).stdout;
  assert.match(shown, /defaults\.opaque\.default +refuse +\(.*default\.yaml:6\)/);
  assert.match(shown, /defaults\.opaque\.video_url +allow +\(.*default\.yaml:6\)/);
  assert.match(shown, /defaults\.unknown +refuse +\(.*base\.yaml:5\)/);
  const covered = (await run_program('coverage', ...policies)).stdout;
  assert.match(covered, /What policies refuse unread\n  default  every opaque part but video_url; what is unknown in a request and in a response\n/);
  const told = (await run_program('explain', '--text', 'hello', ...policies)).stdout;
  assert.match(told, /refuses, whatever is in them: every opaque part but video_url/);
  const response = await proxy.post(requests[0][1]);
  await response.text();
  const id = response.headers.get('x-stoplog-decision-id');
  await record_of(response);
  const story = (await run_program('explain', id, '--config', proxy.config)).stdout;
  assert.match(story, /was blocked \(opaque_refused\); nothing of it was sent upstream/);
  assert.match(story, /path +messages\[0\]\.content\[1\]\.image_url/);
  assert.match(story, /image_url parts are refused/);
});
