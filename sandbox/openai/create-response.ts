import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import type { Operation } from '../vendor.ts';
import { openAiFailure, requestIdHeader } from './failure.ts';
import { keepQuestion, type ModelAnswer, takeAnswer } from './script.ts';
import { strictSchemaProblem } from './strict-schema.ts';

const message = z.object({ role: z.enum(['system', 'developer', 'user', 'assistant']), content: z.string() });

const requestSchema = z.object({
  model: z.string().min(1),
  input: z.union([z.string(), z.array(message).min(1)]),
  text: z
    .object({
      format: z.union([
        z.object({ type: z.literal('text') }),
        z.object({
          type: z.literal('json_schema'),
          name: z.string().regex(/^[a-zA-Z0-9_-]{1,64}$/),
          schema: z.unknown(),
          strict: z.boolean().nullish(),
        }),
      ]),
    })
    .optional(),
  max_output_tokens: z.number().int().min(16).nullish(),
  temperature: z.number().min(0).max(2).nullish(),
  store: z.boolean().nullish(),
});

/** The Responses API: one message, as the script has it. */
export const createResponse: Operation = {
  name: 'responses.create',
  method: 'POST',
  paths: ['/responses'],
  run({ body, now, state }) {
    const parsed = requestSchema.safeParse(body ?? {});
    if (!parsed.success) return { answer: openAiFailure(400, z.prettifyError(parsed.error)) };
    const request = parsed.data;
    const format = request.text?.format;
    if (format?.type === 'json_schema' && format.strict) {
      const problem = strictSchemaProblem(format.schema);
      if (problem !== undefined) {
        const text = `Invalid schema for response_format '${format.name}': ${problem}.`;
        return { answer: openAiFailure(400, text, 'invalid_json_schema') };
      }
    }
    const { answer, changes } = takeAnswer(state);
    return {
      answer: { status: 200, headers: requestIdHeader(), body: showResponse(request, answer, now) },
      changes: [...changes, keepQuestion(state, now, body)],
    };
  },
};

/** A response as OpenAI sends it, with everything that its client reads. */
function showResponse(request: z.infer<typeof requestSchema>, answer: ModelAnswer, now: Date) {
  const incomplete = 'incomplete' in answer ? answer.incomplete : undefined;
  const status = incomplete === undefined ? 'completed' : 'incomplete';
  const said = textOf(answer);
  const content =
    'refusal' in answer
      ? { type: 'refusal', refusal: said }
      : { type: 'output_text', text: said, annotations: [], logprobs: [] };
  const inputTokens = tokens(JSON.stringify(request.input));
  const outputTokens = tokens(said);
  return {
    id: `resp_${randomUUID().replaceAll('-', '')}`,
    object: 'response',
    created_at: Math.floor(now.getTime() / 1000),
    status,
    background: false,
    error: null,
    incomplete_details: incomplete === undefined ? null : { reason: incomplete },
    instructions: null,
    max_output_tokens: request.max_output_tokens ?? null,
    max_tool_calls: null,
    metadata: {},
    model: `${request.model}-sandbox`,
    output: [
      { id: `msg_${randomUUID().replaceAll('-', '')}`, type: 'message', status, role: 'assistant', content: [content] },
    ],
    parallel_tool_calls: true,
    previous_response_id: null,
    reasoning: { effort: null, summary: null },
    service_tier: 'default',
    store: request.store ?? true,
    temperature: request.temperature ?? 1,
    text: { format: request.text?.format ?? { type: 'text' }, verbosity: 'medium' },
    tool_choice: 'auto',
    tools: [],
    top_p: 1,
    truncation: 'disabled',
    usage: {
      input_tokens: inputTokens,
      input_tokens_details: { cached_tokens: 0 },
      output_tokens: outputTokens,
      output_tokens_details: { reasoning_tokens: 0 },
      total_tokens: inputTokens + outputTokens,
    },
    user: null,
  };
}

function textOf(answer: ModelAnswer): string {
  if ('plan' in answer) return JSON.stringify(answer.plan);
  return 'refusal' in answer ? answer.refusal : answer.text;
}

/** About four characters a token, as English has it. */
const tokens = (text: string): number => Math.max(1, Math.ceil(text.length / 4));
