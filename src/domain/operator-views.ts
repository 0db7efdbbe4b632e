import { z } from 'zod';

/** How many events one redrive takes at the most. */
export const maxEventsPerRedrive = 1_000;

/** All failed events of one class. Times are ISO 8601, as everywhere here. */
export const failureGroup = z.object({
  class: z.string(),
  count: z.number(),
  oldest: z.string(),
  newest: z.string(),
  /** The ids of the latest. */
  examples: z.array(z.string()),
});
export type FailureGroup = z.infer<typeof failureGroup>;

/** `runs`: how often it was run, redrives included. `attempts`: how often a provider was asked for its effects in the last run. */
export const failedEvent = z.object({
  id: z.string(),
  source: z.string(),
  type: z.string(),
  class: z.string(),
  message: z.string(),
  correlationId: z.string(),
  receivedAt: z.string(),
  failedAt: z.string(),
  runs: z.number(),
  attempts: z.number(),
});
export type FailedEvent = z.infer<typeof failedEvent>;

/** What became of one event of a redrive. */
export const redriveResults = ['redriven', 'not_failed', 'not_found', 'erased'] as const;
export type RedriveResult = (typeof redriveResults)[number];

const redriveFilter = z
  .strictObject({
    class: z.string().min(1).max(200).exactOptional(),
    source: z.string().min(1).max(50).exactOptional(),
    type: z.string().min(1).max(100).exactOptional(),
    failedAfter: z.iso.datetime().exactOptional(),
    failedBefore: z.iso.datetime().exactOptional(),
  })
  .refine((filter) => Object.keys(filter).length > 0, 'say at least one thing that the events have in common');
export type RedriveFilter = z.infer<typeof redriveFilter>;

/** Which failed events to run again: these, or all of a class, or all that a filter fits. Exactly one of the three. */
export const redriveSelection = z.union([
  z.strictObject({ eventIds: z.array(z.uuid()).min(1).max(maxEventsPerRedrive) }),
  z.strictObject({ class: z.string().min(1).max(200) }),
  z.strictObject({ filter: redriveFilter }),
]);
export type RedriveSelection = z.infer<typeof redriveSelection>;

const redriveItem = z.object({
  eventId: z.string(),
  result: z.enum(redriveResults),
  generation: z.number().nullable(),
  /** What is to be done, where the id is that of a refresh that never began: there is nothing to run again yet, or any more. */
  explanation: z.string().exactOptional(),
});

/** `matched` counts all that fit; when they are more than one redrive takes, `note` says what to do about the rest. */
export const redriveView = z.object({
  id: z.string(),
  requestedBy: z.string(),
  selection: redriveSelection,
  state: z.enum(['running', 'done']),
  matched: z.number(),
  redriven: z.number(),
  skipped: z.number(),
  createdAt: z.string(),
  finishedAt: z.string().nullable(),
  items: z.array(redriveItem),
});
export type RedriveView = z.infer<typeof redriveView>;

export const redriveReceipt = redriveView
  .pick({ id: true, matched: true, redriven: true, skipped: true })
  .extend({ note: z.string().exactOptional() });
export type RedriveReceipt = z.infer<typeof redriveReceipt>;

/** What a redrive would do now: `redriven` and `skipped` as it would count them. */
export const redriveForecast = redriveReceipt.omit({ id: true }).extend({
  dryRun: z.literal(true),
  events: z.array(redriveItem.omit({ generation: true })),
});
export type RedriveForecast = z.infer<typeof redriveForecast>;

/** A lane in which something is open. `headAgeMs` counts from when the head was accepted or redriven; `waiting` are behind it. */
export const laneView = z.object({
  lane: z.string(),
  headId: z.string(),
  state: z.enum(['accepted', 'running']),
  headAgeMs: z.number(),
  waiting: z.number(),
});
export type LaneView = z.infer<typeof laneView>;

/** An event that was refused, without what it said. */
export const violationView = z.object({
  id: z.string(),
  source: z.string(),
  path: z.string(),
  message: z.string(),
  correlationId: z.string(),
  at: z.string(),
});
export type ViolationView = z.infer<typeof violationView>;

export const settlement = z.object({ key: z.string(), eventId: z.string(), state: z.enum(['confirmed', 'refused']) });
export type Settlement = z.infer<typeof settlement>;

/** A key by which a sender is known, without its secret. */
export const apiKeyView = z.object({
  id: z.string(),
  name: z.string(),
  /** `null`: any. */
  sources: z.array(z.string()).nullable(),
  perMinute: z.number().nullable(),
  readsLeads: z.boolean(),
  createdAt: z.string(),
  revokedAt: z.string().nullable(),
});
export type ApiKeyView = z.infer<typeof apiKeyView>;

/** What became of the wish to erase a person. `removed`: rows, documents or files that were taken out of a store. */
export const erasureView = z.object({
  id: z.string(),
  state: z.enum(['running', 'done', 'failed']),
  requestedBy: z.string(),
  requestedAt: z.string(),
  /** When the keys were deleted; from then on nothing sealed of the person can be read. */
  erasedAt: z.string().nullable(),
  /** A JSON Web Signature over what was done; there when the erasure is done. */
  receipt: z.string().nullable(),
  stores: z.array(z.object({ name: z.string(), removed: z.number() })),
  failure: z.object({ class: z.string(), message: z.string() }).nullable(),
});
export type ErasureView = z.infer<typeof erasureView>;
