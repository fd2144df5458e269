// A rule that guards no more than the tail of what it finds, to a client that reads as it comes.
import assert from 'node:assert/strict';
import {writeFile} from 'node:fs/promises';
import path from 'node:path';
import {after, before, test} from 'node:test';
import {collect, start_both, user} from './harness.mjs';

let proxy, stop;
before(async () => ({proxy, stop} = await start_both()));
after(() => stop());

const pack = guard => `apiVersion: stoplog/v1
kind: RulePack
metadata: {name: tails, version: 1.0.0}
rules:
  - {id: TAIL-001, title: A story and its end, severity: low, category: test.tail, action: block, guard: ${guard}, scope: {direction: [response]}, match: {any: [{regex: '\\bold mill\\b(?s:.{0,900})\\bclosed in time\\b'}]}}
`;
const policy = `apiVersion: stoplog/v1
kind: Policy
metadata: {name: default, version: 2026.1.3}
defaults: {mode: enforce}
use: [{pack: tails, version: ~1.0}]
`;

async function hear(guard) {
  await writeFile(path.join(proxy.folder, 'rules/tails.yaml'), pack(guard));
  await writeFile(path.join(proxy.folder, 'policies/default.yaml'), policy);
  const reloaded = await proxy.admin('/-/reload', {method: 'POST'});
  assert.equal(reloaded.status, 200, await reloaded.text());
  const {data, response} = await proxy.client().chat.completions
    .create({model: 'demo', stream: true, messages: user('Tell me about the mill')}).withResponse();
  const {choices: {0: heard}} = await collect(data);
  assert.equal(heard.finish_reason, 'content_filter');
  return {text: heard.content, record: await proxy.record(response.headers.get('x-stoplog-decision-id'))};
}

test('the head goes out, the tail does not, and the record tells the place of the tail', async () => {
  const {text, record} = await hear('tail');
  assert.match(text, /^The old mill stood .{100}/s);
  assert.doesNotMatch(text, /closed/);
  const [finding] = record.findings;
  assert.deepEqual([finding.rule, finding.enforced, finding.end - finding.begin], ['TAIL-001', 'block', 'closed in time'.length]);
  assert.equal(record.outcome.leaked ?? 0, 0);
});

test('guarded as a whole, none of it goes out', async () => {
  const {text, record} = await hear('all');
  assert.match(text, /^The /);
  assert.doesNotMatch(text, /old/);
  assert.ok(record.findings[0].end - record.findings[0].begin > 100);
});
