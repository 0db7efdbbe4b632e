import { utmFields } from '../../domain/lead.ts';
import { namesOf } from '../lead/full-name.ts';
import type { ConsentQuestion } from '../source.ts';
import { type Answered, wordsOf } from './answered.ts';
import { consents } from './consent.ts';
import { response, titlesOf, valueOf } from './schema.ts';

/** A response of a form as a lead, or `undefined` for what is none: Typeform also tells of responses that are not finished. */
export function leadOf(body: object, question?: ConsentQuestion): Readonly<Record<string, unknown>> | undefined {
  const { event_id, event_type, form_response: given } = response.parse(body);
  if (event_type !== 'form_response' || given === undefined) return undefined;
  const { form_id, token, landed_at, submitted_at, hidden, definition } = given;
  const titles = titlesOf(definition.fields);
  const answers = given.answers.map((answer): Answered => {
    const { id = '', ref = '', type: kind } = answer.field;
    return { id, ref, title: titles.get(id) ?? '', type: answer.type, kind, value: valueOf(answer) };
  });

  const filled = new Map(Object.entries(columns).map(([column, tests]) => [column, firstOf(answers, tests)]));
  const isNamed = Boolean(filled.get('first_name') ?? filled.get('last_name'));
  const taken = new Set(filled.values());
  const utms = utmFields.filter((name) => typeof hidden[name] === 'string');
  return {
    // A token is the same however often, and by whichever webhook of the form, its response is sent.
    idempotency_key: keyOf(token === undefined ? event_id : `${form_id ?? ''}:${token}`),
    source: 'typeform',
    ...Object.fromEntries([...filled].map(([column, answer]) => [column, answer?.value])),
    ...(!isNamed && namesOf(textOf(answers.find(isFullName)?.value))),
    consent: consents(answers, question),
    occurred_at: submitted_at,
    ...Object.fromEntries(utms.map((name) => [name, hidden[name]])),
    metadata: {
      form_id,
      form_title: definition.title,
      landed_at,
      hidden: without(hidden, utms),
      answers: Object.fromEntries(
        answers.filter((answer) => !taken.has(answer)).map(({ id, ref, value }) => [ref || id, value]),
      ),
    },
  };
}

const keyOf = (id: string | undefined): string | undefined => (id === undefined ? undefined : `typeform:${id}`);
const textOf = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);
const without = (record: Readonly<Record<string, unknown>>, names: readonly string[]) =>
  Object.fromEntries(Object.entries(record).filter(([name]) => !names.includes(name)));

const asks = (pattern: RegExp) => (answer: Answered) =>
  answer.type === 'text' && wordsOf(answer).some((words) => pattern.test(words));

const firstOf = (answers: readonly Answered[], tests: readonly ((answer: Answered) => boolean)[]) =>
  tests.map((test) => answers.find(test)).find((answer) => answer !== undefined);

const isFullName = asks(/\b(?:full|your) ?name\b|^name$/);

/** The columns of a lead, and which answer fills each: the first that passes a test, and of the tests the first that one passes. */
const columns: Readonly<Record<string, readonly ((answer: Answered) => boolean)[]>> = {
  email: [({ type }) => type === 'email'],
  phone: [({ type }) => type === 'phone_number'],
  first_name: [asks(/\b(?:first|given) ?name\b/)],
  last_name: [asks(/\b(?:last|family|sur) ?name\b/)],
  message: [asks(/\b(?:message|comments?)\b/), ({ kind }) => kind === 'long_text'],
};
