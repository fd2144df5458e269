// The corpus of tests/cases/http against a running proxy, whole and byte by byte:
// nothing hostile reaches the model endpoint, and nothing hostile from there
// reaches a client as a sound answer. tests/unit/http runs every cut of it.
import assert from 'node:assert/strict';
import net from 'node:net';
import {after, before, test} from 'node:test';
import {setTimeout as sleep} from 'node:timers/promises';
import {Proxy} from './harness.mjs';
import {ask, each_of, read_corpus, Recorder, write_in_pieces} from './http_corpus.mjs';

const requests = read_corpus('requests.json');
const responses = read_corpus('responses.json');
const piece_of = bytes => bytes.length > 2000 ? 97 : 1;

let quiet, quiet_proxy, hostile, hostile_proxy;
before(async () => {
  quiet = await Recorder.start();
  quiet_proxy = await Proxy.start({upstream_url: quiet.url, settings: {limits: {body_bytes: '64KiB'}}});
  // The target's last segment chooses the answer: w7 whole, b7 byte by byte.
  hostile = await Recorder.start(async (socket, target) => {
    const [, how, number] = target.match(/([wb])(\d+)$/);
    const bytes = [...responses.good, ...responses.bad][Number(number)].bytes;
    await write_in_pieces(socket, bytes, how === 'w' ? 0 : piece_of(bytes));
    socket.end();
  });
  hostile_proxy = await Proxy.start({upstream_url: hostile.url});
});
after(async () => {
  await quiet_proxy?.stop();
  await hostile_proxy?.stop();
  await quiet?.stop();
  await hostile?.stop();
});

// One answer of ours, readable to its end. What the reader refused ends the connection.
function expect_refusal(each, got) {
  const what = `${each.name}: ${JSON.stringify(got)}`;
  const [by, status = '400'] = each.by.split(' ');
  assert.equal(got.error, null, what);
  assert.equal(got.answers.length, 1, what);
  assert.equal(got.rest, '', what);
  assert.equal(got.answers[0].status, Number(status), what);
  const {error} = JSON.parse(got.answers[0].body);
  assert.equal(error.decision_id, got.answers[0].headers['x-stoplog-decision-id'], what);
  if (by !== 'exchange') {
    assert.equal(got.answers[0].headers.connection, 'close', what);
    assert.ok(got.closed && !got.late, what);
  }
}

for (const [how, piece] of [['whole', () => 0], ['byte by byte', piece_of]]) {
  test(`hostile requests, ${how}`, async () => {
    let refused = 0;
    await each_of(requests.bad, async each => {
      const enough = answers => each.by.startsWith('exchange') && answers.length > 0;
      expect_refusal(each, await ask(quiet_proxy.port, each.bytes, {piece: piece(each.bytes), enough}));
      refused += 1;
    });
    assert.equal(refused, 299);
    assert.deepEqual(quiet.take(), [], 'nothing reached the model endpoint');
  });

  test(`sound requests, ${how}`, async () => {
    for (const each of requests.good) {
      const {answers} = await ask(quiet_proxy.port, each.bytes, {piece: piece(each.bytes), enough: list => list.length > 0});
      // The recorder's answer is none of a chat: what counts is that it was asked.
      assert.ok([200, 502].includes(answers[0]?.status), `${each.name}: ${JSON.stringify(answers)}`);
      const seen = quiet.take();
      assert.equal(seen.length, 1, each.name);
      expect_own_framing(seen[0], each.name);
    }
  });

  test(`hostile answers, ${how}`, async () => {
    let withheld = 0, alone = 0;
    await each_of(responses.bad, async (each, index) => {
      const target = `/v1/models/${how[0]}${responses.good.length + index}`;
      const got = await ask(hostile_proxy.port, Buffer.from(`GET ${target} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n`));
      const what = `${each.name}: ${JSON.stringify(got)}`;
      assert.equal(got.answers.length, 1, what);
      if (each.by === 'reader at once' && how !== 'whole' && got.answers[0].status < 300) {
        assert.equal(got.rest, '', what);  // the answer alone: what comes behind it is nobody's
        alone += 1;
        return;
      }
      assert.equal(got.answers[0].status, 502, what);
      assert.ok(['upstream_malformed', 'upstream_truncated'].includes(JSON.parse(got.answers[0].body).error.code), what);
      assert.ok(!got.text.includes('"object"'), what);
      withheld += 1;
    });
    assert.equal(withheld + alone, 94);
    assert.ok(how === 'whole' ? alone === 0 : alone <= 7);
  });

  test(`sound answers, ${how}`, async () => {
    for (const [index, each] of responses.good.entries()) {
      const got = await ask(hostile_proxy.port, Buffer.from(`GET /v1/models/${how[0]}${index} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n`));
      assert.equal(got.answers[0]?.status, 200, each.name);
      assert.equal(got.answers[0].body, '{"object":"list","data":[{"id":"demo","object":"model"}]}', each.name);
    }
  });
}

const may_go_upstream = new Set(['host', 'accept', 'content-type', 'user-agent', 'openai-organization', 'openai-project', 'openai-beta',
  'idempotency-key', 'traceparent', 'tracestate', 'x-request-id', 'authorization', 'accept-encoding', 'content-length']);

// A head of ours: known names once each, our host, our length, no other framing.
function expect_own_framing(sent, name) {
  const [head, body] = [sent.slice(0, sent.indexOf('\r\n\r\n')), sent.slice(sent.indexOf('\r\n\r\n') + 4)];
  const [first, ...lines] = head.split('\r\n');
  assert.match(first, /^(GET|POST) \/v1\/[a-z/]+ HTTP\/1\.1$/, name);
  const fields = lines.map(line => line.match(/^([a-z-]+): ([\x20-\x7e]*)$/i));
  assert.ok(fields.every(Boolean), `${name}: ${head}`);
  const names = fields.map(field => field[1].toLowerCase());
  assert.ok(names.every(each => may_go_upstream.has(each)), `${name}: ${names}`);
  assert.equal(new Set(names).size, names.length, `${name}: ${names}`);
  const value = wanted => fields.find(field => field[1].toLowerCase() === wanted)?.[2];
  assert.equal(value('host'), `127.0.0.1:${quiet.port}`, name);
  assert.equal(value('accept-encoding'), 'identity', name);
  if (first.startsWith('POST')) assert.equal(Number(value('content-length')), body.length, name);
  else assert.equal(body, '', name);
}

test('what belongs to the connection, or to nobody here, stays behind', async () => {
  const body = '{"model":"demo","messages":[{"role":"user","content":"h"}]}';
  const stays = ['Keep-Alive: timeout=5', 'TE: trailers', 'Trailer: X', 'Proxy-Connection: keep-alive', 'Proxy-Authorization: Basic eDp5',
    'X-Forwarded-For: 10.0.0.1', 'Forwarded: for=10.0.0.1', 'Via: 1.1 a', 'Cookie: a=b', 'Range: bytes=0-1', 'If-None-Match: "x"',
    'X-HTTP-Method-Override: DELETE', 'X-Original-URL: /v1/files', 'X-Rewrite-URL: /v1/files', 'Content_Length: 5',
    'Transfer_Encoding: chunked', 'X-Secret: 1', 'Max-Forwards: 0', 'HTTP2-Settings: AAMA', 'Accept-Encoding: gzip, br', 'Content-Encoding: identity'];
  const head = ['POST /v1/chat/completions HTTP/1.1', 'Host: elsewhere.test', 'Content-Type: application/json', 'Connection: x-secret, user-agent',
    'User-Agent: named by Connection', 'Accept: application/json', 'OpenAI-Beta: a', 'X-Request-Id: r1', ...stays, 'Transfer-Encoding: chunked'];
  await ask(quiet_proxy.port, Buffer.from(`${head.join('\r\n')}\r\n\r\n3b\r\n${body}\r\n0\r\n\r\n`), {enough: list => list.length > 0});
  const [sent] = quiet.take();
  expect_own_framing(sent, 'hop by hop');
  assert.deepEqual(sent.split('\r\n').slice(1, -2).sort(), ['Accept: application/json', 'Content-Type: application/json', 'OpenAI-Beta: a',
    'X-Request-Id: r1', 'accept-encoding: identity', 'content-length: 59', `host: 127.0.0.1:${quiet.port}`].sort());
  assert.ok(sent.endsWith(`\r\n\r\n${body}`), sent);
});

test('several requests at once are answered one by one', async () => {
  const get = 'GET /v1/models HTTP/1.1\r\nHost: a\r\n\r\n';
  const got = await ask(quiet_proxy.port, Buffer.from(`${get}${get}GET /v1/../v1/models HTTP/1.1\r\nHost: a\r\n\r\n${get}`));
  assert.deepEqual(got.answers.map(({status}) => status), [200, 200, 400]);
  assert.equal(quiet.take().length, 2, 'nothing behind the hostile one is read');
});

// An upstream that keeps its connections, and says more than it was asked.
test('what comes behind an answer is never the answer to the next request', async () => {
  const ok = body => `HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`;
  let connections = 0, answered = 0;
  const talkative = net.createServer({noDelay: true}, socket => {
    connections += 1;
    socket.on('error', () => {});
    socket.on('data', () => {
      answered += 1;
      socket.write(ok(`{"right":${answered}}`));
      setTimeout(() => socket.write(ok('{"wrong":true}')), 50);
    });
  });
  await new Promise(resolve => talkative.listen(0, '127.0.0.1', resolve));
  const proxy = await Proxy.start({upstream_url: `http://127.0.0.1:${talkative.address().port}`, settings: {workers: 1}});
  for (let n = 1; n <= 5; ++n) {
    const answer = await fetch(`${proxy.url}/v1/models`);
    assert.deepEqual(await answer.json(), {right: n});
    await sleep(200);  // until the surplus is there
  }
  assert.equal(connections, 5, 'no connection with a surplus is used again');
  await proxy.stop();
  talkative.close();
});

test('a body that will be refused is not asked for', async () => {
  const got = await ask(quiet_proxy.port, Buffer.from('POST /v1/chat/completions HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n' +
    'Expect: 100-continue\r\nContent-Length: 999999\r\n\r\n'), {enough: list => list.length > 0});
  assert.equal(got.answers[0].status, 413);
  assert.ok(!got.text.includes('100 Continue'));
  assert.deepEqual(quiet.take(), []);
});

// The error is readable although the client goes on sending what nobody reads.
test('an early error reaches a client that is still writing', async () => {
  const head = 'POST /v1/chat/completions HTTP/1.1\r\nHost: a\r\nContent-Type: text/plain\r\nContent-Length: 900000\r\n\r\n';
  for (const bytes of [head, head.replace('Host: a', 'Host: a b'), head.replace('text/plain', 'application/json')]) {
    const got = await ask(quiet_proxy.port, Buffer.from(bytes + 'x'.repeat(900_000)), {piece: 16_384});
    assert.equal(got.error, null);
    assert.equal(got.answers.length, 1, got.text);
    assert.equal(got.rest, '');
    assert.ok([400, 413, 415].includes(got.answers[0].status));
    assert.ok(JSON.parse(got.answers[0].body).error.message.length > 0);
  }
});

test('an endpoint that answers before it has read everything is heard, and its connection not used again', async () => {
  let connections = 0;
  const open = [];
  const hasty = net.createServer({noDelay: true}, socket => {
    connections += 1;
    open.push(socket);
    socket.on('error', () => {});
    socket.once('data', () => {
      socket.pause();  // and never reads on
      socket.write('HTTP/1.1 429 Too Many Requests\r\nContent-Type: application/json\r\nContent-Length: 28\r\n\r\n{"error":{"message":"full"}}');
    });
  });
  await new Promise(resolve => hasty.listen(0, '127.0.0.1', resolve));
  const proxy = await Proxy.start({upstream_url: `http://127.0.0.1:${hasty.address().port}`, settings: {workers: 1, limits: {body_bytes: '64MiB'}}});
  for (let n = 1; n <= 2; ++n) {
    const answer = await proxy.post({model: 'demo', messages: [{role: 'user', content: 'word '.repeat(3 << 20)}]});
    assert.equal(answer.status, 429);
    assert.equal(connections, n);
    await answer.arrayBuffer();
  }
  await proxy.stop();
  for (const socket of open) socket.destroy();
  hasty.close();
});
