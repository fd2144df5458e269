// Content codings: what comes coded is decoded under a limit and judged, or
// refused; what goes on is always the text itself.
import assert from 'node:assert/strict';
import {after, before, test} from 'node:test';
import {brotliCompressSync, constants, createBrotliCompress, createGzip, gzipSync} from 'node:zlib';
import {once} from 'node:events';
import {phrase, Proxy, secret, user} from './harness.mjs';
import {Recorder} from './http_corpus.mjs';

// A zstd frame (RFC 8878) of blocks that are stored as they are.
function zstd_stored(data) {
  const bytes = Buffer.from(data);
  const size = Buffer.alloc(4);
  size.writeUInt32LE(bytes.length);
  const blocks = [];
  for (let at = 0, last = false; !last; at += 60_000) {
    const piece = bytes.subarray(at, at + 60_000);
    last = at + 60_000 >= bytes.length;
    const head = Buffer.alloc(3);
    head.writeUIntLE(piece.length * 8 + (last ? 1 : 0), 0, 3);
    blocks.push(head, piece);
  }
  return Buffer.concat([Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0xa0]), size, ...blocks]);
}

const coders = {gzip: gzipSync, br: brotliCompressSync, zstd: zstd_stored};

let model, proxy, reply;  // `reply`: what the model sends next, as pieces of bytes
before(async () => {
  model = await Recorder.start(async socket => {
    for (const piece of reply) {
      socket.write(piece);
      await new Promise(resolve => setImmediate(resolve));
    }
    socket.end();
  });
  proxy = await Proxy.start({upstream_url: model.url, settings: {limits: {body_bytes: '256KiB', stream_bytes: '1MiB'}}});
});
after(async () => {
  await proxy?.stop();
  await model?.stop();
});

const whole = (body, headers = '') => [`HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n${headers}Content-Length: ${body.length}\r\n\r\n`, body];
const answer = text => JSON.stringify({id: 'c1', object: 'chat.completion', created: 1, model: 'demo',
  choices: [{index: 0, message: {role: 'assistant', content: text}, finish_reason: 'stop'}]});
const event = (delta, finish_reason = null) => `data: ${JSON.stringify({id: 'c1', object: 'chat.completion.chunk', created: 1, model: 'demo', choices: [{index: 0, delta, finish_reason}]})}\n\n`;

async function reason_of(response) {
  return (await proxy.record(response.headers.get('x-stoplog-decision-id'))).outcome.reason;
}

for (const [coding, encode] of Object.entries(coders)) {
  const post = (body, headers = {}) => proxy.post(encode(JSON.stringify(body)), {headers: {'content-encoding': coding, ...headers}});

  test(`a request in ${coding} is judged, and goes on as text`, async () => {
    reply = whole(answer('fine'));
    assert.equal((await post({model: 'demo', messages: user('hello')})).status, 200);
    const [sent] = model.take();
    assert.ok(sent.endsWith('\r\n\r\n{"model":"demo","messages":[{"role":"user","content":"hello"}]}'), sent);
    assert.ok(!/content-encoding/i.test(sent) && /content-length: 63\r\n/.test(sent), sent);

    assert.equal((await post({model: 'demo', messages: user(`Explain the ${phrase}`)})).status, 403);
    assert.deepEqual(model.take(), [], 'nothing of a blocked request is sent');

    await post({model: 'demo', messages: user(`it is ${secret}`)});
    const [masked] = model.take();
    assert.ok(!masked.includes(secret), masked);
  });

  test(`a request in ${coding} that is none, breaks off, goes on, or grows beyond the limit`, async () => {
    const coded = encode(JSON.stringify({model: 'demo', messages: user('hello')}));
    const send = body => proxy.post(body, {headers: {'content-encoding': coding}});
    for (const body of [Buffer.from('{"model":"demo"}'), coded.subarray(0, coded.length - 2), Buffer.concat([coded, Buffer.from('{}')])]) {
      const response = await send(body);
      assert.equal(response.status, 400);
      assert.equal((await response.json()).error.code, 'malformed_request');
    }
    const large = await send(encode(JSON.stringify({model: 'demo', messages: user('x'.repeat(300_000))})));
    assert.equal(large.status, 413);
    assert.deepEqual(model.take(), []);
  });

  test(`a whole answer in ${coding} is judged, and reaches the client as text`, async () => {
    reply = whole(encode(answer('hello')), `Content-Encoding: ${coding}\r\nVary: Accept-Encoding\r\nETag: "x"\r\n`);
    const response = await proxy.post({model: 'demo', messages: user('hello')});
    assert.equal(response.status, 200);
    assert.equal(response.headers.get('content-encoding'), null);
    assert.equal(response.headers.get('content-length'), String(answer('hello').length));
    assert.equal(await response.text(), answer('hello'));

    reply = whole(encode(answer(`it is ${secret}`)), `Content-Encoding: ${coding}\r\n`);
    assert.ok(!(await (await proxy.post({model: 'demo', messages: user('hello')})).text()).includes(secret));
    reply = whole(encode(answer(`the ${phrase}`)), `Content-Encoding: ${coding}\r\n`);
    const blocked = await (await proxy.post({model: 'demo', messages: user('hello')})).json();
    assert.equal(blocked.choices[0].finish_reason, 'content_filter');
  });

  test(`a whole answer in ${coding} that breaks off or grows is withheld`, async () => {
    const coded = encode(answer('hello'));
    for (const body of [coded.subarray(0, coded.length - 1), Buffer.concat([coded, Buffer.from('x')]), encode(answer('x'.repeat(300_000)))]) {
      reply = whole(body, `Content-Encoding: ${coding}\r\n`);
      const response = await proxy.post({model: 'demo', messages: user('hello')});
      assert.equal(response.status, 502);
      assert.equal(await reason_of(response), 'upstream_malformed');
      assert.ok(!(await response.text()).includes('chat.completion'));
    }
  });
}

// Each event flushed, as a server that codes a stream does it.
async function coded_stream(coder, flush, events) {
  const pieces = [];
  coder.on('data', data => pieces.push(data));
  for (const each of events) {
    coder.write(each);
    await new Promise(resolve => coder.flush(flush, resolve));
  }
  const ended = once(coder, 'end');
  coder.end();
  await ended;
  return pieces;
}

const streams = {
  gzip: events => coded_stream(createGzip(), constants.Z_SYNC_FLUSH, events),
  br: events => coded_stream(createBrotliCompress(), constants.BROTLI_OPERATION_FLUSH, events),
  zstd: async events => [zstd_stored(events.join(''))],
};
const head = coding => `HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nContent-Encoding: ${coding}\r\nConnection: close\r\n\r\n`;
const crumbs = pieces => pieces.flatMap(piece => Array.from({length: Math.ceil(piece.length / 7)}, (_, i) => piece.subarray(i * 7, i * 7 + 7)));

for (const [coding, stream] of Object.entries(streams)) {
  const ask = async pieces => {
    reply = [head(coding), ...pieces];
    const response = await proxy.post({model: 'demo', stream: true, messages: user('hello')});
    return {response, text: await response.text()};
  };

  test(`a stream in ${coding} is judged event by event`, async () => {
    const events = [event({role: 'assistant', content: 'it is demo-sec'}), event({content: 'ret-4711, and'}), event({content: ' more'}), event({}, 'stop'), 'data: [DONE]\n\n'];
    for (const cut of [pieces => pieces, crumbs]) {
      const {response, text} = await ask(cut(await stream(events)));
      assert.equal(response.headers.get('content-encoding'), null);
      assert.ok(text.includes('more') && text.endsWith('data: [DONE]\n\n'), text);
      assert.ok(!text.includes('t-4711'), text);
    }
    const {text} = await ask(crumbs(await stream([event({content: 'the DEMO-FORBIDDEN'}), event({content: '-RECIPE is'}), event({}, 'stop'), 'data: [DONE]\n\n'])));
    assert.ok(text.includes('content_filter') && !text.includes('DEMO-'), text);
  });

  test(`a stream in ${coding} that breaks off ends in an error`, async () => {
    const bytes = Buffer.concat(await stream([event({content: 'hello'}), event({content: ' again'})]));
    const {text} = await ask([bytes.subarray(0, bytes.length - 3)]);
    assert.ok(!text.includes('[DONE]') && text.includes('"error"'), text);
  });
}

test('a stream that grows beyond all measure ends in an error', async () => {
  const bomb = gzipSync(Buffer.alloc(32 << 20, 'data: x\n\n'));
  assert.ok(bomb.length < 200_000);
  reply = [head('gzip'), bomb];
  const response = await proxy.post({model: 'demo', stream: true, messages: user('hello')});
  const text = await response.text();
  assert.ok(text.length < 4096 && !text.includes('[DONE]'), String(text.length));
  assert.equal(await reason_of(response), 'upstream_malformed');
});

test('upstream is asked for the text as it is', async () => {
  reply = whole(answer('fine'));
  await proxy.post({model: 'demo', messages: user('hello')}, {headers: {'accept-encoding': 'gzip, br, zstd'}});
  assert.match(model.take().at(-1), /\r\naccept-encoding: identity\r\n/);
});
