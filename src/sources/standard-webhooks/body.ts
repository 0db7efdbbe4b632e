import { z } from 'zod';
import type { BodyDescription } from '../source.ts';
import { mapped, maximumEvents, type WebhookFields } from './schema.ts';

const examples = {
  type: 'user.signed_up',
  occurredAt: '2026-03-02T09:14:21Z',
  objectType: 'workspace',
  objectId: 'ws_7f31',
  accountId: '4711',
  contactId: '90210',
  contactEmail: 'ada@example.com',
  dealId: '9001',
} as const satisfies Record<keyof WebhookFields, string>;

interface Field {
  path: readonly string[];
  schema: z.ZodType;
  example: unknown;
}

/** What a sender of this mapping posts: what the mapping names, where it says that it stands. */
export function bodyOf(fields: WebhookFields): BodyDescription {
  const { schema: event, example } = objectOf(
    mapped.keyof().options.flatMap((name): Field[] => {
      const path = fields[name];
      return path === undefined ? [] : [{ path: path.split('.'), schema: mapped.shape[name], example: examples[name] }];
    }),
  );
  const one = event.describe('What else an event holds is kept with it.');
  const schema = z.union([one, z.array(event).max(maximumEvents)]).describe('One event, or an array of them.');
  return { schema, example };
}

/** The object that holds these fields; it may be absent where each of them may. */
function objectOf(fields: readonly Field[]): Omit<Field, 'path'> {
  const parts = [...Map.groupBy(fields, ({ path: [name = ''] }) => name)].map(([name, found]) => {
    const here = found.find(({ path }) => path.length === 1);
    return [name, here ?? objectOf(found.map(({ path, ...field }) => ({ ...field, path: path.slice(1) })))] as const;
  });
  const shape = Object.fromEntries(parts.map(([name, { schema }]) => [name, schema]));
  const object = z.looseObject(shape);
  return {
    schema: Object.values(shape).every((schema) => schema.safeParse(undefined).success) ? object.optional() : object,
    example: Object.fromEntries(parts.map(([name, part]) => [name, part.example])),
  };
}
