import { z } from 'zod';

const node = z.object({
  type: z.unknown().optional(),
  properties: z.record(z.string(), z.unknown()).optional(),
  required: z.array(z.string()).optional(),
  additionalProperties: z.unknown().optional(),
  anyOf: z.array(z.unknown()).optional(),
  items: z.unknown().optional(),
});

const refused = [
  'oneOf',
  'allOf',
  'not',
  'if',
  'then',
  'else',
  'dependentRequired',
  'dependentSchemas',
  'patternProperties',
];

/** What OpenAI's strict mode would refuse in a schema: the first of it, or `undefined`. */
export function strictSchemaProblem(schema: unknown, path = ''): string | undefined {
  const at = path === '' ? '()' : path;
  const parsed = node.safeParse(schema);
  if (!parsed.success) return `In context=${at}, schema is not an object`;
  const { type, properties, required = [], additionalProperties, anyOf, items } = parsed.data;
  const keyword = Object.keys(Object(schema)).find((name) => refused.includes(name));
  if (keyword !== undefined) return `In context=${at}, '${keyword}' is not permitted`;
  if (path === '' && (type !== 'object' || anyOf)) return 'schema must be a JSON Schema of \'type: "object"\'';
  if (type === 'object') {
    if (additionalProperties !== false) return `In context=${at}, 'additionalProperties' must be false`;
    const missing = Object.keys(properties ?? {}).find((name) => !required.includes(name));
    if (missing !== undefined) return `In context=${at}, 'required' must include every key; missing '${missing}'`;
  }
  const inner: [string, unknown][] = [
    ...Object.entries(properties ?? {}),
    ...(anyOf ?? []).map((each, index): [string, unknown] => [`anyOf.${index}`, each]),
    ...(items === undefined ? [] : [['items', items] satisfies [string, unknown]]),
  ];
  for (const [name, each] of inner) {
    const problem = strictSchemaProblem(each, `${path}/${name}`);
    if (problem !== undefined) return problem;
  }
  return undefined;
}
