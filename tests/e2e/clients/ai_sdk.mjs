// Vercel's AI SDK with its providers. Its loop carries tool calls out by itself.
import {createAnthropic} from '@ai-sdk/anthropic';
import {createOpenAI} from '@ai-sdk/openai';
import {createOpenAICompatible} from '@ai-sdk/openai-compatible';
import {generateText, jsonSchema, stepCountIs, streamText, tool as make_tool} from 'ai';
import {api_key, tool_description, tool_name, tool_parameters} from './way.mjs';

const providers = {
  chat: (proxy, fetch, model) => createOpenAI({apiKey: api_key, baseURL: `${proxy.url}/v1`, fetch}).chat(model),
  compatible: (proxy, fetch, model) => createOpenAICompatible({name: 'stoplog', apiKey: api_key, baseURL: `${proxy.url}/v1`, fetch}).chatModel(model),
  responses: (proxy, fetch, model) => createOpenAI({apiKey: api_key, baseURL: `${proxy.url}/v1`, fetch}).responses(model),
  messages: (proxy, fetch, model) => createAnthropic({apiKey: api_key, baseURL: `${proxy.url}/v1`, fetch})(model),
};

function settings(provider, proxy, {model, message, fetch, tool}) {
  const common = {model: providers[provider](proxy, fetch, model), prompt: message, maxRetries: 0, maxOutputTokens: 1000};
  if (!tool) return common;
  const offered = make_tool({description: tool_description, inputSchema: jsonSchema(tool_parameters), execute: tool});
  return {...common, tools: {[tool_name]: offered}, stopWhen: stepCountIs(3)};
}

const whole = provider => async (proxy, asked) => {
  const {text, finishReason} = await generateText(settings(provider, proxy, asked));
  return {text, finish: finishReason};
};

const streamed = provider => async (proxy, asked) => {
  const seen = {text: '', finish: null};
  const {fullStream} = streamText({...settings(provider, proxy, asked), onError: () => {}});
  for await (const part of fullStream) {
    if (part.type === 'error') throw part.error;
    if (part.type === 'text-delta') seen.text += part.text;
    if (part.type === 'finish') seen.finish = part.finishReason;
  }
  return seen;
};

const both = (client, provider, dialect) => [
  {client, dialect, tools: true, call: 'ai: generateText', ask: whole(provider)},
  {client, dialect, tools: true, call: 'ai: streamText', ask: streamed(provider), streamed: true},
];

export const ways = [
  ...both('@ai-sdk/openai', 'chat', 'chat_completions'),
  ...both('@ai-sdk/openai-compatible', 'compatible', 'chat_completions'),
];
export const messages_ways = both('@ai-sdk/anthropic', 'messages', 'messages');
export const responses_ways = both('@ai-sdk/openai', 'responses', 'responses');
