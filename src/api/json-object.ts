export type Json = Record<string, unknown>;

/** A copy; empty for what is no object. */
export const objectOf = (value: unknown): Json =>
  typeof value === 'object' && value !== null ? Object.fromEntries(Object.entries(value)) : {};
