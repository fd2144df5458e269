// The messages of tests/cases/http (its files say how they are written), a
// client that sends bytes as they are, and an upstream that records what it gets.
import {readFileSync} from 'node:fs';
import net from 'node:net';
import path from 'node:path';
import {setImmediate as turn} from 'node:timers/promises';
import {fileURLToPath} from 'node:url';

const folder = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../cases/http');

const expand = (text, pieces) => text.replace(/@([^@]*)@/g, (_, inner) => {
  if (inner === '') return '@';
  const repeat = inner.match(/^(\d+)\*([^]*)$/);
  if (repeat) return repeat[2].repeat(Number(repeat[1]));
  if (!(inner in pieces)) throw new Error(`no piece ${inner}`);
  return pieces[inner];
});

// {good: [{name, bytes}], bad: [{name, level, bytes, by}]}
export function read_corpus(file) {
  const {pieces, good, cases} = JSON.parse(readFileSync(path.join(folder, file), 'utf8'));
  const bytes = text => Buffer.from(expand(text, pieces), 'latin1');
  return {
    good: good.map(([name, text]) => ({name, bytes: bytes(text)})),
    bad: Object.entries(cases).flatMap(([group, rows]) => rows.map(([name, source, text, by = '']) => (
      {name: `${group}: ${name}`, group, level: source.split(' ')[0], bytes: bytes(text), by}))),
  };
}

// Writes all at once, or in pieces of so many bytes, each a segment of its own
// as far as the loopback allows.
export async function write_in_pieces(socket, bytes, size) {
  if (!size) {
    socket.write(bytes);
    return;
  }
  for (let at = 0; at < bytes.length && socket.writable; at += size) {
    socket.write(bytes.subarray(at, at + size));
    await turn();
  }
}

// The answers in `text`, as far as they are whole. Lengths only: ours and those
// of other proxies' own errors have one.
export function read_answers(text) {
  const answers = [];
  for (let rest = text; ;) {
    const end = rest.indexOf('\r\n\r\n');
    if (end < 0) return {answers, rest};
    const [first, ...lines] = rest.slice(0, end).split('\r\n');
    const headers = Object.fromEntries(lines.map(line => [line.slice(0, line.indexOf(':')).toLowerCase(), line.slice(line.indexOf(':') + 1).trim()]));
    const status = Number(first.split(' ')[1]);
    let body_end = end + 4 + Number(headers['content-length'] ?? 0);
    if (headers['transfer-encoding'] === 'chunked') body_end = rest.indexOf('\r\n0\r\n\r\n', end) < 0 ? Infinity : rest.indexOf('\r\n0\r\n\r\n', end) + 7;
    if (rest.length < body_end) return {answers, rest};
    if (status !== 100) answers.push({status, headers, body: rest.slice(end + 4, body_end)});
    rest = rest.slice(body_end);
  }
}

// Sends bytes; resolves with what came back when the peer closes, when `enough`
// says so of the whole answers, or when nothing came for `patience`.
export function ask(port, bytes, {piece = 0, enough = () => false, patience = 30_000} = {}) {
  return new Promise(resolve => {
    const got = {text: '', closed: false, error: null, late: false};
    const socket = net.connect({port, host: '127.0.0.1', noDelay: true}, () => write_in_pieces(socket, bytes, piece));
    const done = () => { clearTimeout(timer); socket.destroy(); resolve({...got, ...read_answers(got.text)}); };
    let timer = setTimeout(() => { got.late = true; done(); }, patience);
    socket.on('data', data => {
      got.text += data.toString('latin1');
      if (enough(read_answers(got.text).answers)) done();
    });
    socket.on('error', error => { got.error = error.code; });
    socket.on('end', () => { got.closed = true; });
    socket.on('close', () => { got.closed = true; done(); });
  });
}

// A model endpoint that answers each head it sees with the same list and keeps
// every byte that reached it.
export class Recorder {
  static async start(answer = null) {
    const recorder = new Recorder();
    recorder.seen = [];  // one text a connection
    recorder.answer = answer;
    recorder.server = net.createServer({noDelay: true}, socket => recorder.serve(socket));
    await new Promise(resolve => recorder.server.listen(0, '127.0.0.1', resolve));
    recorder.port = recorder.server.address().port;
    recorder.url = `http://127.0.0.1:${recorder.port}`;
    return recorder;
  }

  serve(socket) {
    const at = this.seen.push('') - 1;
    let head = '';
    socket.on('error', () => {});
    socket.on('data', async data => {
      this.seen[at] += data.toString('latin1');
      head += data.toString('latin1');
      const target = head.match(/^\S+ (\S+) [^]*?\r?\n\r?\n/)?.[1];
      if (!target || socket.answered) return;
      socket.answered = true;
      if (this.answer) await this.answer(socket, target);
      else socket.end('HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nConnection: close\r\nContent-Length: 27\r\n\r\n{"object":"list","data":[]}');
    });
  }

  // What came since the last time.
  take() { return this.seen.splice(0).filter(Boolean); }

  stop() { return new Promise(resolve => { this.server.close(resolve); this.server.closeAllConnections?.(); }); }
}

// Runs `task` for every item, a few at a time.
export async function each_of(items, task, at_once = 16) {
  const queue = [...items.entries()];
  await Promise.all(Array.from({length: at_once}, async () => {
    for (let next = queue.shift(); next; next = queue.shift()) await task(next[1], next[0]);
  }));
}
