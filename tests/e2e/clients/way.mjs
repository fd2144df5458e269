// How the matrix of clients looks at a client. A way is one way of asking with
// one library:
//
//   client    its package; the version is read from its package.json
//   call      the call as a user writes it
//   dialect   the endpoint's name, as records tell it
//   tools     whether it can offer a tool
//   ask(proxy, {model, message, fetch, tool}) -> what the user of the client sees:
//     text    the answer's words
//     finish  why the answer ended, in the library's own words
//
// An error that the library raises is raised. `tool` is called with the parsed
// arguments whenever the library, or a plain loop over what it calls a finished
// tool call, would carry the call out.
import {readFileSync} from 'node:fs';

export const api_key = 'sk-e2e';

export const tool_parameters = {
  type: 'object', properties: {place: {type: 'string'}, question: {type: 'string'}, note: {type: 'string'}}, required: ['place'],
};
export const tool_name = 'water_level';
export const tool_description = 'How high the water stands';

export function version_of(client) {
  return JSON.parse(readFileSync(new URL(`../node_modules/${client}/package.json`, import.meta.url), 'utf8')).version;
}

// An error as a table tells it: its class and its status, if it has one.
export function name_of(error) {
  const status = error.status ?? error.statusCode;
  return status === undefined ? error.constructor.name : `${error.constructor.name} ${status}`;
}
