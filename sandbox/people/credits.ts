import { z } from 'zod';
import type { Change } from '../change.ts';
import { createCollection, type Reader } from '../collection.ts';
import type { Answer, Outcome } from '../vendor.ts';

const balances = createCollection('people/credits', z.object({ total: z.number().int(), used: z.number().int() }));

/** As much as a new account has. */
const defaultCredits = 10_000;

export const creditsOf = (state: Reader, connector: string) =>
  balances.find(state, connector) ?? { total: defaultCredits, used: 0 };
export const remainingOf = (state: Reader, connector: string): number => {
  const { total, used } = creditsOf(state, connector);
  return total - used;
};

/** As many are left from now on. */
export const setCredits = (connector: string, remaining: number): Change =>
  balances.put(connector, { total: remaining, used: 0 });

/** What is paid for: the credits go, and it is an effect; without enough of them the vendor's own refusal is given. */
export function charge(
  state: Reader,
  { connector, credits, target, refusal }: { connector: string; credits: number; target: string; refusal: Answer },
  answer: (remaining: number) => Answer,
): Outcome {
  const { total, used } = creditsOf(state, connector);
  if (total - used < credits) return { answer: refusal };
  return {
    answer: answer(total - used - credits),
    changes: [balances.put(connector, { total, used: used + credits })],
    effect: { target, body: { credits } },
  };
}
