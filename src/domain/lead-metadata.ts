import { z } from 'zod';
import { linesPattern, linesProblem } from './lead-text.ts';
import { isDeeperThan } from './nesting.ts';

const maximumDepth = 5;
const maximumBytes = 16_384;

/** Whatever else a form knows. It is kept as it is: rebuilding it could lose what only looks odd. */
export const metadata = z.custom<Record<string, unknown>>().superRefine((value, context) => {
  const problem = metadataProblem(value);
  if (problem !== undefined) context.addIssue(problem);
});

function metadataProblem(value: unknown): string | undefined {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return 'expected a JSON object';
  // Before anything walks through it: what comes after goes as deep as it is.
  if (isDeeperThan(value, maximumDepth)) return `expected no more than ${maximumDepth} levels of nesting`;
  const bytes = new TextEncoder().encode(JSON.stringify(value)).length;
  if (bytes > maximumBytes) return `expected at most ${maximumBytes} bytes as JSON, got ${bytes}`;
  return textsIn(value)
    .map(linesProblem)
    .find((problem) => problem !== undefined);
}

/** Every string in it, names of fields too. */
function textsIn(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  if (typeof value !== 'object' || value === null) return [];
  if (Array.isArray(value)) return value.flatMap(textsIn);
  return Object.entries(value).flatMap(([name, part]) => [name, ...textsIn(part)]);
}

const level = (depth: number) => ({ $ref: `#/definitions/level${depth}` });
const propertyNames = { pattern: linesPattern };

/** The same for JSON Schema, but for the bytes, which it cannot count. */
export const metadataJsonSchema = { type: 'object', propertyNames, additionalProperties: level(2) };

/** One definition a level, so that depth is a rule too; below the last are no objects and arrays. */
export const metadataLevels = Object.fromEntries(
  Array.from({ length: maximumDepth }, (_, index) => {
    const depth = index + 2;
    const plain = ['string', 'number', 'boolean', 'null'];
    return [
      `level${depth}`,
      depth > maximumDepth
        ? { type: plain, pattern: linesPattern }
        : {
            type: [...plain, 'object', 'array'],
            pattern: linesPattern,
            propertyNames,
            items: level(depth + 1),
            additionalProperties: level(depth + 1),
          },
    ];
  }),
);
