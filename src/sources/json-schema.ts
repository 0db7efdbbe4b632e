import { z } from 'zod';

/** What a sender has to send, as JSON Schema. A field that is passed over where it does not fit need not be there either. */
export function jsonSchemaOf(schema: z.ZodType): Record<string, unknown> {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, {
    io: 'input',
    unrepresentable: 'any',
    override({ zodSchema, jsonSchema }) {
      if (zodSchema instanceof z.ZodCatch) delete jsonSchema.default;
      if (!(zodSchema instanceof z.ZodObject) || !jsonSchema.required) return;
      const { shape } = zodSchema;
      jsonSchema.required = jsonSchema.required.filter((name) => !(shape[name] instanceof z.ZodCatch));
    },
  });
  return rest;
}
