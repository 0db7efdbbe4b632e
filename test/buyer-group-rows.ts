import { randomUUID } from 'node:crypto';
import { sql } from 'drizzle-orm';
import { acceptEvents } from '../src/db/accept-events.ts';
import { findOrAddCompany } from '../src/db/buyer-groups/companies.ts';
import type { GroupRole, Move } from '../src/domain/buyer-group.ts';
import type { KnownPerson } from '../src/domain/known-person.ts';
import type { JobStatus } from '../src/domain/refresh.ts';
import { sealedPerson, sealedTitle, sealedTitles } from '../src/privacy/sealed-records.ts';
import type { Causeway } from './causeway.ts';
import { newEventRow, newLane } from './event-rows.ts';
import { keyringOf } from './violation-rows.ts';

/** What refreshes leave behind, put there without one. */
export function buyerGroupRows(causeway: Pick<Causeway, 'configuration' | 'queries'>) {
  const { queries } = causeway;
  const keyring = keyringOf(causeway);

  const addCompany = async (tenantId = 'default') => {
    const domain = `${randomUUID()}.example`;
    return { domain, id: await findOrAddCompany(queries, tenantId, { domain, name: `Company ${domain.slice(0, 8)}` }) };
  };

  async function addPerson(known: Partial<KnownPerson> = {}) {
    const email = `${randomUUID()}@example.com`;
    const { id, key } = await keyring.keyFor('default', { kind: 'person', email });
    const sealed = sealedPerson.seal(key, id, { emails: [email], phones: [], ...known });
    await queries.execute(sql`insert into people (id, tenant_id, sealed) values (${id}, 'default', ${sealed})`);
    return { id, key, email };
  }

  return {
    addCompany,
    addPerson,

    async addMember(
      companyId: string,
      person: { id: string; key: Buffer },
      more: {
        role?: GroupRole;
        confidence?: number;
        title?: string;
        move?: Move;
        leftAt?: string;
      } = {},
    ): Promise<void> {
      const { role = null, confidence = 0, title, move = null, leftAt = null } = more;
      const titleSealed = title === undefined ? null : sealedTitle.seal(person.key, person.id, title);
      await queries.execute(sql`
        insert into buyer_group_members (company_id, person_id, role, because, functions, seniority, confidence, sources, title_sealed, move,
          moved_at, joined_at, left_at, last_seen_at)
        values (${companyId}, ${person.id}, ${role}, 'a test says so', '{sales}', 'vp', ${confidence}, '{event,coresignal}', ${titleSealed}, ${move},
          '2026-03-01T00:00:00Z', '2026-02-01T00:00:00Z', ${leftAt}, '2026-03-02T00:00:00Z')`);
    },

    async addChange(
      companyId: string,
      person: { id: string; key: Buffer },
      change: {
        kind: string;
        titles?: { from: string; to: string };
        toRole?: GroupRole;
        jobId?: string;
        eventId?: string;
      },
    ): Promise<void> {
      const { kind, titles, toRole = null, jobId = null, eventId = null } = change;
      const sealed = titles ? sealedTitles.seal(person.key, person.id, titles) : null;
      await queries.execute(sql`
        insert into buyer_group_changes (company_id, person_id, job_id, event_id, kind, to_role, titles_sealed)
        values (${companyId}, ${person.id}, ${jobId}, ${eventId}, ${kind}, ${toRole}, ${sealed})`);
    },

    /** A job as it stands; begun so many milliseconds ago, unless it waits. */
    async addJob(
      companyId: string,
      more: {
        status?: JobStatus;
        startedAgoMs?: number;
        failureClass?: string;
        tenantId?: string;
        forced?: boolean;
      } = {},
    ): Promise<string> {
      const { status = 'waiting', startedAgoMs = 0, failureClass = null, tenantId = 'default', forced = false } = more;
      const id = randomUUID();
      const started = sql`clock_timestamp() - ${startedAgoMs} * interval '1 millisecond'`;
      await queries.execute(sql`
        insert into buyer_group_refresh_logs (id, tenant_id, company_id, status, priority, level, is_forced, started_at, finished_at, failure_class)
        values (${id}, ${tenantId}, ${companyId}, ${status}, 2, 'enrich', ${forced}, ${status === 'waiting' ? sql`null` : started},
          ${['waiting', 'processing'].includes(status) ? sql`null` : sql`clock_timestamp()`}, ${failureClass})`);
      return id;
    },

    async addReason(
      job: { id: string; companyId: string },
      reason: { eventId: string; move?: Move; coalesced?: boolean } | { requestedBy: string },
    ): Promise<void> {
      const { eventId, move, coalesced, requestedBy } = {
        eventId: null,
        move: null,
        coalesced: false,
        requestedBy: null,
        ...reason,
      };
      await queries.execute(sql`
        insert into buyer_group_refresh_reasons (tenant_id, company_id, job_id, event_id, move, priority, is_coalesced, requested_by)
        values ('default', ${job.companyId}, ${job.id}, ${eventId}, ${move}, 2, ${coalesced}, ${requestedBy})`);
    },

    /** An event that nobody can open, of this source; with the id of a job it is what carries that one out. */
    async addEvent(
      more: { source?: string; id?: string; type?: string } = {},
    ): Promise<{ id: string; keyHash: string }> {
      const row = { ...newEventRow(newLane()), ...more };
      const request = { tenantId: 'default', correlationId: 'test', traceParent: null };
      await acceptEvents(queries, request, [row]);
      return row;
    },
  };
}

export type BuyerGroupRows = ReturnType<typeof buyerGroupRows>;
