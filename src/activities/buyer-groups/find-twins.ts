import { plainName } from '../../buyer-groups/works-there.ts';
import type { OpenCandidate } from './candidates.ts';
import { isOnlyTold } from './person-keys.ts';

/** Each of whom only events told, with the one of the same name whom the directory knows; nobody of a name that two have. */
export function findTwins(candidates: readonly OpenCandidate[]): { from: OpenCandidate; to: OpenCandidate }[] {
  const told = byName(candidates.filter(isOnlyTold));
  const known = byName(candidates.filter(({ known: { directoryId } }) => directoryId !== undefined));
  return [...told].flatMap(([name, from]) => {
    const to = known.get(name);
    return from && to ? [{ from, to }] : [];
  });
}

function byName(candidates: readonly OpenCandidate[]): Map<string, OpenCandidate | null> {
  const found = new Map<string, OpenCandidate | null>();
  for (const candidate of candidates) {
    const name = plainName(candidate.known.name ?? '');
    if (name !== '') found.set(name, found.has(name) ? null : candidate);
  }
  return found;
}
