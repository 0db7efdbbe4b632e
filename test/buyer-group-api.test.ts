import { randomUUID } from 'node:crypto';
import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { z } from 'zod';
import { mergeCompany } from '../src/db/buyer-groups/merge-company.ts';
import { requestRefresh } from '../src/db/buyer-groups/requests.ts';
import { inTransaction } from '../src/db/transaction.ts';
import { companyWorkflowId, eventWorkflowId } from '../src/domain/ids.ts';
import { createApiKeys } from '../src/operations/api-keys.ts';
import { sealedRequester } from '../src/privacy/sealed-records.ts';
import { type BuyerGroupRows, buyerGroupRows } from './buyer-group-rows.ts';
import { type Causeway, startCauseway } from './causeway.ts';
import { insertKey } from './event-rows.ts';
import { operatorOf } from './ops.ts';
import { openSession } from './session.ts';
import { keyringOf } from './violation-rows.ts';

/** Protects what people and programs see of buyer groups, who may, and how they steer refreshes. */

let causeway: Causeway;
let operator: ReturnType<typeof operatorOf>;
let rows: BuyerGroupRows;
beforeAll(async () => {
  causeway = await startCauseway({ worker: false });
  operator = operatorOf(causeway);
  rows = buyerGroupRows(causeway);
  await insertKey(causeway.queries);
});
afterAll(() => causeway.close());

const hour = 3_600_000;
const intelligence = '/api/v1/intelligence/companies';

async function keyFor(more: { sources?: string[]; readsLeads?: boolean; tenantId?: string; name?: string } = {}) {
  const { sources = null, readsLeads = false, tenantId = 'default', name = 'test' } = more;
  const keys = createApiKeys({ queries: causeway.queries, tenantId });
  return keys.create({ name, sources, perMinute: null, readsLeads }, 'test');
}

async function asking(key: string, method: string, path: string, body?: unknown) {
  const response = await fetch(`${causeway.url}${path}`, {
    method,
    headers: { 'x-api-key': key, ...(body !== undefined && { 'content-type': 'application/json' }) },
    ...(body !== undefined && { body: JSON.stringify(body) }),
    signal: AbortSignal.timeout(10_000),
  });
  const answer: unknown = await response.json();
  return { status: response.status, headers: response.headers, body: answer };
}

const problem = (status: number, reason: string, detail: unknown = expect.stringMatching(/.{10}/)) => ({
  status,
  body: { status, reason, detail },
});
const job = z.looseObject({ id: z.string(), reasons: z.array(z.looseObject({ eventId: z.string().nullable() })) });
const jobPage = z.object({ jobs: z.array(job), next: z.string().nullable() });
const statusOf = async (id: string) =>
  (
    await causeway.queries.execute<{ status: string }>(
      sql`select status from buyer_group_refresh_logs where id = ${id}`,
    )
  ).rows[0]?.status;

/** Asks as an operator whose client names the type of a body, also of one that it does not send. */
const sending = async (path: string, body: string) => {
  const response = await fetch(`${causeway.url}${path}`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${causeway.configuration.OPERATOR_API_KEY}`,
      'content-type': 'application/json',
      ...(body === '' && { 'content-length': '0' }),
    },
    ...(body !== '' && { body }),
    signal: AbortSignal.timeout(10_000),
  });
  const answer: unknown = await response.json();
  return { status: response.status, body: answer };
};

const cancel = (id: string) => operator.post(`/ops/jobs/${id}/cancel`, {});
const audited = async (id: string) =>
  (await causeway.queries.execute(sql`select who, what from audit_log where on_what = ${id}`)).rows;

const groupOf = async (company: string) => (await operator.get(`${intelligence}/${company}/buyer-group`)).body;

const signalsOf = async (companyId: string) => {
  const handle = causeway.client.workflow.getHandle(companyWorkflowId(companyId));
  const { events } = await handle.fetchHistory();
  return (events ?? []).flatMap(({ workflowExecutionSignaledEventAttributes: signal }) =>
    (signal?.input?.payloads ?? []).map(({ data }): unknown => JSON.parse(Buffer.from(data ?? []).toString('utf8'))),
  );
};

const depth = async () => Number(/^job_queue_depth (\S+)$/m.exec(String((await operator.get('/metrics')).body))?.[1]);

describe('a job', () => {
  it('that runs is shown with what it is done for, how far it is, and its workflow', async () => {
    const company = await rows.addCompany();
    const id = await rows.addJob(company.id, { status: 'processing' });
    const { keyHash } = await rows.addEvent({ id, type: 'company.buyer_group_refresh', source: 'buyer-groups' });
    const change = await rows.addEvent();
    await rows.addReason({ id, companyId: company.id }, { eventId: change.id, move: 'promoted', coalesced: true });
    await rows.addReason({ id, companyId: company.id }, { requestedBy: 'operator (cli)' });
    await causeway.queries.execute(sql`
      update buyer_group_refresh_logs set progress = 40, step = 'discover', gaps = '[{"step": "discover", "class": "LushaTimeout", "people": 2}]',
        calls = '{"CoreSignal": 3}', credits = '{"CoreSignal": 60}' where id = ${id}`);
    const workflowId = eventWorkflowId(keyHash, 0);
    expect(await operator.get(`/api/v1/jobs/${id}`)).toMatchObject({ status: 200 });
    expect((await operator.get(`/api/v1/jobs/${id}`)).body).toEqual({
      id,
      companyId: company.id,
      company: { name: `Company ${company.domain.slice(0, 8)}`, domain: company.domain },
      status: 'processing',
      progress: 40,
      step: 'discover',
      priority: 2,
      enrichmentLevel: 'enrich',
      forced: false,
      reasons: [
        {
          eventId: change.id,
          move: 'promoted',
          priority: 2,
          coalesced: true,
          requestedBy: null,
          at: expect.any(String),
        },
        {
          eventId: null,
          move: null,
          priority: 2,
          coalesced: false,
          requestedBy: 'operator (cli)',
          at: expect.any(String),
        },
      ],
      createdAt: expect.any(String),
      startedAt: expect.stringMatching(/^\d{4}-.*Z$/),
      finishedAt: null,
      notBefore: null,
      gaps: [
        {
          step: 'discover',
          class: 'LushaTimeout',
          people: 2,
          explanation: expect.stringMatching(
            /^Lusha did not answer in time: 2 people of the company were not read; see /,
          ),
        },
      ],
      calls: { CoreSignal: 3 },
      credits: { CoreSignal: 60 },
      result: null,
      mergedInto: null,
      failure: null,
      workflow: { id: workflowId, runId: null, url: expect.stringContaining(encodeURIComponent(workflowId)) },
    });
  });

  it('that waits says until when its company has to wait, and that is over for one that is forced, or after a run that failed', async () => {
    const [waits, failed, forced, free] = await Promise.all(Array.from({ length: 4 }, () => rows.addCompany()));
    if (!waits || !failed || !forced || !free) throw new Error('four companies were added');
    const before = Date.now();
    await rows.addJob(waits.id, { status: 'completed', startedAgoMs: hour / 2 });
    await rows.addJob(forced.id, { status: 'completed', startedAgoMs: hour / 2 });
    await rows.addJob(failed.id, { status: 'failed', startedAgoMs: 1_000, failureClass: 'CoreSignalUnavailable' });
    await rows.addJob(free.id, { status: 'completed', startedAgoMs: hour + 1_000 });
    const notBefore = async (companyId: string, isForced = false) => {
      const { body } = await operator.get(`/api/v1/jobs/${await rows.addJob(companyId, { forced: isForced })}`);
      const read = z.object({ status: z.literal('waiting'), notBefore: z.string().nullable(), workflow: z.null() });
      return read.parse(body).notBefore;
    };
    const until = Date.parse((await notBefore(waits.id)) ?? '') - before;
    expect(until).toBeGreaterThan(hour / 2 - 60_000);
    expect(until).toBeLessThan(hour / 2 + 60_000);
    for (const notWaiting of [notBefore(failed.id), notBefore(forced.id, true), notBefore(free.id)]) {
      expect(await notWaiting).toBeNull();
    }
  });

  it('that failed says why, in the words of its event', async () => {
    const { id: companyId } = await rows.addCompany();
    const id = await rows.addJob(companyId, { status: 'failed', failureClass: 'CoreSignalPaymentRequired' });
    await rows.addEvent({ id });
    await causeway.queries.execute(sql`update events set failure_message = 'no credits are left' where id = ${id}`);
    expect((await operator.get(`/api/v1/jobs/${id}`)).body).toMatchObject({
      status: 'failed',
      failure: { class: 'CoreSignalPaymentRequired', message: 'no credits are left' },
    });
  });

  it('is read by keys of its tenant; a key that is bound to sources sees what came from these, or what it asked for, and no more', async () => {
    const { id: companyId } = await rows.addCompany();
    const id = await rows.addJob(companyId);
    const [ours, theirs] = [await rows.addEvent({ source: 'hr-feed' }), await rows.addEvent({ source: 'lusha' })];
    for (const { id: eventId } of [ours, theirs]) await rows.addReason({ id, companyId }, { eventId });
    const own = await keyFor({ sources: ['hr-feed'], name: 'feed' });
    const asker = await keyFor({ sources: ['shop'], name: 'shop' });
    const reasonsFor = async (key: string) => {
      const { status, body } = await asking(key, 'GET', `/api/v1/jobs/${id}`);
      return status === 200 ? job.parse(body).reasons.map(({ eventId }) => eventId) : status;
    };
    expect(await reasonsFor((await keyFor()).key)).toEqual([ours.id, theirs.id]);
    expect(await reasonsFor(own.key)).toEqual([ours.id]);
    expect(await reasonsFor(asker.key)).toBe(404);
    await rows.addReason({ id, companyId }, { requestedBy: `key shop (${asker.id})` });
    expect(await reasonsFor(asker.key)).toEqual([null]);
    expect(await reasonsFor((await keyFor({ sources: ['shop'], name: 'shop' })).key)).toBe(404);
    expect(await reasonsFor((await keyFor({ tenantId: 'other' })).key)).toBe(404);
    expect(await asking(own.key, 'GET', `/api/v1/jobs/${randomUUID()}`)).toMatchObject(problem(404, 'unknown_job'));
    expect(await operator.get('/api/v1/jobs/x')).toMatchObject(problem(404, 'unknown_job'));
  });
});

describe('the list of jobs', () => {
  it('has each once over all its pages, newest first, by company and status', async () => {
    const { id: companyId, domain } = await rows.addCompany();
    const over = await Promise.all(Array.from({ length: 4 }, () => rows.addJob(companyId, { status: 'failed' })));
    const waiting = await rows.addJob(companyId);
    const found: string[] = [];
    for (let cursor: string | null = ''; cursor !== null;) {
      const path: string = `/ops/jobs?company=${domain}&limit=2${cursor && `&cursor=${cursor}`}`;
      const { jobs, next } = jobPage.parse((await operator.get(path)).body);
      found.push(...jobs.map(({ id }) => id));
      cursor = next;
    }
    expect(found[0]).toBe(waiting);
    expect(found.toSorted()).toEqual([...over, waiting].toSorted());
    const only = jobPage.parse((await operator.get(`/ops/jobs?company=${companyId}&status=waiting`)).body);
    expect(only.jobs.map(({ id }) => id)).toEqual([waiting]);
  });

  it.each([
    ['/ops/jobs?cursor=nonsense', 400, 'unreadable_cursor'],
    ['/ops/jobs?status=done', 400, 'bad_request'],
    ['/ops/jobs?limit=101', 400, 'bad_request'],
    ['/ops/jobs?company=nobody.example', 404, 'unknown_company'],
    ['/ops/jobs?company=nobody', 404, 'unknown_company'],
  ])('GET %s is a %i: %s', async (path, status, reason) => {
    expect(await operator.get(path)).toMatchObject(problem(status, reason));
  });
});

describe('canceling a job', () => {
  it('takes one that waits out of the line, once, and notes who did', async () => {
    const { id: companyId } = await rows.addCompany();
    const id = await rows.addJob(companyId);
    expect(await cancel(id)).toMatchObject({ status: 202, body: { id, status: 'canceled' } });
    expect((await operator.get(`/api/v1/jobs/${id}`)).body).toMatchObject({
      status: 'canceled',
      finishedAt: expect.any(String),
    });
    expect(await audited(id)).toEqual([{ who: 'operator (http)', what: 'cancel job' }]);
    expect(await cancel(id)).toMatchObject(problem(409, 'job_is_over', expect.stringContaining('is canceled')));
    expect(await audited(id)).toHaveLength(1);
    expect(await cancel(randomUUID())).toMatchObject(problem(404, 'unknown_job'));
    expect(await cancel('x')).toMatchObject(problem(404, 'unknown_job'));
  });

  it('takes an empty body for none, whatever its type says', async () => {
    const { id: companyId } = await rows.addCompany();
    const id = await rows.addJob(companyId);
    expect(await sending(`/ops/jobs/${id}/cancel`, '')).toMatchObject({ status: 202, body: { status: 'canceled' } });
    expect(await sending(`/ops/jobs/${id}/cancel`, '{')).toMatchObject(
      problem(400, 'bad_request', 'the body is not JSON in UTF-8'),
    );
  });

  it('that waited leaves nothing to run again, which a redrive says, with what to do; of one that waits, that it begins by itself', async () => {
    const [company, other] = [await rows.addCompany(), await rows.addCompany()];
    await rows.addJob(other.id, { status: 'completed', startedAgoMs: hour / 2 });
    const [canceled, waiting, nobody] = [await rows.addJob(company.id), await rows.addJob(other.id), randomUUID()];
    await cancel(canceled);
    const explanations = {
      [canceled]: expect.stringMatching(
        new RegExp(`never began and is canceled.*ask for a new one: .*${company.id}/refresh`),
      ),
      [waiting]: expect.stringMatching(/has not begun: it waits until \d{4}-.*hour of its company.* begins by itself/),
      [nobody]: undefined,
    };
    const item = z.object({ eventId: z.string(), result: z.literal('not_found'), explanation: z.string().optional() });
    const said = (items: readonly z.infer<typeof item>[]) =>
      Object.fromEntries(items.map(({ eventId, explanation }) => [eventId, explanation]));
    const asked = { eventIds: [canceled, waiting, nobody] };
    const { body: forecast } = await operator.post('/ops/redrives', { ...asked, dryRun: true });
    expect(said(z.object({ events: z.array(item) }).parse(forecast).events)).toEqual(explanations);
    const { body: receipt } = await operator.post('/ops/redrives', asked);
    const { body: redrive } = await operator.get(`/ops/redrives/${z.object({ id: z.string() }).parse(receipt).id}`);
    expect(said(z.object({ items: z.array(item) }).parse(redrive).items)).toEqual(explanations);
    expect(await statusOf(waiting)).toBe('waiting');
  });

  it('that runs, once it has ended so, is no failure that waits for anybody, and can be run again all the same', async () => {
    const { id: companyId } = await rows.addCompany();
    const failing = z.object({ classes: z.array(z.object({ class: z.string(), count: z.number() })) });
    const canceled = async () =>
      failing.parse((await operator.get('/ops/failures')).body).classes.find((each) => each.class === 'Canceled')
        ?.count;
    const waiting = async () =>
      Number(/^gtm_pipeline_failed_events (\S+)$/m.exec(String((await operator.get('/metrics')).body))?.[1]);
    const [before, waitingBefore] = [await canceled(), await waiting()];
    const add = async (type: string, status: 'canceled' | 'failed') => {
      const id = await rows.addJob(companyId, { status, failureClass: 'Canceled' });
      await rows.addEvent({ id, type });
      await causeway.queries.execute(sql`
        update events set state = 'failed', outcome = 'failed', holds_lane = false, failure_class = 'Canceled', finished_at = clock_timestamp()
        where id = ${id}`);
      return id;
    };
    const id = await add('company.buyer_group_refresh', 'canceled');
    expect([await canceled(), await waiting()]).toEqual([before, waitingBefore]);
    expect((await operator.get(`/ops/jobs?company=${companyId}&status=canceled`)).body).toMatchObject({
      jobs: [{ id, status: 'canceled' }],
    });
    expect((await operator.get('/ops/failures?class=Canceled')).body).toMatchObject({
      events: expect.arrayContaining([expect.objectContaining({ id })]),
    });
    expect((await operator.post('/ops/redrives', { eventIds: [id], dryRun: true })).body).toMatchObject({
      redriven: 1,
    });
    // Who cancels another event is asked why: nothing else shows it.
    await add('deal.propertyChange', 'failed');
    expect([await canceled(), await waiting()]).toEqual([(before ?? 0) + 1, waitingBefore + 1]);
  });

  it('asks the workflow of one that runs to end, and leaves it to it when', async () => {
    const { id: companyId } = await rows.addCompany();
    const id = await rows.addJob(companyId, { status: 'processing' });
    // Nothing is there yet that could be asked.
    expect(await cancel(id)).toMatchObject(problem(503, 'unavailable'));
    const { keyHash } = await rows.addEvent({ id });
    expect(await cancel(id)).toMatchObject(problem(503, 'unavailable'));
    const handle = await causeway.client.workflow.start('buyerGroupRefresh', {
      workflowId: eventWorkflowId(keyHash, 0),
      taskQueue: `nobody-${randomUUID()}`,
    });
    onTestFinished(async () => void (await handle.terminate().catch(() => undefined)));
    expect(await cancel(id)).toMatchObject({ status: 202, body: { id, status: 'processing' } });
    const { events } = await handle.fetchHistory();
    expect(events?.filter((event) => event.workflowExecutionCancelRequestedEventAttributes)).toHaveLength(1);
    expect(await statusOf(id)).toBe('processing');
    await handle.terminate();
    expect(await cancel(id)).toMatchObject(problem(409, 'job_is_over'));
  });

  it('that is over by its event is refused, though nobody has written that down yet', async () => {
    const { id: companyId } = await rows.addCompany();
    const id = await rows.addJob(companyId, { status: 'processing' });
    await rows.addEvent({ id });
    await causeway.queries.execute(sql`update events set state = 'done', holds_lane = false where id = ${id}`);
    expect(await cancel(id)).toMatchObject(problem(409, 'job_is_over'));
  });

  it('waits for whoever puts another reason into it, so that none is lost in a job that is canceled', async () => {
    const { id: companyId } = await rows.addCompany();
    const id = await rows.addJob(companyId);
    const session = await openSession(causeway.configuration.DATABASE_URL);
    onTestFinished(() => session.close());
    await session.query('begin');
    await session.query('select from companies where id = $1 for update', [companyId]);
    const canceled = cancel(id);
    await session.waiting(1);
    expect(await statusOf(id)).toBe('waiting');
    const asked = requestRefresh(causeway.queries, {
      tenantId: 'default',
      companyId,
      priority: 1,
      level: 'enrich',
      isForced: false,
      windowMs: hour,
      eventId: null,
      move: null,
      requestedBy: 'test',
      requester: null,
    });
    await session.waiting(2);
    await session.query('commit');
    expect((await canceled).status).toBe(202);
    const { jobId } = await asked;
    expect(jobId).not.toBe(id);
    expect(await statusOf(jobId)).toBe('waiting');
  });
});

describe('the buyer group of a company', () => {
  const named = z.object({ members: z.array(z.object({ name: z.string() })) });

  it('has its people with their names, by their parts and the surest first, and those who left apart', async () => {
    const { id, domain } = await rows.addCompany();
    const jobId = await rows.addJob(id, { status: 'completed', startedAgoMs: 1_000 });
    const nextId = await rows.addJob(id);
    const lead = await rows.addPerson({
      name: 'Ada',
      title: 'of elsewhere',
      phones: ['+4930123'],
      profileUrl: 'https://x.example/ada',
    });
    const [sure, unsure, none, left] = [
      await rows.addPerson({ name: 'Bo' }),
      await rows.addPerson({ name: 'Cy', title: 'Head of Ops' }),
      await rows.addPerson({ name: 'Di' }),
      await rows.addPerson({ name: 'Ed', title: 'CTO of another company' }),
    ];
    await rows.addMember(id, none);
    await rows.addMember(id, unsure, { role: 'decision_maker', confidence: 0.4 });
    await rows.addMember(id, sure, { role: 'decision_maker', confidence: 0.9, title: 'VP Sales' });
    await rows.addMember(id, lead, { role: 'champion', confidence: 0.5, title: 'Director Sales', move: 'joined' });
    await rows.addMember(id, left, { role: 'influencer', leftAt: '2026-03-03T00:00:00Z' });
    await rows.addChange(id, sure, { kind: 'title_changed', titles: { from: 'Director', to: 'VP Sales' }, jobId });
    await rows.addChange(id, lead, { kind: 'found', toRole: 'champion', eventId: jobId });
    await causeway.queries.execute(sql`
      insert into buyer_groups (company_id, tenant_id, confidence, cohesion, members, is_partial, job_id, refreshed_at)
      values (${id}, 'default', 0.7, 0.5, 3, true, ${jobId}, '2026-03-04T00:00:00Z')`);
    await causeway.queries.execute(sql`
      update buyer_group_refresh_logs set gaps = '[{"step": "enrich", "class": "LushaPaymentRequired", "people": 1}]' where id = ${jobId}`);

    const group = await groupOf(domain);
    expect(group).toMatchObject({
      company: { id, domain, industry: null },
      group: {
        confidence: 0.7,
        cohesion: 0.5,
        members: 3,
        isPartial: true,
        refreshedAt: expect.stringMatching(/^2026-03-04T00:00:00/),
        jobId,
        gaps: [
          {
            step: 'enrich',
            class: 'LushaPaymentRequired',
            people: 1,
            explanation: expect.stringMatching(/^Lusha has no credits left: 1 person has no address/),
          },
        ],
      },
      members: [
        { name: 'Ada', title: 'Director Sales', role: 'champion' },
        { name: 'Bo', title: 'VP Sales', role: 'decision_maker' },
        { name: 'Cy', title: 'Head of Ops', role: 'decision_maker' },
        { name: 'Di', title: null, role: null },
      ],
      former: [
        {
          personId: left.id,
          name: 'Ed',
          title: null,
          role: 'influencer',
          leftAt: expect.stringMatching(/^2026-03-03/),
        },
      ],
      history: [
        {
          kind: 'found',
          personId: lead.id,
          name: 'Ada',
          fromRole: null,
          toRole: 'champion',
          eventId: jobId,
          jobId: null,
        },
        { kind: 'title_changed', name: 'Bo', fromTitle: 'Director', toTitle: 'VP Sales', jobId, eventId: null },
      ],
      lastJob: { id: jobId, status: 'completed', notBefore: null },
      nextJob: { id: nextId, status: 'waiting', notBefore: expect.any(String) },
    });
    expect(z.object({ members: z.array(z.unknown()) }).parse(group).members[0]).toEqual({
      personId: lead.id,
      name: 'Ada',
      title: 'Director Sales',
      emails: [lead.email],
      phones: ['+4930123'],
      profileUrl: 'https://x.example/ada',
      role: 'champion',
      because: 'a test says so',
      functions: ['sales'],
      seniority: 'vp',
      confidence: 0.5,
      evidence: { sources: ['event', 'coresignal'], lastSeenAt: expect.stringMatching(/^2026-03-02/) },
      move: 'joined',
      movedAt: expect.stringMatching(/^2026-03-01/),
      joinedAt: expect.stringMatching(/^2026-02-01/),
      firstSeenAt: expect.any(String),
    });
    expect(await groupOf(id)).toEqual(group);
    expect(await groupOf(encodeURIComponent(`https://www.${domain.toUpperCase()}/about`))).toEqual(group);
  });

  it('does not have anybody any more whose key is gone', async () => {
    const { id } = await rows.addCompany();
    const [stays, goes] = [await rows.addPerson({ name: 'Stays' }), await rows.addPerson({ name: 'Goes' })];
    for (const person of [stays, goes]) {
      await rows.addMember(id, person);
      await rows.addChange(id, person, { kind: 'found' });
    }
    expect(named.parse(await groupOf(id)).members).toHaveLength(2);
    await causeway.queries.execute(sql`delete from subject_keys where id = ${goes.id}`);
    const group = await groupOf(id);
    expect(named.parse(group).members).toEqual([{ name: 'Stays' }]);
    expect(JSON.stringify(group)).not.toContain('Goes');
    expect(JSON.stringify(group)).not.toContain(goes.id);
  });

  it('is for operators and for keys that may read leads, of its tenant, and is not kept on the way', async () => {
    const { id } = await rows.addCompany();
    const path = `${intelligence}/${id}/buyer-group`;
    expect(await asking((await keyFor()).key, 'GET', path)).toMatchObject(
      problem(403, 'may_not_read', expect.stringMatching(/buyer groups.*right to read leads.*--reads-leads/)),
    );
    const allowed = await asking((await keyFor({ readsLeads: true })).key, 'GET', path);
    expect(allowed).toMatchObject({ status: 200, body: { group: null, members: [], lastJob: null, nextJob: null } });
    expect(allowed.headers.get('cache-control')).toBe('no-store');
    const other = await keyFor({ readsLeads: true, tenantId: 'other' });
    expect(await asking(other.key, 'GET', path)).toMatchObject(problem(404, 'unknown_company'));
    for (const unknown of [randomUUID(), 'nobody.example', 'nobody']) {
      expect(await operator.get(`${intelligence}/${unknown}/buyer-group`)).toMatchObject(
        problem(404, 'unknown_company'),
      );
    }
  });
});

describe('the list of companies', () => {
  const page = z.object({ companies: z.array(z.looseObject({ id: z.string() })), next: z.string().nullable() });
  const idsOf = async (query: string) =>
    page.parse((await operator.get(`${intelligence}?${query}`)).body).companies.map(({ id }) => id);

  it('has those of the tenant whose name or domain has it in it, page by page, with the scores of their groups', async () => {
    const [one, two] = [await rows.addCompany(), await rows.addCompany()];
    await rows.addCompany('other');
    const jobId = await rows.addJob(one.id, { status: 'completed' });
    await causeway.queries.execute(sql`
      insert into buyer_groups (company_id, tenant_id, confidence, cohesion, members, is_partial, job_id, refreshed_at)
      values (${one.id}, 'default', 0.25, 0.5, 4, false, ${jobId}, '2026-03-04T00:00:00Z')`);
    expect(
      (
        await asking(
          (await keyFor({ readsLeads: true })).key,
          'GET',
          `${intelligence}?query=${one.domain.toUpperCase()}`,
        )
      ).body,
    ).toEqual({
      companies: [
        {
          id: one.id,
          name: expect.stringContaining('Company '),
          domain: one.domain,
          industry: null,
          employees: null,
          country: null,
          formerIds: [],
          group: {
            confidence: 0.25,
            cohesion: 0.5,
            members: 4,
            isPartial: false,
            refreshedAt: expect.stringMatching(/^2026-03-04/),
          },
        },
      ],
      next: null,
    });
    expect(await idsOf(`query=${encodeURIComponent(`company ${two.domain.slice(0, 8)}`)}`)).toEqual([two.id]);
    expect(await idsOf('query=%25')).toEqual([]);
    const first = page.parse((await operator.get(`${intelligence}?limit=1`)).body);
    const [next] = await idsOf(`limit=1&cursor=${first.next}`);
    expect([first.companies[0]?.id, next]).toEqual([two.id, one.id]);
    expect(await asking((await keyFor()).key, 'GET', intelligence)).toMatchObject(problem(403, 'may_not_read'));
    const other = await keyFor({ tenantId: 'other', readsLeads: true });
    expect(page.parse((await asking(other.key, 'GET', intelligence)).body).companies).toHaveLength(1);
    expect(await operator.get(`${intelligence}?cursor=x`)).toMatchObject(problem(400, 'unreadable_cursor'));
  });
});

describe('a company that another one was merged into', () => {
  it('is answered by the id of that one, with it, and is found by the name and the domain of that one', async () => {
    const [one, two] = [await rows.addCompany(), await rows.addCompany()];
    await inTransaction(causeway.queries, (transaction) => mergeCompany(transaction, { from: one.id, to: two.id }));
    const seen = { company: { id: two.id, domain: two.domain, formerIds: [one.id] } };
    for (const company of [one.id, two.id, one.domain]) expect(await groupOf(company)).toMatchObject(seen);
    for (const query of [one.domain, two.domain, `COMPANY  ${one.domain.slice(0, 8)}`]) {
      const { body } = await operator.get(`${intelligence}?query=${encodeURIComponent(query)}`);
      expect(body).toMatchObject({ companies: [seen.company], next: null });
    }
  });
});

describe('asking for a refresh', () => {
  const receipt = z.object({
    jobId: z.string(),
    companyId: z.string(),
    status: z.string(),
    notBefore: z.string().nullable(),
  });
  const refreshing = async (company: string, body?: unknown) => {
    const { status, body: answer } = await operator.post(`${intelligence}/${company}/refresh`, body);
    expect([status, answer]).toEqual([202, answer]);
    return receipt.parse(answer);
  };
  it('puts one job in line, first and as thorough as it is wanted, wakes its company, and the next goes into it', async () => {
    const { id, domain } = await rows.addCompany();
    const first = await refreshing(domain, {});
    expect(first).toEqual({ jobId: expect.any(String), companyId: id, status: 'accepted', notBefore: null });
    expect(await refreshing(id, { enrichmentLevel: 'deep_research' })).toEqual({ ...first, status: 'coalesced' });
    expect((await operator.get(`/api/v1/jobs/${first.jobId}`)).body).toMatchObject({
      status: 'waiting',
      priority: 1,
      enrichmentLevel: 'deep_research',
      forced: false,
      reasons: [{ requestedBy: 'operator (http)' }, { coalesced: true }],
    });
    expect(await signalsOf(id)).toEqual([first.jobId]);
  });

  it('within the hour waits until it is over; forced by an operator it does not', async () => {
    const { id } = await rows.addCompany();
    await rows.addJob(id, { status: 'completed', startedAgoMs: 1_000 });
    const waits = await refreshing(id);
    expect(waits).toMatchObject({ status: 'coalesced', notBefore: expect.any(String) });
    expect(await refreshing(id, { force: true })).toEqual({ ...waits, notBefore: null });
    expect((await operator.get(`/api/v1/jobs/${waits.jobId}`)).body).toMatchObject({ forced: true });
    expect(await signalsOf(id)).toEqual([waits.jobId, `${waits.jobId}:forced`]);
  });

  it('is for keys that may read leads, and forcing it for operators alone', async () => {
    const { id } = await rows.addCompany();
    const path = `${intelligence}/${id}/refresh`;
    expect(await asking((await keyFor()).key, 'POST', path, {})).toMatchObject(problem(403, 'may_not_read'));
    const { id: keyId, key } = await keyFor({ readsLeads: true, name: 'crm' });
    expect(await asking(key, 'POST', path, { force: true })).toMatchObject(problem(403, 'only_operators_force'));
    const { rows: none } = await causeway.queries.execute(
      sql`select from buyer_group_refresh_logs where company_id = ${id}`,
    );
    expect(none).toEqual([]);
    const { status, headers, body } = await asking(key, 'POST', path, { force: false });
    const { jobId } = receipt.parse(body);
    expect([status, headers.get('location')]).toEqual([202, `/api/v1/jobs/${jobId}`]);
    const by = `key crm (${keyId})`;
    expect((await asking(key, 'GET', `/api/v1/jobs/${jobId}`)).body).toMatchObject({ reasons: [{ requestedBy: by }] });
    const { rows: audit } = await causeway.queries.execute(
      sql`select who, what from audit_log where on_what = ${jobId}`,
    );
    expect(audit).toEqual([{ who: by, what: 'request refresh' }]);
    const other = await keyFor({ readsLeads: true, tenantId: 'other' });
    expect(await asking(other.key, 'POST', path, {})).toMatchObject(problem(404, 'unknown_company'));
  });

  it('keeps whom to tell sealed under their key, and nowhere else', async () => {
    const { id } = await rows.addCompany();
    const notify = `${randomUUID()}@example.com`;
    const { jobId } = await refreshing(id, { notify });
    const { rows: kept } = await causeway.queries.execute<{
      sealed: Buffer;
      keyId: string;
      wrapped: Buffer;
      row: string;
    }>(sql`
      select r.requester_sealed as sealed, k.id as "keyId", k.wrapped, (to_jsonb(r) || to_jsonb(l))::text as row
      from buyer_group_refresh_reasons r join buyer_group_refresh_logs l on l.id = r.job_id
        join subject_keys k on k.id = r.requester_key_id where r.job_id = ${jobId}`);
    if (!kept[0]) throw new Error('nobody is to be told');
    const { sealed, keyId, wrapped, row } = kept[0];
    expect(sealedRequester.open(keyringOf(causeway).unwrap({ id: keyId, wrapped }).key, keyId, sealed)).toBe(notify);
    expect(row).not.toContain(notify);
    expect(JSON.stringify((await operator.get(`/api/v1/jobs/${jobId}`)).body)).not.toContain(notify);
  });

  it('for a company that is not known yet adds it, by its domain or its name, once', async () => {
    const domain = `${randomUUID()}.example`;
    const adding = (company: unknown) => operator.post(intelligence, { company });
    const { body } = await adding({ domain: `https://www.${domain}/` });
    const { companyId, jobId } = receipt.parse(body);
    expect((await operator.get(`/api/v1/jobs/${jobId}`)).body).toMatchObject({ company: { domain } });
    expect((await adding({ domain, name: 'Example' })).body).toMatchObject({ companyId, jobId, status: 'coalesced' });
    const name = `Company of ${randomUUID()}`;
    const byName = receipt.parse((await adding({ name })).body);
    expect((await adding({ name: name.toUpperCase() })).body).toMatchObject({ companyId: byName.companyId });
  });

  it.each([
    ['nothing', {}],
    ['no name and no domain', { company: {} }],
    ['an address that is none', { company: { name: 'Example' }, notify: 'canary-at-example' }],
    ['a level that is none', { company: { name: 'Example' }, enrichmentLevel: 'all' }],
    ['a field that is none', { company: { name: 'Example' }, 'canary@example.com': 1 }],
    ['a force that is neither yes nor no', { company: { name: 'Example' }, force: 'yes' }],
  ])('with %s is a 400 that says what to send, and not what was sent', async (_what, body) => {
    const answer = await operator.post(intelligence, body);
    expect(answer).toMatchObject(problem(400, 'bad_request'));
    expect(JSON.stringify(answer.body)).not.toContain('canary');
  });

  it.each(['ada@example.com', 'https://ada@example.com/', 'mailto:ada@example.com'])(
    'for %s is refused, since that is somebody and no company, and adds none',
    async (address) => {
      const refusal = problem(400, 'no_domain', expect.stringMatching(/address.*domain of the company/));
      expect(await operator.post(intelligence, { company: { domain: address } })).toMatchObject(refusal);
      const path = `${intelligence}/${encodeURIComponent(address)}/refresh`;
      expect(await operator.post(path, undefined)).toMatchObject(refusal);
      expect(await operator.get(path.replace(/refresh$/, 'buyer-group'))).toMatchObject(refusal);
      const { rows: added } = await causeway.queries.execute(
        sql`select from companies where domain = 'example.com' or name like '%@%'`,
      );
      expect(added).toEqual([]);
    },
  );

  it.each(['linkedin.com', 'https://de.linkedin.com/company/acme', 'www.facebook.com/acme', 'gmail.com'])(
    'for %s, at which many have a page or a mailbox, is refused, says what to give instead, and adds none',
    async (site) => {
      const refusal = problem(400, 'no_domain', expect.stringMatching(/company's own domain.*its name/));
      expect(await operator.post(intelligence, { company: { domain: site, name: 'Acme of a page' } })).toMatchObject(
        refusal,
      );
      const path = `${intelligence}/${encodeURIComponent(site)}/refresh`;
      expect(await operator.post(path, {})).toMatchObject(refusal);
      expect(await operator.get(`${intelligence}/${encodeURIComponent(site)}/buyer-group`)).toMatchObject(refusal);
      const { rows: added } = await causeway.queries.execute(
        sql`select from company_aliases where value in ('linkedin.com', 'facebook.com', 'gmail.com', 'acme of a page')`,
      );
      expect(added).toEqual([]);
    },
  );

  it('for the company behind such a site is answered by its name', async () => {
    expect(await operator.post(intelligence, { company: { name: 'LinkedIn' } })).toMatchObject({ status: 202 });
  });

  it('for an address as the name of a company is refused alike', async () => {
    expect(await operator.post(intelligence, { company: { name: 'ada@example.com' } })).toMatchObject(
      problem(400, 'no_domain'),
    );
  });

  it('without the body that a route needs says that one is needed, and where it is described', async () => {
    for (const path of [intelligence, '/ops/redrives', '/ops/settlements', '/ops/subjects'])
      expect(await sending(path, '')).toMatchObject(problem(400, 'bad_request', expect.stringMatching(/JSON.*\/docs/)));
    const { id } = await rows.addCompany();
    expect(await sending(`${intelligence}/${id}/refresh`, '')).toMatchObject({ status: 202 });
  });

  it('for something that is no domain, or that nobody knows, says so', async () => {
    expect(await operator.post(intelligence, { company: { domain: 'no domain' } })).toMatchObject(
      problem(400, 'no_domain'),
    );
    expect(await operator.post(`${intelligence}/nobody.example/refresh`, {})).toMatchObject(
      problem(404, 'unknown_company', expect.stringContaining('POST')),
    );
  });

  it('or searching, by a text with NUL, which no column holds, is refused, and says what to do', async () => {
    const refusal = problem(400, 'bad_request', expect.stringContaining('without NUL characters; leave them out'));
    for (const company of [{ name: 'A\u0000B' }, { domain: 'a\u0000b.example' }])
      expect(await operator.post(intelligence, { company })).toMatchObject(refusal);
    expect(await operator.get(`${intelligence}?query=a%00b`)).toMatchObject(refusal);
  });
});

describe('a role change', () => {
  it('is shown with the refreshes that it led to, also those that it only went into', async () => {
    const change = await rows.addEvent({ type: 'person.role_change' });
    const [left, joined] = [await rows.addCompany(), await rows.addCompany()];
    const jobs = [await rows.addJob(left.id), await rows.addJob(joined.id, { status: 'completed' })];
    const [first = '', second = ''] = jobs;
    await rows.addReason({ id: first, companyId: left.id }, { eventId: change.id, move: 'left', coalesced: true });
    await rows.addReason({ id: second, companyId: joined.id }, { eventId: change.id, move: 'joined' });
    const seen = {
      // Of the company that was joined.
      jobId: second,
      refreshes: [
        {
          jobId: first,
          companyId: left.id,
          company: { name: expect.stringContaining('Company'), domain: left.domain },
          move: 'left',
          coalesced: true,
          status: 'waiting',
        },
        {
          jobId: second,
          companyId: joined.id,
          company: { domain: joined.domain },
          move: 'joined',
          coalesced: false,
          status: 'completed',
        },
      ],
    };
    for (const path of ['/api/v1/events', '/ops/why']) {
      expect((await operator.get(`${path}/${change.id}`)).body).toMatchObject(seen);
    }
    const other = await rows.addEvent();
    expect((await operator.get(`/ops/why/${other.id}`)).body).toMatchObject({ jobId: null, refreshes: [] });
  });
});

describe('a refresh that waits', () => {
  it('is no event yet, and whoever asks for one learns for what, until when and where it is seen, if they may', async () => {
    const { id: companyId, domain } = await rows.addCompany();
    await rows.addJob(companyId, { status: 'completed', startedAgoMs: hour / 2 });
    const id = await rows.addJob(companyId);
    const change = await rows.addEvent({ source: 'hr-feed' });
    await rows.addReason({ id, companyId }, { eventId: change.id, move: 'joined' });
    const said = new RegExp(
      `refresh of ${domain} that waits until \\d{4}-.*, since somebody joined it; .*/api/v1/jobs/`,
    );
    const refusal = problem(404, 'refresh_without_event', expect.stringMatching(said));
    expect(await operator.get(`/ops/why/${id}`)).toMatchObject(refusal);
    const path = `/api/v1/events/${id}`;
    expect(await operator.get(path)).toMatchObject(refusal);
    const { key: own } = await keyFor({ sources: ['hr-feed'] });
    expect(await asking(own, 'GET', path)).toMatchObject(refusal);
    for (const more of [{ sources: ['shop'] }, { tenantId: 'other' }]) {
      const { key } = await keyFor(more);
      const { body } = await asking(key, 'GET', path);
      expect(body).toMatchObject(problem(404, 'unknown_event').body);
    }
    await cancel(id);
    expect(await operator.get(path)).toMatchObject(
      problem(404, 'refresh_without_event', expect.stringContaining('never began')),
    );
  });
});

describe('job_queue_depth', () => {
  it('counts the jobs that are due, and not those whose company still has its hour', async () => {
    const before = await depth();
    const [due, waits, forced] = await Promise.all([rows.addCompany(), rows.addCompany(), rows.addCompany()]);
    for (const { id } of [waits, forced]) await rows.addJob(id, { status: 'completed', startedAgoMs: 1_000 });
    await rows.addJob(due.id);
    await rows.addJob(waits.id);
    await rows.addJob(forced.id, { forced: true });
    expect((await depth()) - before).toBe(2);
  });
});
