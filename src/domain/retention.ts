/**
 * What is kept for a time, by class, in the order in which it goes: what was sent and decided before the rows of leads, and keys last,
 * when what they sealed is gone.
 */
export const retentionClasses = [
  'violations',
  'payloads',
  'failed',
  'leads',
  'modelCalls',
  'refreshLogs',
  'formerMembers',
  'audit',
  'keys',
] as const;
export type RetentionClass = (typeof retentionClasses)[number];

/** One class, and for how many days its rows are kept. */
export interface KeptFor {
  name: RetentionClass;
  days: number;
}

/** A round that was cut short goes on after the place that `after` names; `null`: nothing is left that is old enough. */
export interface Gone {
  rows: number;
  after: string | null;
}

/** A day settles that whoever just made a key has stored what it is for. */
const daysOfUnusedKeys = 1;

/** What goes by age; empty where everything is kept for good. */
export function keptFor(
  settings: Readonly<Record<Exclude<RetentionClass, 'keys'>, number | 'keep'>>,
): readonly KeptFor[] {
  const going = retentionClasses.flatMap((name): KeptFor[] => {
    const days = name === 'keys' ? daysOfUnusedKeys : settings[name];
    return days === 'keep' ? [] : [{ name, days }];
  });
  return going.length > 1 ? going : [];
}
