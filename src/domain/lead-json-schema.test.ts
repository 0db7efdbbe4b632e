import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv } from 'ajv';
import { expect, test } from 'vitest';
import { leadJsonSchema } from './lead-json-schema.ts';
import { readLead } from './lead.ts';

const receivedAt = new Date('2026-03-02T09:30:00.000Z');
const least = { idempotency_key: 'form-7:1', source: 'website', email: 'ada@example.com', consent: true };
const schema = leadJsonSchema();
// Strict but for the types beside a $ref or a pattern: those are alternatives, which JSON Schema has no other way to say.
const fits = new Ajv({ strictTypes: false }).compile(schema);

test('the committed schema is what the code says today: npm run schema:generate', () => {
  const committed: unknown = JSON.parse(
    readFileSync(join(import.meta.dirname, '../../lead-event.schema.json'), 'utf8'),
  );
  expect(committed).toEqual(schema);
});

const good: Record<string, unknown>[] = [
  {},
  { consent: undefined },
  { consent: { given: 'yes' } },
  { email: 'ада+x@почта.пример.рф' },
  { event_id: '3f0c7b52-9d41-4c0e-8a57-2f9b6f1f0a11' },
  { event_id: null, first_name: null, message: null, metadata: null, occurred_at: null, utm_term: null },
  { occurred_at: '2026-03-02T09:14:21.512Z' },
  { occurred_at: 1_772_442_861 },
  { occurred_at: 1_772_442_861_512 },
  { occurred_at: '1772442861.5' },
  { first_name: '', last_name: '😀'.repeat(255), phone: 'x'.repeat(50) },
  { message: 'two\nlines\tand\r\n more', utm_source: 'x'.repeat(5000), user_agent: '\u202e' },
  { metadata: {} },
  { metadata: { a: { b: { c: { d: { e: 1, f: null } } } }, list: [[[['deep\n']]]] } },
];

test.each(good)('validators elsewhere take what we take: %j', (fields) => {
  expect({ ours: readLead({ ...least, ...fields }, receivedAt).ok, theirs: fits({ ...least, ...fields }) }).toEqual({
    ours: true,
    theirs: true,
  });
});

const bad: unknown[] = [
  null,
  [],
  'lead',
  {},
  ...['idempotency_key', 'source', 'email'].flatMap((field) =>
    [undefined, null, '', '  ', 3, 'x'.repeat(256), 'a\0b'].map((value) => ({ ...least, [field]: value })),
  ),
  ...['first_name', 'last_name', 'phone', 'submission_type', 'utm_source', 'user_agent'].flatMap((field) =>
    [3, {}, true, 'a\nb', 'a\u007f', 'a\u0085'].map((value) => ({ ...least, [field]: value })),
  ),
  ...['first_name', 'last_name', 'phone', 'submission_type'].map((field) => ({ ...least, [field]: '😀'.repeat(256) })),
  ...[
    'ada',
    'ada@localhost',
    'ada@example..com',
    'a b@example.com',
    'ada@1.2.3.4',
    `${'x'.repeat(65)}@example.com`,
  ].map((email) => ({ ...least, email })),
  { ...least, firstName: 'Ada' },
  { ...least, event_id: '42' },
  { ...least, message: 'a\u001b' },
  { ...least, occurred_at: '2026-03-02' },
  { ...least, occurred_at: 1_772_442 },
  { ...least, occurred_at: true },
  { ...least, metadata: [] },
  { ...least, metadata: 'text' },
  { ...least, metadata: { 'a\0': 1 } },
  { ...least, metadata: { a: ['b\0'] } },
  { ...least, metadata: { a: { 'b\0': 1 } } },
  { ...least, metadata: { a: { b: { c: { d: { e: {} } } } } } },
  { ...least, metadata: { a: [[[[[]]]]] } },
].map((item) => (typeof item === 'object' && item !== null ? (JSON.parse(JSON.stringify(item)) as unknown) : item));

test.each(bad)('validators elsewhere refuse what we refuse: %j', (item) => {
  expect({ ours: readLead(item, receivedAt).ok, theirs: fits(item) }).toEqual({ ours: false, theirs: false });
});

const oursAlone: Record<string, unknown>[] = [
  { metadata: { a: 'x'.repeat(16_384) } },
  { first_name: '\ud83d' },
  { occurred_at: '1999-01-01T00:00:00Z' },
  { occurred_at: '2036-01-01T00:00:00Z' },
  { email: 'ada@1.2.3.４４' },
];

test.each(oursAlone)('what JSON Schema cannot say is refused by us alone: %j', (fields) => {
  expect(fits({ ...least, ...fields })).toBe(true);
  expect(readLead({ ...least, ...fields }, receivedAt).ok).toBe(false);
});
