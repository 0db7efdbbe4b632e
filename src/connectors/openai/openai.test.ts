import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { type RunningSandbox, runSandbox, runServer } from '../../../test/running-sandbox.ts';
import { VendorError } from '../../domain/failure.ts';
import type { ModelPort, ModelQuestion } from '../ports.ts';
import { createOpenAi } from './index.ts';

/** Protects what the rest relies on: every answer of the vendor becomes a known status, every failure a known kind, in time. */

const question: ModelQuestion = {
  model: 'gpt-4o-mini',
  system: 'You decide.',
  user: '<data>{}</data>',
  schemaName: 'decision',
  jsonSchema: z.toJSONSchema(z.strictObject({ answer: z.string() }), { target: 'draft-7' }),
  maxOutputTokens: 256,
  temperature: 0.2,
  timeoutMs: 10_000,
};

let sandbox: RunningSandbox;
let model: ModelPort;
beforeAll(async () => {
  sandbox = await runSandbox();
  model = createOpenAi({ apiKey: 'dev-openai-key', baseUrl: sandbox.openAiUrl });
});
beforeEach(() => sandbox.forget());
afterAll(() => sandbox.close());

async function failureOf(port: ModelPort, change: Partial<ModelQuestion> = {}): Promise<VendorError> {
  const ended: unknown = await port.ask({ ...question, ...change }).catch((error: unknown) => error);
  if (ended instanceof VendorError) return ended;
  throw new Error('it did not fail as a vendor fails', { cause: ended });
}

/** A response that failed half-way. */
const failed = (code: string) => ({
  status: 'failed',
  model: 'm',
  output: [],
  usage: null,
  error: { code, message: '' },
});

/** The model of a server that answers every request with this. */
async function answering(status: number, body: unknown, headers: Record<string, string> = {}) {
  const server = await runServer((request, response) => {
    request.resume().on('end', () => {
      response.writeHead(status, { 'content-type': 'application/json', ...headers });
      response.end(typeof body === 'string' ? body : JSON.stringify(body));
    });
  });
  return { port: createOpenAi({ apiKey: 'key', baseUrl: server.url }), close: () => server.close() };
}

describe('an answer', () => {
  it('comes with its text, its model, what it used and its request', async () => {
    await sandbox.script({ plan: { answer: 'yes' } });
    const answer = await model.ask(question);
    expect(answer).toEqual({
      status: 'completed',
      text: '{"answer":"yes"}',
      usage: { inputTokens: expect.any(Number), outputTokens: 4 },
      model: 'gpt-4o-mini-sandbox',
      requestId: expect.stringMatching(/^req_/),
    });
  });

  it('was asked for once, strictly, within the limits, and not to be kept', async () => {
    await model.ask(question);
    const [asked, ...more] = await sandbox.questions();
    expect(more).toEqual([]);
    expect(asked?.body).toMatchObject({
      model: 'gpt-4o-mini',
      input: [
        { role: 'system', content: question.system },
        { role: 'user', content: question.user },
      ],
      max_output_tokens: 256,
      temperature: 0.2,
      store: false,
      text: { format: { type: 'json_schema', strict: true, name: 'decision' } },
    });
  });

  it.each([
    [{ refusal: 'I cannot help with that.' }, 'refused', 'I cannot help with that.'],
    [{ incomplete: 'max_output_tokens', text: '{"answer":"y' }, 'truncated', '{"answer":"y'],
    [{ incomplete: 'content_filter' }, 'refused', ''],
    [{ text: 'no JSON' }, 'completed', 'no JSON'],
  ])('that is %j is %s', async (script, status, text) => {
    await sandbox.script(script);
    expect(await model.ask(question)).toMatchObject({ status, text });
  });
});

describe('a failure', () => {
  it.each([
    [401, 'OpenAIUnauthorized', false, undefined],
    [403, 'OpenAIUnauthorized', false, undefined],
    [400, 'OpenAIRejected', false, undefined],
    [404, 'OpenAINotFound', false, undefined],
    [429, 'OpenAIRateLimited', true, 1_000],
    [500, 'OpenAIUnavailable', true, undefined],
    [503, 'OpenAIUnavailable', true, undefined],
  ])(
    'with status %i is %s, and is not tried again by the library',
    async (status, failureClass, retryable, retryAfterMs) => {
      await sandbox.fault({ connector: 'openai', fault: 'status', status });
      const error = await failureOf(model);
      expect(error).toMatchObject({ failureClass, retryable, retryAfterMs });
      expect(await sandbox.calls('openai', 'responses.create')).toBe(1);
    },
  );

  it('for want of money is not retryable, unlike a rate that is too high', async () => {
    const body = {
      error: { message: 'You exceeded your quota', type: 'insufficient_quota', code: 'insufficient_quota' },
    };
    const { port, close } = await answering(429, body);
    expect(await failureOf(port)).toMatchObject({ failureClass: 'OpenAIRejected', retryable: false });
    await close();
  });

  it('without an answer in time ends in time, whether nothing came or half a body', async () => {
    await sandbox.fault({ connector: 'openai', fault: 'timeout' });
    expect(await failureOf(model, { timeoutMs: 300 })).toMatchObject({ failureClass: 'OpenAITimeout' });
    const half = await runServer((_request, response) => {
      response.writeHead(200, { 'content-type': 'application/json' }).write('{"id":');
    });
    const port = createOpenAi({ apiKey: 'key', baseUrl: half.url });
    expect(await failureOf(port, { timeoutMs: 300 })).toMatchObject({ failureClass: 'OpenAITimeout' });
    await half.close();
    expect(await failureOf(port)).toMatchObject({ failureClass: 'OpenAINotReached' });
  });

  it.each([
    ['half a JSON', '{"id":"resp_1","status":"compl'],
    ['another form', { hello: 'world' }],
    ['a redirect', ''],
  ])('with %s is no answer', async (what, body) => {
    const { port, close } =
      what === 'a redirect'
        ? await answering(302, '', { location: 'http://127.0.0.1:9/' })
        : await answering(200, body);
    const error = await failureOf(port);
    expect(error.failureClass).toMatch(what === 'a redirect' ? /Unavailable|Malformed|Rejected/ : /^OpenAIMalformed$/);
    await close();
  });

  it('half-way is what its code says', async () => {
    const server = await answering(200, failed('server_error'));
    expect(await failureOf(server.port)).toMatchObject({ failureClass: 'OpenAIUnavailable' });
    await server.close();
    const refusing = await answering(200, failed('invalid_prompt'));
    expect(await failureOf(refusing.port)).toMatchObject({ failureClass: 'OpenAIRejected' });
    await refusing.close();
  });

  it('of a broken connection names neither prompt nor key', async () => {
    await sandbox.fault({ connector: 'openai', fault: 'lost-answer' });
    const error = await failureOf(model, { user: 'SECRET-PROMPT' });
    expect(error.failureClass).toBe('OpenAIUnavailable');
    expect(JSON.stringify([error.message, error.stack, String(error.cause)])).not.toMatch(
      /SECRET-PROMPT|dev-openai-key/,
    );
  });
});

it('refuses a schema that strict structured output would refuse', async () => {
  const jsonSchema = { type: 'object', properties: { answer: { type: 'string' } }, additionalProperties: false };
  expect(await failureOf(model, { jsonSchema })).toMatchObject({ failureClass: 'OpenAIRejected' });
});
