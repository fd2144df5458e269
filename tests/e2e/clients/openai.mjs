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

const chat = {client: 'openai', dialect: 'chat_completions', tools: true};

export const ways = [
  {...chat, call: 'chat.completions.create', ask: whole},
  {...chat, call: 'chat.completions.create, stream', ask: streamed, streamed: true},
  {...chat, call: 'chat.completions.stream', ask: put_together, streamed: true},
  {...chat, call: 'chat.completions.runTools', ask: run_tools(false), only_tools: true},
  {...chat, call: 'chat.completions.runTools, stream', ask: run_tools(true), only_tools: true, streamed: true},
];
