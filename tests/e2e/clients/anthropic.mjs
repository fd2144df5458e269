// The official Anthropic client.
import Anthropic from '@anthropic-ai/sdk';
import {betaTool} from '@anthropic-ai/sdk/helpers/beta/json-schema';
import {user} from '../harness.mjs';
import {api_key, tool_description, tool_name, tool_parameters} from './way.mjs';

const client_for = (proxy, fetch) => new Anthropic({apiKey: api_key, baseURL: proxy.url, maxRetries: 0, timeout: 60_000, fetch});

const tool_entry = {name: tool_name, description: tool_description, input_schema: tool_parameters};
const ask_for = ({model, message, tool}) => ({model, max_tokens: 1000, messages: user(message), ...(tool ? {tools: [tool_entry]} : {})});

const text_of = message => message.content.filter(({type}) => type === 'text').map(({text}) => text).join('');

// A careless loop: whatever block calls a tool is carried out, however the answer ended.
async function carry_out(message, tool) {
  for (const block of message.content) if (block.type === 'tool_use') await tool?.(block.input);
}

async function whole(proxy, asked) {
  const message = await client_for(proxy, asked.fetch).messages.create(ask_for(asked));
  await carry_out(message, asked.tool);
  return {text: text_of(message), finish: message.stop_reason};
}

async function streamed(proxy, asked) {
  const seen = {text: '', finish: null};
  const calls = new Map();
  for await (const event of await client_for(proxy, asked.fetch).messages.create({...ask_for(asked), stream: true})) {
    if (event.type === 'content_block_start' && event.content_block.type === 'tool_use') calls.set(event.index, '');
    if (event.delta?.type === 'text_delta') seen.text += event.delta.text;
    if (event.delta?.type === 'input_json_delta') calls.set(event.index, calls.get(event.index) + event.delta.partial_json);
    if (event.type === 'message_delta') seen.finish = event.delta.stop_reason;
  }
  for (const input of calls.values()) await asked.tool?.(input);
  return seen;
}

async function put_together(proxy, asked) {
  const message = await client_for(proxy, asked.fetch).messages.stream(ask_for(asked)).finalMessage();
  await carry_out(message, asked.tool);
  return {text: text_of(message), finish: message.stop_reason};
}

// Without a thread of the API's: the demo model keeps none.
const run_tools = more => async (proxy, asked) => {
  const {tools, ...rest} = ask_for(asked);
  const run = betaTool({name: tool_name, description: tool_description, inputSchema: tool_parameters, run: asked.tool ?? (() => 'none')});
  const message = await client_for(proxy, asked.fetch).beta.messages.toolRunner({...rest, ...more, tools: [run], max_iterations: 3}).runUntilDone();
  return {text: text_of(message), finish: message.stop_reason};
};

const messages = {client: '@anthropic-ai/sdk', dialect: 'messages', tools: true};

export const ways = [
  {...messages, call: 'messages.create', ask: whole},
  {...messages, call: 'messages.create, stream', ask: streamed, streamed: true},
  {...messages, call: 'messages.stream', ask: put_together, streamed: true},
  {...messages, call: 'beta.messages.toolRunner', ask: run_tools({thread: false}), only_tools: true},
  {...messages, call: 'beta.messages.toolRunner, stream', ask: run_tools({thread: false, stream: true}), only_tools: true, streamed: true},
  {...messages, call: 'beta.messages.toolRunner, runToolsEagerly', ask: run_tools({thread: false, stream: true, runToolsEagerly: true}), only_tools: true, streamed: true},
];
