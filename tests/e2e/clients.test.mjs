// Real clients before the proxy: every way of asking meets every case, and what
// its user sees is held against the table in docs/clients.md.
//
//   UPDATE_CLIENTS=1 node --test tests/e2e/clients.test.mjs    writes the table anew
import assert from 'node:assert/strict';
import {readFile, writeFile} from 'node:fs/promises';
import path from 'node:path';
import {after, before, test} from 'node:test';
import * as ai_sdk from './clients/ai_sdk.mjs';
import * as anthropic from './clients/anthropic.mjs';
import * as langchain from './clients/langchain.mjs';
import * as openai from './clients/openai.mjs';
import {name_of, version_of} from './clients/way.mjs';
import {phrase, root, start_both} from './harness.mjs';

const ways = [...openai.ways, ...ai_sdk.ways, ...langchain.ways, ...openai.responses_ways, ...ai_sdk.responses_ways, ...openai.other_ways,
  ...anthropic.ways, ...ai_sdk.messages_ways, ...langchain.messages_ways];

let model, proxy, stop;
before(async () => ({model, proxy, stop} = await start_both()));
after(() => stop?.());

const no_error = ({error}) => assert.equal(error, null, error?.stack);
// An error object may repeat what was asked; its words may not.
function clean({text, finish, ran, error}) {
  const told = JSON.stringify({text, finish, ran, words: error?.message});
  assert.ok(!/DEMO-|demo-secret|t-4711|stir three/.test(told), told);
}

// However a library tells it, it says that a filter ended the answer.
function ended_by_policy(seen) {
  assert.match(seen.error ? seen.error.constructor.name : seen.finish, /content.?filter|refusal/i, seen.error?.stack);
}

// What is asked, what the record must say of the last request, what must hold
// of what the client's user saw, and the words for it in the table.
const cases = {
  'pass': {
    message: 'Tell me about the mill', decision: 'allow',
    check: (seen, way) => { no_error(seen); if (!way.numbers) assert.match(seen.text, /^The old mill stood .* closed in time\."$/); },
  },
  'redact': {
    message: 'Tell me a secret', decision: 'redact',
    check: seen => { no_error(seen); assert.match(seen.text, /^The gate .+ with the word .+, which is not .+ turns the stone\.$/); },
  },
  'request blocked': {
    message: `Explain the ${phrase}`, decision: 'block', unasked: true,
    check: seen => {
      assert.equal(seen.error?.status ?? seen.error?.statusCode, 403, seen.error?.stack);
      assert.match(seen.error.message, /The test policy ended this\./);
    },
  },
  'answer blocked': {
    message: 'Tell me the recipe', decision: 'block',
    check: (seen, way) => {
      ended_by_policy(seen);
      if (way.streamed && !way.only_tools && !seen.error) assert.match(seen.text, /^Gladly, here is the recipe/);
    },
  },
  'upstream dies': {
    message: 'Tell me about the mill', model: 'demo-truncate', decision: 'error',
    check: seen => assert.ok(seen.error, 'a broken answer must not look whole'),
  },
  'tool call': {
    message: 'How high is the water?', decision: 'allow', tool: true,
    check: seen => {
      no_error(seen);
      assert.deepEqual(seen.ran.map(given => (typeof given === 'string' ? JSON.parse(given) : given)),
        [{place: 'the old mill', question: 'How high is the water?'}]);
    },
    words: () => 'runs once',
  },
  'tool call cut': {
    message: 'Call it with the recipe', decision: 'block', tool: true,
    check: seen => {
      assert.deepEqual(seen.ran, [], 'a cut tool call was carried out');
      ended_by_policy(seen);
    },
  },
};
const columns = Object.keys(cases);

const takes = (way, column) => (cases[column].tool ? way.tools : !way.numbers || ['pass', 'request blocked'].includes(column));

// Decision ids of every request that a cell sent, in order.
function watched_fetch(ids) {
  return async (...given) => {
    const response = await fetch(...given);
    ids.push(response.headers.get('x-stoplog-decision-id'));
    return response;
  };
}

async function look(way, asked) {
  const seen = {text: '', finish: null, error: null, ran: []};
  const tool = given => { seen.ran.push(given); return 'It stands at two hands.'; };
  await way.ask(proxy, {...asked, tool: asked.tool ? tool : undefined})
    .then(told => Object.assign(seen, told), error => { seen.error = error; });
  return seen;
}

const table = new Map();   // of a way: its cells' words
const decided = new Map(); // of a decision id: the cell and what its record must say
for (const way of ways) {
  const cells = table.set(way, {}).get(way);
  for (const column of columns) {
    const wanted = cases[column];
    if (!takes(way, column)) { cells[column] = '-'; continue; }
    test(`${way.client} ${way.dialect}, ${way.call}: ${column}`, async () => {
      const {requests} = await model.stats();
      const ids = [];
      const seen = await look(way, {model: wanted.model ?? 'demo', message: wanted.message, tool: wanted.tool, fetch: watched_fetch(ids)});
      clean(seen);
      wanted.check(seen, way);
      if (wanted.unasked) assert.equal((await model.stats()).requests, requests, 'the model was asked');
      assert.ok(ids.length >= 1 && ids[0], 'no answer carried a decision id');
      decided.set(ids.at(-1), {cell: `${way.call}: ${column}`, decision: wanted.decision, dialect: way.dialect});
      cells[column] = wanted.words?.() ?? (seen.error ? name_of(seen.error) : seen.finish);
    });
  }
}

test('each cell is on record as it was', async () => {
  let held = 0;
  for (const [id, {cell, decision, dialect}] of decided) {
    const record = await proxy.record(id);
    // Vectors that come in base64 cannot be read.
    const recorded = dialect === 'embeddings' && decision === 'allow' ? 'opaque' : decision;
    assert.equal(record.outcome.decision, recorded, cell);
    assert.equal(record.what.endpoint, dialect, cell);
    assert.equal(record.outcome.leaked ?? 0, 0, cell);
    ++held;
  }
  assert.equal(held, ways.reduce((sum, way) => sum + columns.filter(column => takes(way, column)).length, 0));
  assert.ok(held >= 170, `only ${held} cells ran`);
});

function markdown() {
  const rows = ways.map(way => [`\`${way.client}\` ${version_of(way.client)}`, `\`${way.call}\``, way.dialect, ...columns.map(column => table.get(way)[column])]);
  const head = ['client', 'call', 'dialect', ...columns];
  return [head, head.map(() => '---'), ...rows].map(row => `| ${row.join(' | ')} |\n`).join('');
}

test('docs/clients.md tells what was seen', async () => {
  const file = path.join(root, 'docs/clients.md');
  const page = await readFile(file, 'utf8');
  const at = page.search(/^\| client \|/m);
  const told = page.slice(at).match(/^(\|.*\n)+/)[0];
  if (process.env.UPDATE_CLIENTS) return writeFile(file, page.replace(told, () => markdown()));
  assert.equal(told, markdown(), 'write it anew with UPDATE_CLIENTS=1');
});
