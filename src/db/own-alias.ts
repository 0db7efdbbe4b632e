import { type SQL, sql } from 'drizzle-orm';

/** Whether an identifier of this kind is one person's alone: a phone, or a shared mailbox, may be several people's. */
export const isOwn = (kind: SQL): SQL => sql`${kind} in ('email', 'external')`;
