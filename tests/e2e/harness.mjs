// Starts the demo model and the proxy of one build as a user would, and stops
// them by their own process ids. A server that ends badly, or prints a
// sanitizer's report, fails the test that stops it.
import assert from 'node:assert/strict';
import {execFile, spawn} from 'node:child_process';
import {cp, mkdir, mkdtemp, rm, writeFile} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import path from 'node:path';
import {after} from 'node:test';
import {setTimeout as sleep} from 'node:timers/promises';
import {fileURLToPath} from 'node:url';
import OpenAI from 'openai';

export const here = path.dirname(fileURLToPath(import.meta.url));
export const root = path.resolve(here, '../..');
const build = path.resolve(root, process.env.STOPLOG_BUILD ?? 'build/release');
export const program = path.join(build, 'proxy/stoplog');

export const phrase = 'DEMO-FORBIDDEN-RECIPE';
export const secret = 'demo-secret-4711';

// Waits for what must become true; sanitizers and two cores deserve patience.
export async function eventually(what, probe, milliseconds = 20_000) {
  const late = Date.now() + milliseconds;
  for (;;) {
    const value = await probe();
    if (value) return value;
    assert.ok(Date.now() < late, `not within ${milliseconds} ms: ${what}`);
    await sleep(20);
  }
}

// What a failed case left running would keep its file from ending. The files'
// own hooks come after this one, so they get their time first.
const running = new Set();
after(() => { setTimeout(() => { for (const left of running) left.signal('SIGKILL'); }, 10_000).unref(); });

class Process {
  constructor(name, args, environment = {}) {
    this.name = name;
    this.output = '';
    this.child = spawn(program, args, {cwd: root, env: {...process.env, ...environment}, stdio: ['ignore', 'pipe', 'pipe']});
    this.child.stdout.on('data', data => { this.output += data; });
    this.child.stderr.on('data', data => { this.output += data; });
    this.ended = new Promise(resolve => this.child.on('close', (code, signal) => resolve({code, signal})));
    this.running = true;
    running.add(this);
    this.ended.then(() => { this.running = false; running.delete(this); });
  }

  signal(name) { this.child.kill(name); }

  async stop() {
    if (this.running) this.signal('SIGTERM');
    const overdue = setTimeout(() => this.signal('SIGKILL'), 30_000);
    const {code, signal} = await this.ended;
    clearTimeout(overdue);
    assert.ok(!/Sanitizer|runtime error:/.test(this.output), `${this.name}: ${this.output}`);
    assert.deepEqual({code, signal}, {code: 0, signal: null}, `${this.name} ended badly: ${this.output.slice(-4000)}`);
  }
}

export class DemoModel {
  static async start({pace = 0} = {}) {
    const model = new DemoModel();
    model.process = new Process('demo', ['demo', '--listen', '127.0.0.1:0', '--pace', String(pace)]);
    const found = await eventually('the demo model listens', () => {
      assert.ok(model.process.running, model.process.output);
      return model.process.output.match(/http:\/\/127\.0\.0\.1:(\d+)/);
    });
    model.port = Number(found[1]);
    model.url = `http://127.0.0.1:${model.port}`;
    return model;
  }

  async stats() { return (await fetch(`${this.url}/demo/stats`)).json(); }

  // The last chat request that reached the model, its header names in lower case.
  async last() {
    const seen = await (await fetch(`${this.url}/demo/last`)).json();
    return {...seen, headers: Object.fromEntries(seen.headers.map(([name, value]) => [name.toLowerCase(), value])), json: JSON.parse(seen.body)};
  }

  stop() { return this.process.stop(); }
}

const flow = value => JSON.stringify(value);  // JSON is YAML too

// A proxy in a folder of its own. `settings` are members of stoplog.yaml that
// differ from the plain ones (undefined: left out); `upstream` are members of its one upstream.
export class Proxy {
  static async prepare({upstream_url, settings = {}, upstream = {}} = {}) {
    const proxy = new Proxy();
    proxy.folder = await mkdtemp(path.join(tmpdir(), 'stoplog-e2e-'));
    proxy.config = path.join(proxy.folder, 'stoplog.yaml');
    await cp(path.join(here, 'policies'), path.join(proxy.folder, 'policies'), {recursive: true});
    await cp(path.join(here, 'rules'), path.join(proxy.folder, 'rules'), {recursive: true});
    await mkdir(path.join(proxy.folder, 'audit'), {mode: 0o700});
    const all = {
      apiVersion: 'stoplog/v1', kind: 'Settings', listeners: [{address: '127.0.0.1:0'}],
      admin: {address: '127.0.0.1:0'}, workers: 2,
      upstreams: [{name: 'demo', url: upstream_url, ...upstream}], routes: [{name: 'all', path: '/v1', upstream: 'demo'}],
      policies: 'policies/', rules: 'rules/', audit: {directory: 'audit'}, ...settings,
    };
    await writeFile(proxy.config, Object.entries(all).filter(([, value]) => value !== undefined).map(([key, value]) => `${key}: ${flow(value)}\n`).join(''));
    return proxy;
  }

  static async start(options) {
    const proxy = await Proxy.prepare(options);
    await proxy.serve(options);
    return proxy;
  }

  async serve({scheme = 'http', environment} = {}) {
    this.process = new Process('serve', ['serve', '--config', this.config], environment);
    await eventually('the proxy listens', () => {
      assert.ok(this.process.running, this.process.output);
      return this.journal('listening').length && this.journal('admin listening').length;
    });
    [{port: this.port}] = this.journal('listening');
    [{port: this.admin_port}] = this.journal('admin listening');
    this.url = `${scheme}://127.0.0.1:${this.port}`;
    this.admin_url = `http://127.0.0.1:${this.admin_port}`;
    await eventually('the proxy is ready', async () => (await this.admin('/readyz').catch(() => null))?.status === 200);
  }

  // What the proxy logged of one kind.
  journal(event) {
    return this.process.output.split('\n').filter(line => line.startsWith('{') && line.endsWith('}'))
      .map(line => JSON.parse(line)).filter(line => line.event === event);
  }

  get pid() { return this.process.child.pid; }

  admin(target, options) { return fetch(this.admin_url + target, options); }

  client(options = {}) {
    return new OpenAI({apiKey: 'sk-e2e', baseURL: `${this.url}/v1`, maxRetries: 0, timeout: 60_000, ...options});
  }

  // POST /v1/chat/completions without any library's help.
  post(body, {headers = {}, target = '/v1/chat/completions', ...rest} = {}) {
    return fetch(this.url + target, {
      method: 'POST', headers: {'content-type': 'application/json', ...headers},
      body: typeof body === 'string' || body instanceof Uint8Array ? body : JSON.stringify(body), ...rest,
    });
  }

  // The audit record of a finished exchange, as `stoplog audit show` prints it.
  async record(id) {
    assert.match(id ?? '', /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}$/);
    return eventually(`the record of ${id}`, async () => (await this.records(id)).find(record => record.kind === 'exchange'));
  }

  // All records of a decision that are there now; a stream has one of its beginning too.
  async records(id) {
    const {stdout} = await run_program('audit', 'show', id, '--config', this.config, '-o', 'json');
    return stdout.split('\n').filter(Boolean).map(line => JSON.parse(line));
  }

  async stop() {
    await this.process?.stop();
    await rm(this.folder, {recursive: true, force: true});
  }
}

// Runs a verb to its end.
export function run_program(...args) {
  return new Promise(resolve => {
    execFile(program, args, {cwd: root, maxBuffer: 64 << 20}, (failure, stdout, stderr) => {
      resolve({code: failure ? failure.code : 0, stdout, stderr});
    });
  });
}

export function curl(...args) {
  return new Promise(resolve => {
    execFile('curl', ['-sS', '--max-time', '60', ...args], {maxBuffer: 64 << 20}, (failure, stdout, stderr) => {
      resolve({code: failure ? failure.code : 0, stdout, stderr});
    });
  });
}

// What every case of a file shares: one model and one proxy before it.
export async function start_both({pace = 0, ...options} = {}) {
  const model = await DemoModel.start({pace});
  const proxy = await Proxy.start({upstream_url: model.url, ...options});
  return {model, proxy, stop: async () => { await proxy.stop(); await model.stop(); }};
}

export const user = content => [{role: 'user', content}];

export const water_tool = {
  type: 'function',
  function: {name: 'water_level', description: 'How high the water stands', parameters: {type: 'object', properties: {place: {type: 'string'}}}},
};

// Everything of a streamed chat answer, choice by choice.
export async function collect(stream) {
  const heard = {choices: {}, chunks: 0, usage: null};
  for await (const chunk of stream) {
    heard.chunks += 1;
    heard.usage = chunk.usage ?? heard.usage;
    for (const {index, delta, finish_reason} of chunk.choices) {
      const choice = heard.choices[index] ??= {content: '', reasoning: '', finish_reason: null, tool_calls: []};
      assert.equal(choice.finish_reason, null, 'nothing follows a finish_reason');
      choice.content += delta.content ?? '';
      choice.reasoning += delta.reasoning_content ?? '';
      choice.finish_reason = finish_reason;
      for (const call of delta.tool_calls ?? []) {
        const known = choice.tool_calls[call.index] ??= {name: '', arguments: ''};
        known.name += call.function?.name ?? '';
        known.arguments += call.function?.arguments ?? '';
      }
    }
  }
  return heard;
}
