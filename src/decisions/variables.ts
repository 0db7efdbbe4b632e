import type { CanonicalEvent } from '../domain/event.ts';
import type { Facts } from '../domain/facts.ts';

/** A field that a rule can read: its CEL type, and how it is read from a fact. `undefined` is a fact that nobody has. */
interface Field {
  celType: string;
  read(value: unknown): unknown;
}

const text: Field = { celType: 'string', read: (value) => (typeof value === 'string' ? value : undefined) };
const time: Field = { celType: 'google.protobuf.Timestamp', read: parseTime };
const real: Field = { celType: 'double', read: (value) => (Number.isFinite(value) ? value : undefined) };
const integer: Field = {
  celType: 'int',
  // CEL has no integers but BigInts; given a JS number it would compare a double.
  read: (value) => (typeof value === 'number' && Number.isSafeInteger(value) ? BigInt(value) : undefined),
};
const texts: Field = {
  celType: 'list<string>',
  read: (value) => (Array.isArray(value) && value.every((item) => typeof item === 'string') ? value : undefined),
};
const json: Field = {
  celType: 'map',
  read: (value) => (typeof value === 'object' && value !== null && !Array.isArray(value) ? value : undefined),
};

/** Everything a condition may read beside `now`. A field that is not here is refused when the rules are loaded. */
export const variables = {
  event: {
    version: integer,
    source: text,
    eventType: text,
    objectType: text,
    objectId: text,
    accountId: text,
    contactId: text,
    dealId: text,
    propertyName: text,
    propertyValue: text,
    urgency: text,
    confidence: real,
    firedAt: time,
    receivedAt: time,
    payload: json,
  },
  deal: {
    id: text,
    name: text,
    stage: text,
    stageId: text,
    closeDate: time,
    enteredStageAt: time,
    lastActivityAt: time,
    competitors: texts,
    openTasks: texts,
    ownerId: text,
    contactId: text,
    accountId: text,
    daysToClose: integer,
    daysInStage: integer,
    lastActivityDaysAgo: integer,
  },
  account: {
    id: text,
    name: text,
    employeeCount: integer,
    industry: text,
    recentIntentCount: integer,
    recentIntentTypes: texts,
  },
  contact: { id: text, email: text, firstName: text, lastName: text },
  owner: { id: text, email: text, firstName: text },
} satisfies Record<string, Record<string, Field>>;

/** The value of every variable at one moment; a field without a fact is absent. */
export type Values = Readonly<Record<keyof typeof variables, Record<string, unknown>>> & { now: Date };

/** Reads the event and its facts, and derives what depends on the time. Facts of the wrong type count as absent. */
export function readValues(event: CanonicalEvent, facts: Facts, now: Date): Values {
  const deal = {
    ...facts.deal,
    daysToClose: wholeDays(now, parseTime(facts.deal?.closeDate), Math.ceil),
    daysInStage: wholeDays(parseTime(facts.deal?.enteredStageAt), now, Math.floor),
    lastActivityDaysAgo: wholeDays(parseTime(facts.deal?.lastActivityAt), now, Math.floor),
  };
  const account = {
    ...facts.account,
    recentIntentCount: facts.recentIntent?.count,
    recentIntentTypes: facts.recentIntent?.types,
  };
  return {
    event: readFields(variables.event, { ...event }),
    deal: readFields(variables.deal, deal),
    account: readFields(variables.account, account),
    contact: readFields(variables.contact, { ...facts.contact }),
    owner: readFields(variables.owner, { ...facts.owner }),
    now,
  };
}

function readFields(fields: Readonly<Record<string, Field>>, raw: Readonly<Record<string, unknown>>) {
  const known = Object.entries(fields)
    .map(([name, field]) => [name, field.read(raw[name])] as const)
    .filter(([, value]) => value !== undefined);
  return Object.fromEntries(known);
}

const isoTime = /^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:\d{2}))?$/;

/** Only ISO 8601 with an offset, or a bare date in UTC: what else `Date` understands depends on the machine's time zone. */
function parseTime(value: unknown): Date | undefined {
  if (typeof value !== 'string' || !isoTime.test(value)) return undefined;
  const parsed = new Date(value);
  return Number.isNaN(parsed.getTime()) ? undefined : parsed;
}

const dayMs = 24 * 60 * 60 * 1000;

function wholeDays(from: Date | undefined, to: Date | undefined, round: (days: number) => number): number | undefined {
  return from && to && round((to.getTime() - from.getTime()) / dayMs);
}
