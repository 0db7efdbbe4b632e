import type { z } from 'zod';
import type { Change } from './change.ts';
import type { State } from './state.ts';

export type Reader = Pick<State, 'find' | 'list'>;

/** Named things of one shape, kept in the state. */
export function createCollection<Value extends object>(name: string, schema: z.ZodType<Value>) {
  const known = new WeakMap<object, Value>();

  /** A stored value never changes, so it is checked once. */
  function read(stored: unknown): Value {
    const earlier = typeof stored === 'object' && stored !== null ? known.get(stored) : undefined;
    if (earlier) return earlier;
    const value = schema.parse(stored);
    if (typeof stored === 'object' && stored !== null) known.set(stored, value);
    return value;
  }

  return {
    find(state: Reader, id: string): Value | undefined {
      const stored = state.find(name, id);
      return stored === undefined ? undefined : read(stored);
    },
    list: (state: Reader): Value[] => state.list(name).map(read),
    put: (id: string, value: Value): Change => ({ kind: 'put', collection: name, id, value }),
    remove: (id: string): Change => ({ kind: 'remove', collection: name, id }),
  };
}
