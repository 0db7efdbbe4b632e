import { hubspot } from './hubspot/index.ts';
import type { Source } from './source.ts';

/** Every sender that Causeway understands. */
export const sources: readonly Source[] = [hubspot];

export function findSource(name: string): Source | undefined {
  return sources.find((source) => source.name === name);
}
