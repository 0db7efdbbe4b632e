import type { Change, Effect } from './change.ts';
import type { Fault } from './fault.ts';

/** The fold of all changes, in memory. */
export function createMemory() {
  const calls = new Map<string, Map<string, number>>();
  const collections = new Map<string, Map<string, unknown>>();
  let effects: Effect[] = [];
  let faults: Fault[] = [];

  function apply(change: Change): void {
    switch (change.kind) {
      case 'call': {
        const counts = calls.get(change.connector) ?? new Map<string, number>();
        counts.set(change.operation, (counts.get(change.operation) ?? 0) + change.times);
        calls.set(change.connector, counts);
        return;
      }
      case 'effect':
        effects.push(change.effect);
        return;
      case 'put': {
        const collection = collections.get(change.collection) ?? new Map<string, unknown>();
        collection.set(change.id, change.value);
        collections.set(change.collection, collection);
        return;
      }
      case 'remove':
        collections.get(change.collection)?.delete(change.id);
        return;
      case 'blank':
        effects = effects.map((effect) =>
          effect.connector === change.connector && effect.target === change.target ? { ...effect, body: null } : effect,
        );
        return;
      case 'blank-key':
        effects = effects.map((effect) =>
          effect.connector === change.connector && effect.key === change.key ? { ...effect, body: null } : effect,
        );
        return;
      case 'fault':
        faults.push(change.fault);
        return;
      case 'fault-used':
        faults = faults
          .map((fault) => (fault.id === change.id ? { ...fault, times: fault.times - 1 } : fault))
          .filter((fault) => fault.times > 0);
    }
  }

  return {
    apply,
    find: (collection: string, id: string): unknown => collections.get(collection)?.get(id),
    list: (collection: string): unknown[] => [...(collections.get(collection)?.values() ?? [])],
    effects: (): readonly Effect[] => effects,
    faults: (): readonly Fault[] => faults,
    calls: () => Object.fromEntries([...calls].map(([connector, counts]) => [connector, Object.fromEntries(counts)])),
    /** The fewest changes that lead to this state again. */
    changes: (): Change[] => [
      ...[...calls].flatMap(([connector, counts]) =>
        [...counts].map(([operation, times]): Change => ({ kind: 'call', connector, operation, times })),
      ),
      ...effects.map((effect): Change => ({ kind: 'effect', effect })),
      ...[...collections].flatMap(([collection, values]) =>
        [...values].map(([id, value]): Change => ({ kind: 'put', collection, id, value })),
      ),
      ...faults.map((fault): Change => ({ kind: 'fault', fault })),
    ],
  };
}
