import { setTimeout as delay } from 'node:timers/promises';
import { z } from 'zod';
import { agreed, leadAddress } from './leads.ts';

const waitMs = 15_000;
const page = z.object({ leads: z.array(z.unknown()) });

/** How many leads of this run a search by the address finds; an index shows what is new a second or so later. */
export async function countFound(api: string, operatorKey: string, run: number): Promise<number> {
  const endsAt = Date.now() + waitMs;
  for (;;) {
    const response = await fetch(`${api}/api/v1/leads/search`, {
      method: 'POST',
      headers: { authorization: `Bearer ${operatorKey}`, 'content-type': 'application/json' },
      body: JSON.stringify({ q: leadAddress(run, agreed) }),
      signal: AbortSignal.timeout(10_000),
    });
    if (!response.ok) throw new Error(`the search for leads was answered with ${response.status}`);
    const { leads } = page.parse(await response.json());
    if (leads.length > 0 || Date.now() > endsAt) return leads.length;
    await delay(200);
  }
}
