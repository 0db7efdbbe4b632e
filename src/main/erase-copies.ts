import { leadCopiesIn } from '../connectors/lead-copies.ts';
import type { Ports } from '../connectors/ports.ts';
import type { EraseCopies } from '../db/retention/round.ts';

const timeoutMs = 300_000;

/** Every store beside PostgreSQL that has copies of leads. */
export const eraseCopiesFrom =
  (ports: Pick<Ports, 'warehouse' | 'search'>): EraseCopies =>
  async (leadIds) => {
    for (const store of leadCopiesIn(ports)) await store.erase(leadIds, { timeoutMs });
  };
