import { z } from 'zod';

const text = z.string().optional().catch(undefined);
const texts = z.record(z.string(), z.unknown()).catch({});

const field = z.object({ id: text, ref: text, type: text }).catch({});
const answer = z.looseObject({ type: text, field });
const question = z.object({ id: text, ref: text, title: text });
/** A group of questions, such as those of a contact, has its own inside. */
const questions = z.array(z.unknown()).catch([]);
const group = z.object({ properties: z.object({ fields: questions }) });

const listOf = <Item>(item: z.ZodType<Item>) =>
  questions.transform((items) => items.flatMap((each) => item.safeParse(each).data ?? []));

/** What is read of a response. Whatever is not as Typeform sends it is left out: a lead is worth more than its rarest field. */
export const response = z.object({
  event_id: text,
  event_type: text,
  form_response: z
    .object({
      form_id: text,
      token: text,
      submitted_at: text,
      landed_at: text,
      hidden: texts,
      definition: z.object({ title: text, fields: questions }).catch({ title: undefined, fields: [] }),
      answers: listOf(answer),
    })
    .optional()
    .catch(undefined),
});

const givenResponse = response.shape.form_response.unwrap().unwrap();
/** One request, with what is read of each question and answer. */
export const responseBody = response
  .extend({
    event_type: z.string().describe('Only `form_response` is a lead; nothing is kept of any other.'),
    form_response: givenResponse.extend({
      token: text.describe('What comes with the same one again is the same lead.'),
      hidden: texts.describe('Hidden fields: `utm_source`, `utm_medium`, `utm_campaign`, `utm_content`, `utm_term` …'),
      definition: z.object({ title: text, fields: z.array(question) }).catch({ title: '', fields: [] }),
      answers: z
        .array(answer)
        .describe(
          'What was answered, each in a field that is called as its `type` says. One has to be of the type `email`, and one the consent: a question of yes or no that speaks of it, or the one that is named in `causeway.yaml`. Without it nothing of the lead is kept.',
        ),
    }),
  })
  .describe('One response of a form. What is not as Typeform sends it is left out.');

export type Answer = z.output<typeof answer>;

/** The words of each question by its id, those inside of groups too. */
export function titlesOf(fields: readonly unknown[]): ReadonlyMap<string, string> {
  const inner = fields.flatMap((each) => group.safeParse(each).data?.properties.fields ?? []);
  const asked = [...fields, ...inner].flatMap((each) => question.safeParse(each).data ?? []);
  return new Map(asked.flatMap(({ id, title }) => (id !== undefined && title !== undefined ? [[id, title]] : [])));
}

const label = z.object({ label: text, other: text }).transform((choice) => choice.label ?? choice.other);
const labels = z
  .object({ labels: z.array(z.string()).catch([]), other: text })
  .transform(({ labels: chosen, other }) => [...chosen, ...(other === undefined ? [] : [other])]);
const plain = z.union([z.string(), z.number(), z.boolean()]);
const values = new Map<string | undefined, z.ZodType>([
  ['choice', label],
  ['choices', labels],
  ...['boolean', 'date', 'email', 'file_url', 'number', 'phone_number', 'text', 'url'].map(
    (type) => [type, plain] as const,
  ),
]);

/** What was answered. `undefined` for types that Typeform may bring some day, and for payments: no lead has a card in it. */
export const valueOf = (given: Answer): unknown => values.get(given.type)?.safeParse(given[given.type ?? '']).data;
