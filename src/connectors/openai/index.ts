import { z } from 'zod';
import { VendorError } from '../../domain/failure.ts';
import type { ModelAnswer, ModelPort } from '../ports.ts';
import { createOpenAiClient, type OpenAiOptions } from './client.ts';
import { kindOfFailedResponse } from './errors.ts';

const content = z.object({ type: z.string(), text: z.string().nullish(), refusal: z.string().nullish() });

/** The part of a response that we read; what else `output` holds (reasoning, tools) has no content of these types. */
const response = z.object({
  status: z.enum(['completed', 'incomplete', 'failed']),
  model: z.string(),
  error: z.object({ code: z.string() }).nullish(),
  incomplete_details: z.object({ reason: z.string().nullish() }).nullish(),
  output: z.array(z.object({ type: z.string(), content: z.array(content).nullish() })),
  usage: z.object({ input_tokens: z.number().int(), output_tokens: z.number().int() }),
  _request_id: z.string().nullish(),
});

/** OpenAI's Responses API with structured output. */
export function createOpenAi(options: OpenAiOptions): ModelPort {
  const ask = createOpenAiClient(options);

  return {
    ask: (question) =>
      ask('responses', question.timeoutMs, async (client, limits) => {
        const answer: unknown = await client.responses.create(
          {
            model: question.model,
            input: [
              { role: 'system', content: question.system },
              { role: 'user', content: question.user },
            ],
            text: {
              format: {
                type: 'json_schema',
                name: question.schemaName,
                schema: { ...question.jsonSchema },
                strict: true,
              },
            },
            max_output_tokens: question.maxOutputTokens,
            temperature: question.temperature,
            // Kept with us, sealed, and not with the vendor.
            store: false,
          },
          limits,
        );
        return readAnswer(answer);
      }),
  };
}

function readAnswer(raw: unknown): ModelAnswer {
  const parsed = response.safeParse(raw);
  if (!parsed.success) {
    const status = z.object({ status: z.literal('failed'), error: z.object({ code: z.string() }) }).safeParse(raw);
    if (!status.success) throw new VendorError('OpenAI', 'Malformed', 'OpenAI responses: Malformed (no known form)');
    throw failed(status.data.error.code);
  }
  const { status, model, error, incomplete_details: incomplete, output, usage, _request_id: requestId } = parsed.data;
  if (status === 'failed') throw failed(error?.code ?? 'server_error');

  const parts = output.filter(({ type }) => type === 'message').flatMap((message) => message.content ?? []);
  const refusals = parts.flatMap(({ type, refusal }) => (type === 'refusal' && refusal ? [refusal] : []));
  const texts = parts.flatMap(({ type, text }) => (type === 'output_text' && text ? [text] : []));
  return {
    status: statusOf(status, incomplete?.reason, refusals.length > 0),
    text: (refusals.length > 0 ? refusals : texts).join(''),
    usage: { inputTokens: usage.input_tokens, outputTokens: usage.output_tokens },
    model,
    requestId: requestId ?? null,
  };
}

function statusOf(
  status: 'completed' | 'incomplete',
  reason: string | null | undefined,
  hasRefusal: boolean,
): ModelAnswer['status'] {
  if (hasRefusal || reason === 'content_filter') return 'refused';
  return status === 'completed' ? 'completed' : 'truncated';
}

function failed(code: string): VendorError {
  const kind = kindOfFailedResponse(code);
  const shown = /^[a-z_]{1,60}$/.test(code) ? code : 'failed';
  return new VendorError('OpenAI', kind, `OpenAI responses: ${kind} (${shown})`);
}
