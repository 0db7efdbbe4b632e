import type { IntentPort } from '../ports.ts';

/** For an installation that buys signs of interest nowhere: what Causeway saw itself is all there is. */
export const noIntentProvider: IntentPort = {
  recentIntent: (_subject, days) => Promise.resolve({ count: 0, types: [], days }),
};
