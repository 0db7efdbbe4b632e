import { z } from 'zod';
import { groupRoles, jobFunctions, moves, seniorities } from './buyer-group.ts';
import { gapView, jobBrief } from './job-view.ts';

const text = z.string().nullable();
const role = z.enum(groupRoles).nullable();

const company = z.object({
  id: z.string(),
  name: text,
  domain: text,
  industry: text,
  employees: z.number().nullable(),
  country: text,
  /** Of the companies that turned out to be this one: asked for by any of these it is what is answered. 100 at the most. */
  formerIds: z.array(z.string()),
});

/** As the last run left it. Confidence and cohesion are from 0 to 1. */
const group = z.object({
  confidence: z.number(),
  cohesion: z.number(),
  members: z.number(),
  /** A provider failed, so that somebody may be missing. */
  isPartial: z.boolean(),
  refreshedAt: z.string(),
});

/** A company without anybody's name. `group` is null until the first run is over. Times are ISO 8601. */
export const companyView = company.extend({ group: group.nullable() });
export type CompanyView = z.infer<typeof companyView>;

const member = z.object({
  personId: z.string(),
  name: text,
  title: text,
  emails: z.array(z.string()),
  phones: z.array(z.string()),
  profileUrl: text,
  /** Null: no part, or no run has judged it yet. */
  role,
  because: z.string(),
  functions: z.array(z.enum(jobFunctions)),
  seniority: z.enum(seniorities).nullable(),
  confidence: z.number(),
  /** Who says that the person works there, and when a run saw it last. */
  evidence: z.object({ sources: z.array(z.string()), lastSeenAt: text }),
  move: z.enum(moves).nullable(),
  movedAt: text,
  joinedAt: text,
  firstSeenAt: z.string(),
});
export type MemberView = z.infer<typeof member>;

const formerMember = member
  .pick({ personId: true, name: true, title: true, role: true })
  .extend({ leftAt: z.string() });
export type FormerMemberView = z.infer<typeof formerMember>;

const change = z.object({
  kind: z.string(),
  personId: z.string(),
  name: text,
  fromRole: role,
  toRole: role,
  fromTitle: text,
  toTitle: text,
  at: z.string(),
  /** By which it was found out: a run, or an event that told of it. */
  jobId: text,
  eventId: text,
});
export type GroupChangeView = z.infer<typeof change>;

/** How many changes of a group are shown at the most. */
export const maxHistory = 100;

/** The group of a company with its people: personal data. Somebody who was erased is not in it. */
export const buyerGroupView = z.object({
  company,
  /** With the gaps of the run that left it so. */
  group: group.extend({ jobId: z.string(), gaps: z.array(gapView) }).nullable(),
  /** By their part, and within one the surest first; 1,000 at the most. */
  members: z.array(member),
  /** Those who left last first, 100 at the most. */
  former: z.array(formerMember),
  /** The latest changes, newest first, `maxHistory` of them at the most. */
  history: z.array(change),
  /** The latest that began or is over. */
  lastJob: jobBrief.nullable(),
  /** The one that waits. */
  nextJob: jobBrief.nullable(),
});
export type BuyerGroupView = z.infer<typeof buyerGroupView>;
