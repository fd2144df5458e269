// What Node reads: a text in hexadecimal a line in, its tree a line out, or "refused".
import {createInterface} from 'node:readline';

const hex = text => Buffer.from(text, 'utf8').toString('hex');

function tree(value) {
  if (value === null) return 'n';
  if (typeof value === 'boolean') return value ? 't' : 'f';
  if (typeof value === 'number') {
    const bytes = Buffer.alloc(8);
    bytes.writeDoubleBE(value || 0);
    return `#${bytes.toString('hex')}`;
  }
  if (typeof value === 'string') return `"${hex(value)}`;
  if (Array.isArray(value)) return `[${value.map(tree).join(',')}]`;
  return `{${Object.entries(value).map(([key, each]) => [hex(key), each]).sort(([a], [b]) => (a < b ? -1 : 1)).map(([key, each]) => `${key}:${tree(each)}`).join(',')}}`;
}

const utf8 = new TextDecoder('utf-8', {fatal: true, ignoreBOM: true});
for await (const line of createInterface({input: process.stdin})) {
  let said = 'refused';
  try {
    said = tree(JSON.parse(utf8.decode(Buffer.from(line, 'hex'))));
  } catch {
    // refused
  }
  console.log(said);
}
