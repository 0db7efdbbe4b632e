import * as fastCheck from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { ParsedEvent, Violation } from '../../domain/incoming.ts';
import type { Source } from '../source.ts';
import { verify } from '../verification/verify.ts';
import { typeform } from './index.ts';
import group from './samples/contact-group.json' with { type: 'json' };
import sample from './samples/response.json' with { type: 'json' };

/** Protects what becomes of a response: every answer is kept once, and nobody's consent is read into it. */

const receivedAt = new Date('2026-03-02T12:00:00.000Z');

function only(body: unknown, source: Source = typeform): ParsedEvent | Violation {
  const parsed = source.parse(body, receivedAt, {});
  const [first] = parsed.kind === 'events' ? parsed.events : [];
  if (first === undefined) throw new Error(`no event: ${JSON.stringify(parsed)}`);
  return first;
}

function leadOf(body: unknown, source?: Source): unknown {
  const event = only(body, source);
  if (event.kind === 'violation') throw new Error(`${event.path}: ${event.message}`);
  return event.event.payload['lead'];
}

interface Question {
  title?: string;
  ref?: string;
  type?: string;
  kind?: string;
  value: unknown;
}

/** A response with an address and these answers. */
function response(questions: readonly Question[], rest: Record<string, unknown> = {}) {
  const all = [{ title: 'E-mail', type: 'email', value: 'ada@example.com' }, ...questions].map((given, index) => {
    const { title = '', ref = `r${index}`, type = 'text', kind = 'short_text', value }: Question = given;
    return { title, type, value, field: { id: `f${index}`, ref, type: kind } };
  });
  return {
    event_id: 'e1',
    event_type: 'form_response',
    form_response: {
      form_id: 'form1',
      token: 't1',
      submitted_at: '2026-03-02T09:14:21Z',
      definition: { fields: all.map(({ title, field }) => ({ ...field, title })) },
      answers: all.map(({ type, value, field }) => ({ type, [type]: value, field })),
      ...rest,
    },
  };
}
const yes = { title: 'I consent', type: 'boolean', value: true };

describe('a response as a lead', () => {
  test('has its answers in the columns by their types and by what was asked, and all others beside', () => {
    expect(only(sample)).toMatchObject({
      workflow: 'leadIntake',
      idempotencyKey: ['typeform:mdUp01:a1b2c3d4e5f60718293a4b5c6d7e8f90'],
      event: { source: 'typeform', firedAt: '2026-03-02T09:14:21.000Z', payload: { client: {} } },
    });
    expect(leadOf(sample)).toEqual({
      idempotency_key: 'typeform:mdUp01:a1b2c3d4e5f60718293a4b5c6d7e8f90',
      source: 'typeform',
      email: 'Ada@example.com',
      phone: '+442079460018',
      first_name: 'Ada',
      last_name: undefined,
      message: 'How leads\nare kept',
      consent: true,
      occurred_at: '2026-03-02T09:14:21Z',
      utm_source: 'newsletter',
      utm_campaign: 'spring',
      metadata: {
        form_id: 'mdUp01',
        form_title: 'Ask for a demo',
        landed_at: '2026-03-02T09:12:02Z',
        hidden: { plan: 'pro' },
        answers: { team_size: '10 to 50', tools: ['Slack', 'Post'], '0b7c7c9e-0007': true },
      },
    });
  });

  test('finds the words of questions that stand in a group', () => {
    expect(leadOf(group)).toMatchObject({ first_name: 'Grace', last_name: 'Hopper', email: 'grace@example.com' });
  });

  test.each([
    ['Name', { first_name: 'Ada', last_name: 'King Lovelace' }],
    ["What's your name?", { first_name: 'Ada', last_name: 'King Lovelace' }],
    ['Company name', { first_name: undefined, last_name: undefined }],
  ])('a name in one field is two columns, and the name of something else is none: %s', (title, names) => {
    const lead = leadOf(response([yes, { title, ref: 'who', value: ' Ada King Lovelace ' }]));
    expect(lead).toMatchObject({ ...names, metadata: { answers: { who: ' Ada King Lovelace ' } } });
  });

  test('takes for its message what is called so, and else the first long text', () => {
    const long = { title: 'Tell us of your team', kind: 'long_text', value: 'large' };
    expect(leadOf(response([yes, long]))).toMatchObject({ message: 'large' });
    expect(leadOf(response([yes, long, { ref: 'message', value: 'hello' }]))).toMatchObject({ message: 'hello' });
  });

  test('is the same lead by whichever webhook it comes, and one without a token by its event', () => {
    const first = only(response([yes]));
    const again = only({ ...response([yes]), event_id: 'e2' });
    expect(again).toEqual(first);
    expect(only(response([yes], { token: undefined }))).toMatchObject({ idempotencyKey: ['typeform:e1'] });
    expect(only({ ...response([yes], { token: undefined }), event_id: undefined })).toMatchObject({
      kind: 'violation',
      path: 'idempotency_key',
    });
  });

  test('has no card in it', () => {
    const payment = { type: 'payment', value: { amount: '€1', last4: '1234', name: 'Ada', success: true } };
    expect(JSON.stringify(leadOf(response([yes, payment])))).not.toMatch(/1234|last4/);
  });

  test('a response that is not finished is no lead yet', () => {
    const partial = { ...response([yes]), event_type: 'form_response_partial' };
    expect(typeform.parse(partial, receivedAt, {})).toEqual({ kind: 'events', events: [] });
  });
});

const isConsent = (questions: readonly Question[], source?: Source): boolean => {
  const event = only(response(questions), source);
  return event.kind === 'event' && event.ending === undefined;
};

describe('consent', () => {
  test.each([
    ['a legal question that speaks of it', [yes], true],
    ['a ref that does', [{ ref: 'gdpr_consent', type: 'boolean', value: true }], true],
    ['no question of it', [], false],
    ['a yes to something else', [{ title: 'Do you use a CRM?', type: 'boolean', value: true }], false],
    ['a no', [{ ...yes, value: false }], false],
    ['a text that says true', [{ ...yes, value: 'true' }], false],
    ['a text as its type', [{ ...yes, type: 'text', value: 'true' }], false],
    ['one yes and one no', [yes, { ...yes, value: false }], false],
    ['a yes to the opposite', [{ ...yes, title: 'I do not consent' }], false],
    ['a yes to the opposite, short', [{ ...yes, title: "I don't give my consent" }], false],
    ['a yes to withdrawing it', [{ ...yes, title: 'Withdraw my consent' }], false],
  ])('by %s', (_what, questions: Question[], given) => {
    expect(isConsent(questions)).toBe(given);
  });

  test.each([
    ['a yes to it by its ref', [{ ref: 'agb', type: 'boolean', value: true }], true],
    ['a yes to it by its words', [{ title: ' agb ', type: 'boolean', value: true }], true],
    ['the answer that was named', [{ ref: 'agb', type: 'choice', value: { label: 'Ja' } }], true],
    ['another answer', [{ ref: 'agb', type: 'choice', value: { label: 'Nein' } }], false],
    ['the answer as free text', [{ ref: 'agb', type: 'text', value: 'Ja' }], false],
    ['a yes to another question, which speaks of consent', [yes], false],
  ])('where a question is named, by that alone: %s', (_what, questions: Question[], given) => {
    const source = typeform.withConsent?.({ field: 'agb', answer: 'Ja' });
    expect(isConsent(questions, source)).toBe(given);
  });

  test('without it a response that does not fit is not kept either', () => {
    const wrong = { type: 'email', value: 'nobody' };
    const body = response([], { answers: [{ type: 'email', email: 'nobody', field: {} }] });
    expect(only(body)).toEqual({ kind: 'violation', path: 'email', message: expect.any(String), raw: undefined });
    const consented = { ...response([yes]) };
    consented.form_response.answers[0] = { ...wrong, email: 'nobody', field: { id: 'f0', ref: '', type: 'email' } };
    expect(only(consented)).toMatchObject({ kind: 'violation', path: 'email', raw: consented });
  });
});

test('whatever stands in a response, it is answered with a lead or a path', () => {
  const keys = ['type', 'email', 'text', 'boolean', 'choice', 'choices', 'field', '__proto__', 'constructor'];
  const hostile = fastCheck.dictionary(fastCheck.constantFrom(...keys), fastCheck.jsonValue(), {
    noNullPrototype: true,
  });
  const parts = fastCheck.record({
    answers: fastCheck.oneof(fastCheck.jsonValue(), fastCheck.array(hostile)),
    definition: fastCheck.jsonValue(),
    hidden: fastCheck.oneof(fastCheck.jsonValue(), hostile),
    token: fastCheck.jsonValue(),
    submitted_at: fastCheck.jsonValue(),
  });
  fastCheck.assert(
    fastCheck.property(parts, (given) => {
      const body: unknown = JSON.parse(JSON.stringify(response([yes], given)));
      expect(only(body)).toMatchObject({ kind: expect.stringMatching(/^(?:event|violation)$/) });
    }),
    { numRuns: 500 },
  );
});

const request = (signature: string, body = '{"event_type":"form_response"}') => ({
  method: 'POST',
  uri: '',
  rawBody: Buffer.from(body),
  headers: { 'typeform-signature': signature },
  secrets: ['made-up-secret'],
  nowMs: 0,
});

test('a signature counts with its prefix, and of the bytes as they came', () => {
  // printf '{"event_type":"form_response"}' | openssl dgst -sha256 -hmac made-up-secret -binary | base64
  const known = 'XHhG02U0GFn+09ev6Do/AtsTsX+pB7IseaJGeJzydQM=';
  expect(verify(typeform.verification, request(`sha256=${known}`))).toEqual({ ok: true });
  for (const wrong of [request(known), request(`sha1=${known}`), request(`sha256=${known}`, '{}')]) {
    expect(verify(typeform.verification, wrong)).toEqual({ ok: false, reason: 'wrong_signature' });
  }
});
