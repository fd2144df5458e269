// The official OpenAI client.
import OpenAI from 'openai';
import {user} from '../harness.mjs';
import {api_key, tool_description, tool_name, tool_parameters} from './way.mjs';

const client_for = (proxy, fetch) => new OpenAI({apiKey: api_key, baseURL: `${proxy.url}/v1`, maxRetries: 0, timeout: 60_000, fetch});

const tool_entry = {type: 'function', function: {name: tool_name, description: tool_description, parameters: tool_parameters}};
const offered = tool => (tool ? {tools: [tool_entry]} : {});

// What a plain loop would carry out: calls of a tool that exists, whose arguments are JSON.
async function carry_out(calls, tool) {
  for (const call of calls ?? []) {
    if (call.function.name !== tool_name) continue;
    let given;
    try { given = JSON.parse(call.function.arguments); } catch { continue; }
    await tool?.(given);
  }
}

async function whole(proxy, {model, message, fetch, tool}) {
  const answer = await client_for(proxy, fetch).chat.completions.create({model, messages: user(message), ...offered(tool)});
  const [choice] = answer.choices;
  await carry_out(choice.message.tool_calls, tool);
  return {text: choice.message.content ?? '', finish: choice.finish_reason};
}

async function streamed(proxy, {model, message, fetch, tool}) {
  const stream = await client_for(proxy, fetch).chat.completions.create({model, messages: user(message), stream: true, ...offered(tool)});
  const seen = {text: '', finish: null};
  const calls = [];
  for await (const {choices: [choice]} of stream) {
    seen.text += choice.delta.content ?? '';
    seen.finish = choice.finish_reason ?? seen.finish;
    for (const call of choice.delta.tool_calls ?? []) {
      const known = calls[call.index] ??= {function: {name: '', arguments: ''}};
      known.function.name ||= call.function?.name ?? '';
      known.function.arguments += call.function?.arguments ?? '';
    }
  }
  await carry_out(calls, tool);
  return seen;
}

async function put_together(proxy, {model, message, fetch, tool}) {
  const stream = client_for(proxy, fetch).chat.completions.stream({model, messages: user(message), ...offered(tool)});
  const done = [];
  stream.on('tool_calls.function.arguments.done', call => done.push({function: call}));
  const [choice] = (await stream.finalChatCompletion()).choices;
  await carry_out(done, tool);
  return {text: choice.message.content ?? '', finish: choice.finish_reason};
}

const run_tools = stream => async (proxy, {model, message, fetch, tool}) => {
  const runner = client_for(proxy, fetch).chat.completions.runTools({
    model, stream, messages: user(message),
    tools: [{type: 'function', function: {...tool_entry.function, parse: JSON.parse, function: tool ?? (() => 'none')}}],
  });
  const [choice] = (await runner.finalChatCompletion()).choices;
  return {text: choice.message.content ?? '', finish: choice.finish_reason};
};

const response_tool = {type: 'function', name: tool_name, description: tool_description, parameters: tool_parameters, strict: false};
const response_ask = ({model, message, tool}) => ({model, input: message, ...(tool ? {tools: [response_tool]} : {})});

async function seen_of(response, tool) {
  if (response.error) throw Object.assign(new Error(response.error.message), {code: response.error.code});
  const calls = response.output.filter(({type}) => type === 'function_call');
  await carry_out(calls.map(call => ({function: call})), tool);
  return {text: response.output_text, finish: response.incomplete_details?.reason ?? response.status};
}

async function response_whole(proxy, asked) {
  return seen_of(await client_for(proxy, asked.fetch).responses.create(response_ask(asked)), asked.tool);
}

async function response_streamed(proxy, asked) {
  const seen = {text: '', finish: null};
  const calls = [];
  for await (const event of await client_for(proxy, asked.fetch).responses.create({...response_ask(asked), stream: true})) {
    if (event.type === 'error') throw Object.assign(new Error(event.message), {code: event.code});
    if (event.type === 'response.output_text.delta') seen.text += event.delta;
    if (event.type === 'response.output_item.done' && event.item.type === 'function_call') calls.push({function: event.item});
    if (event.type === 'response.completed' || event.type === 'response.incomplete') {
      seen.finish = event.response.incomplete_details?.reason ?? event.response.status;
    }
  }
  await carry_out(calls, asked.tool);
  return seen;
}

async function response_put_together(proxy, asked) {
  return seen_of(await client_for(proxy, asked.fetch).responses.stream(response_ask(asked)).finalResponse(), asked.tool);
}

async function completed(proxy, {model, message, fetch}) {
  const {choices: [choice]} = await client_for(proxy, fetch).completions.create({model, prompt: message});
  return {text: choice.text, finish: choice.finish_reason};
}

async function completed_streamed(proxy, {model, message, fetch}) {
  const seen = {text: '', finish: null};
  for await (const {choices: [choice]} of await client_for(proxy, fetch).completions.create({model, prompt: message, stream: true})) {
    seen.text += choice.text;
    seen.finish = choice.finish_reason ?? seen.finish;
  }
  return seen;
}

const numbers = ask => async (proxy, {model, message, fetch}) => {
  await ask(client_for(proxy, fetch), {model, input: message});
  return {text: '', finish: 'numbers'};
};

const chat = {client: 'openai', dialect: 'chat_completions', tools: true};

export const ways = [
  {...chat, call: 'chat.completions.create', ask: whole},
  {...chat, call: 'chat.completions.create, stream', ask: streamed, streamed: true},
  {...chat, call: 'chat.completions.stream', ask: put_together, streamed: true},
  {...chat, call: 'chat.completions.runTools', ask: run_tools(false), only_tools: true},
  {...chat, call: 'chat.completions.runTools, stream', ask: run_tools(true), only_tools: true, streamed: true},
];

const responses = {client: 'openai', dialect: 'responses', tools: true};

export const responses_ways = [
  {...responses, call: 'responses.create', ask: response_whole},
  {...responses, call: 'responses.create, stream', ask: response_streamed, streamed: true},
  {...responses, call: 'responses.stream', ask: response_put_together, streamed: true},
];

export const other_ways = [
  {client: 'openai', dialect: 'completions', call: 'completions.create', ask: completed},
  {client: 'openai', dialect: 'completions', call: 'completions.create, stream', ask: completed_streamed, streamed: true},
  {client: 'openai', dialect: 'embeddings', call: 'embeddings.create', ask: numbers((client, asked) => client.embeddings.create(asked)), numbers: true},
  {client: 'openai', dialect: 'moderations', call: 'moderations.create', ask: numbers((client, asked) => client.moderations.create(asked)), numbers: true},
];
