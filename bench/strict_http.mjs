#!/usr/bin/env node
// How many messages of tests/cases/http each proxy passes on: Stoplog, and nginx
// and HAProxy as Debian ships them, as plain pass-through. Those that are not
// installed are skipped with a line.
//
//   node bench/strict_http.mjs [--list]      --list names what was passed on
import {execFileSync, spawn} from 'node:child_process';
import {mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import net from 'node:net';
import {tmpdir} from 'node:os';
import path from 'node:path';
import {setTimeout as sleep} from 'node:timers/promises';
import {fileURLToPath} from 'node:url';
import {ask, read_corpus, Recorder} from '../tests/e2e/http_corpus.mjs';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..');
const stoplog = path.join(root, process.env.STOPLOG_BUILD ?? 'build/release', 'proxy/stoplog');
const patience = 1000;  // for those that wait where others refuse

const nginx_conf = (folder, port, model) => `
daemon off; worker_processes 1; pid ${folder}/pid; error_log ${folder}/error.log crit;
events {}
http {
  access_log off;
  client_body_temp_path ${folder}/a; proxy_temp_path ${folder}/b; fastcgi_temp_path ${folder}/c; uwsgi_temp_path ${folder}/d; scgi_temp_path ${folder}/e;
  server { listen 127.0.0.1:${port}; location / { proxy_pass http://127.0.0.1:${model}; proxy_http_version 1.1; proxy_set_header Connection ""; } }
}
`;
const haproxy_conf = (folder, port, model) => `
defaults
  mode http
  timeout connect 5s
  timeout client 30s
  timeout server 30s
frontend in
  bind 127.0.0.1:${port}
  default_backend out
backend out
  server model 127.0.0.1:${model}
`;
const stoplog_conf = (folder, port, model) => JSON.stringify({
  apiVersion: 'stoplog/v1', kind: 'Settings', listeners: [{address: `127.0.0.1:${port}`}], admin: {address: '127.0.0.1:0'}, workers: 1,
  upstreams: [{name: 'model', url: `http://127.0.0.1:${model}`}], routes: [{name: 'all', path: '/v1', upstream: 'model'}],
  policies: path.join(root, 'tests/e2e/policies'), rules: path.join(root, 'tests/e2e/rules'), limits: {body_bytes: '64KiB'}, audit: {directory: `${folder}/audit`},
});

const peers = [
  {name: 'nginx', version: ['nginx', '-v'], config: nginx_conf, command: (file, folder) => ['nginx', '-p', folder, '-c', file, '-e', `${folder}/error.log`]},
  {name: 'HAProxy', version: ['haproxy', '-v'], config: haproxy_conf, command: file => ['haproxy', '-db', '-f', file]},
  {name: 'Stoplog', version: [stoplog, '--version'], config: stoplog_conf, command: file => [stoplog, 'serve', '--config', file]},
];

function version_of([program, flag]) {
  try {
    const said = execFileSync('/bin/sh', ['-c', `"${program}" ${flag} 2>&1`]).toString();
    return said.match(/\d+\.\d+\.\d+/)[0];
  } catch {
    return null;
  }
}

const free_port = () => new Promise(resolve => {
  const probe = net.createServer().listen(0, '127.0.0.1', () => {
    const {port} = probe.address();
    probe.close(() => resolve(port));
  });
});

const listens = port => new Promise(resolve => {
  const probe = net.connect(port, '127.0.0.1', () => { probe.destroy(); resolve(true); });
  probe.on('error', () => resolve(false));
});

// Runs `task(port)` before a fresh proxy with that model behind it.
async function with_proxy(peer, model, task) {
  const folder = mkdtempSync(path.join(tmpdir(), 'stoplog-strict-'));
  const port = await free_port();
  const file = path.join(folder, 'config.yaml');
  writeFileSync(file, peer.config(folder, port, model));
  const [program, ...args] = peer.command(file, folder);
  let output = '';
  const child = spawn(program, args, {stdio: ['ignore', 'pipe', 'pipe']});
  child.stdout.on('data', data => { output += data; });
  child.stderr.on('data', data => { output += data; });
  const ended = new Promise(resolve => child.on('close', resolve));
  try {
    for (let tries = 0; !await listens(port); ++tries) {
      if (tries === 300 || child.exitCode !== null) throw new Error(`${peer.name} does not listen: ${output}`);
      await sleep(100);
    }
    return await task(port);
  } finally {
    child.kill('SIGTERM');
    await ended;
    rmSync(folder, {recursive: true, force: true});
  }
}

// The names of the hostile requests of which anything reached the model.
async function passed_requests(peer, cases) {
  const recorder = await Recorder.start();
  const passed = await with_proxy(peer, recorder.port, async port => {
    const names = new Set();
    recorder.take();
    for (const each of cases) {
      await ask(port, each.bytes, {patience, enough: answers => answers.length > 0});
      if (recorder.take().length > 0) names.add(each.name);
    }
    return names;
  });
  await recorder.stop();
  return passed;
}

// The names of the hostile answers that a client took for whole and sound.
async function passed_answers(peer, cases) {
  const recorder = await Recorder.start((socket, target) => { socket.end(cases[Number(target.match(/\d+$/)[0])].bytes); });
  const passed = await with_proxy(peer, recorder.port, async port => {
    const names = new Set();
    for (const [index, each] of cases.entries()) {
      const got = await ask(port, Buffer.from(`GET /v1/models/${index} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n`), {patience});
      if (got.answers.some(({status}) => status < 500) && got.answers.length > 0) names.add(each.name);
    }
    return names;
  });
  await recorder.stop();
  return passed;
}

function print(title, cases, columns) {
  const count = (group, level, names) => cases.filter(each => (!group || each.group === group) && each.level === level && (!names || names.has(each.name))).length;
  const row = (name, cells) => console.log(`| ${[name, ...cells].join(' | ')} |`);
  console.log(`\n**${title}**\n`);
  row('', [...['cases'], ...columns.map(({name, version}) => `${name} ${version}`)]);
  console.log(`|---|${'---|'.repeat(columns.length + 1)}`);
  for (const group of [...new Set(cases.map(each => each.group)), null]) {
    row(group ?? '**all**', [`${count(group, 'must')} + ${count(group, 'strict')}`,
      ...columns.map(({names}) => `${count(group, 'must', names)} + ${count(group, 'strict', names)}`)]);
  }
  if (!process.argv.includes('--list')) return;
  for (const {name, names} of columns) for (const each of cases) if (names.has(each.name)) console.log(`- ${name} passed on: ${each.name} (${each.level})`);
}

// What this proxy alone refuses says nothing of the others.
const general = file => read_corpus(file).bad.filter(each => each.level !== 'ours');
const requests = general('requests.json');
const answers = general('responses.json');
const columns = {requests: [], answers: []};
let failed = 0;
for (const peer of peers) {
  const version = version_of(peer.version);
  if (version === null) {
    console.log(`${peer.name} is not installed: skipped`);
    continue;
  }
  columns.requests.push({name: peer.name, version, names: await passed_requests(peer, requests)});
  columns.answers.push({name: peer.name, version, names: await passed_answers(peer, answers)});
  if (peer.name === 'Stoplog') failed = columns.requests.at(-1).names.size + columns.answers.at(-1).names.size;
}
print('Hostile requests of which anything reached the model endpoint (must + strict)', requests, columns.requests);
print('Hostile answers that a client got as whole and sound (must + strict)', answers, columns.answers);
process.exitCode = failed === 0 ? 0 : 1;
