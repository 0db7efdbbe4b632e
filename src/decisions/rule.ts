import { z } from 'zod';
import { actionTypes, priorities } from '../domain/decision.ts';
import { compileExpression } from './expression.ts';

const parameterTypes = ['string', 'int', 'double', 'bool', 'list<string>', 'google.protobuf.Timestamp'];

const condition = cel(['bool']);
const parameter = cel(parameterTypes);
const target = cel(['string']).refine((expression) => !expression.reads.some((path) => path.endsWith('.email')), {
  error: 'a target is an id, never an address; use contact.id or owner.id',
});

const name = z.string().regex(/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/, 'expected lower-case words with hyphens between them');

const plannedStep = z.strictObject({
  action: z.enum(actionTypes),
  priority: z.enum(priorities),
  /** The first one that is known wins. */
  target: z.array(target).min(1).max(10),
  parameters: z.record(z.string().min(1).max(50), parameter).default({}),
});

/** One rule file. Every text in `when`, `target` and `parameters` is a CEL expression, compiled while it is parsed. */
export const rule = z.strictObject({
  id: name.max(100),
  version: z.int().min(1),
  description: z.string().min(1).max(500),
  /** Lower is asked first. */
  priority: z.number(),
  when: z.array(condition).min(1).max(20),
  plan: z.array(plannedStep).min(1).max(10),
  reasoning: z.string().min(1).max(500),
});
export type Rule = z.infer<typeof rule>;
export type PlannedStep = Rule['plan'][number];

/** The rules in the order they are asked: by priority, then by id. */
export interface RuleSet {
  rules: readonly Rule[];
  /** SHA-256 in hex of what the rules say; comments, the order of keys and the files' names and order do not change it. */
  hash: string;
}

function cel(accepted: readonly string[]) {
  return z
    .string('expected a CEL expression: a text of 1 to 500 characters')
    .min(1)
    .max(500)
    .transform((source, context) => {
      const compiled = compileExpression(source, accepted);
      if (!('problem' in compiled)) return compiled;
      context.addIssue(`\`${source}\`: ${compiled.problem}`);
      return z.NEVER;
    });
}
