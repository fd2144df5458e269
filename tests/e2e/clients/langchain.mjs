// LangChain's chat models. Who carries out tool calls there (ToolNode, agents)
// takes a message's `tool_calls`; `invalid_tool_calls` are left alone.
import {ChatAnthropic} from '@langchain/anthropic';
import {tool as make_tool} from '@langchain/core/tools';
import {ChatOpenAI} from '@langchain/openai';
import {api_key, tool_description, tool_name, tool_parameters} from './way.mjs';

const models = {
  openai: (proxy, fetch, model) => new ChatOpenAI({
    model, apiKey: api_key, maxRetries: 0, useResponsesApi: false, configuration: {baseURL: `${proxy.url}/v1`, fetch},
  }),
  anthropic: (proxy, fetch, model) => new ChatAnthropic({
    model, apiKey: api_key, maxRetries: 0, maxTokens: 1000, anthropicApiUrl: proxy.url, clientOptions: {fetch},
  }),
};

async function carry_out(message, tool) {
  if (!tool) return;
  const water = make_tool(given => tool(given), {name: tool_name, description: tool_description, schema: tool_parameters});
  for (const call of message.tool_calls ?? []) {
    if (call.name === tool_name) await water.invoke({...call, type: 'tool_call'});
  }
}

const finish_of = ({response_metadata: told, additional_kwargs: more}) => told.finish_reason ?? told.stop_reason ?? more?.stop_reason;

function asked_model(kind, proxy, {model, fetch, tool}) {
  const made = models[kind](proxy, fetch, model);
  if (!tool) return made;
  return made.bindTools([make_tool(() => 'none', {name: tool_name, description: tool_description, schema: tool_parameters})]);
}

const whole = kind => async (proxy, asked) => {
  const message = await asked_model(kind, proxy, asked).invoke(asked.message);
  await carry_out(message, asked.tool);
  return {text: message.text, finish: finish_of(message)};
};

const streamed = kind => async (proxy, asked) => {
  let message;
  for await (const chunk of await asked_model(kind, proxy, asked).stream(asked.message)) message = message ? message.concat(chunk) : chunk;
  await carry_out(message, asked.tool);
  return {text: message.text, finish: finish_of(message)};
};

const both = (client, kind, dialect) => [
  {client, dialect, tools: true, call: 'invoke', ask: whole(kind)},
  {client, dialect, tools: true, call: 'stream', ask: streamed(kind), streamed: true},
];

export const ways = both('@langchain/openai', 'openai', 'chat_completions');
export const messages_ways = both('@langchain/anthropic', 'anthropic', 'messages');
