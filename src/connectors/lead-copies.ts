import type { LeadCopies, Ports } from './ports.ts';

/** The stores beside PostgreSQL with copies of leads that are set up. */
export function leadCopiesIn({ warehouse, search }: Pick<Ports, 'warehouse' | 'search'>): LeadCopies[] {
  const stores = [
    { name: 'warehouse', port: warehouse },
    { name: 'search', port: search },
  ] as const;
  return stores.flatMap(({ name, port }) =>
    port ? [{ name, erase: (ids, call) => port.erase(ids, call), holds: (ids, call) => port.holds(ids, call) }] : [],
  );
}
