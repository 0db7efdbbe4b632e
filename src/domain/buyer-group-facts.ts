import { z } from 'zod';
import { groupRoles, moves } from './buyer-group.ts';
import { enrichmentLevels } from './refresh.ts';

const text = z.string().exactOptional();

/** What a run tells of one person; of several things the first of these. */
export const toldChanges = ['left', 'joined', 'title_changed', 'role_changed', 'found'] as const;
export type ToldChange = (typeof toldChanges)[number];

const changedMember = z.strictObject({
  name: text,
  title: text,
  role: z.enum(groupRoles).nullable(),
  /** Why this part, in words. */
  because: z.string(),
  change: z.enum(toldChanges),
  /** The title before, where it changed. */
  from: text,
  /** The part before, where it changed. */
  fromRole: z.enum(groupRoles).nullable().exactOptional(),
});
export type ChangedMember = z.infer<typeof changedMember>;

/** What is told of a group that was refreshed. It names people, so it is only ever stored sealed. */
export const buyerGroupFacts = z.strictObject({
  company: z.strictObject({ name: text, domain: text }),
  level: z.enum(enrichmentLevels),
  members: z.int().nonnegative(),
  isPartial: z.boolean(),
  /** What is not known, and why, in words. */
  gaps: z.array(z.string()).readonly(),
  changed: z.array(changedMember).readonly(),
  /** How many more have changed than are named. */
  more: z.int().nonnegative(),
  /** The role changes that it was refreshed for. */
  moves: z.array(z.strictObject({ name: text, move: z.enum(moves) })).readonly(),
  /** Who asked for it; the id is that of the reason. */
  requesters: z.array(z.strictObject({ reasonId: z.string(), email: z.string() })).readonly(),
});
export type BuyerGroupFacts = z.infer<typeof buyerGroupFacts>;
