import type { RedriveResult } from '../src/domain/operator-views.ts';
import { createRedrive as createRedriveOfMany } from '../src/intake/redrive.ts';

/** Redrives one event, and says only what became of it. */
export function createRedrive(options: Parameters<typeof createRedriveOfMany>[0]) {
  const redrive = createRedriveOfMany(options);
  return async (eventId: string): Promise<RedriveResult | undefined> => (await redrive([eventId]))[0]?.result;
}
