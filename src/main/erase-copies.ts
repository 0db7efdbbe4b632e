import type { Ports } from '../connectors/ports.ts';
import type { EraseCopies } from '../db/retention/round.ts';

const timeoutMs = 300_000;

/** Every store beside PostgreSQL that has copies of leads. */
export const eraseCopiesFrom =
  ({ warehouse }: Pick<Ports, 'warehouse'>): EraseCopies =>
  async (leadIds) => {
    await warehouse?.erase(leadIds, { timeoutMs });
  };
