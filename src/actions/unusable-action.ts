import type { z } from 'zod';
import type { PlannedAction } from '../domain/decision.ts';
import type { Action } from './action.ts';

/** A decided action that cannot be worded: its parameters or its template are wrong. Trying again cannot help. */
export class UnusableAction extends Error {
  override readonly name = 'UnusableAction';
}

/** The parameters of a rule or of a model, read by the action that they are for. Throws `UnusableAction`. */
export function readParameters<T>(type: PlannedAction['type'], schema: z.ZodType<T>, parameters: unknown): T {
  const parsed = schema.safeParse(parameters);
  if (parsed.success) return parsed.data;
  const reasons = parsed.error.issues.map((issue) => `${['parameters', ...issue.path].join('.')}: ${issue.message}`);
  throw new UnusableAction(`${type}: ${reasons.join('; ')}`);
}

/** Why an action could not be carried out with these parameters; `undefined` when it could. */
export function whyUnusable({ type, parameters: schema }: Action, parameters: unknown): string | undefined {
  try {
    readParameters(type, schema, parameters);
    return undefined;
  } catch (error) {
    if (error instanceof UnusableAction) return error.message;
    throw error;
  }
}
