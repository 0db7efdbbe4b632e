import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { z } from 'zod';
import { jobView } from '../src/domain/job-view.ts';
import { buyerGroupView } from '../src/domain/buyer-group-view.ts';
import { type Causeway, startCauseway } from './causeway.ts';
import { eventually } from './eventually.ts';
import { operatorOf } from './ops.ts';

/** Protects that what is asked for by HTTP is carried out, and ends when somebody ends it. */

vi.setConfig({ testTimeout: 120_000 });

let causeway: Causeway;
let operator: ReturnType<typeof operatorOf>;
beforeAll(async () => {
  causeway = await startCauseway();
  operator = operatorOf(causeway);
});
afterAll(() => causeway.close());

const receipt = z.object({ jobId: z.string(), companyId: z.string() });
const refresh = async (domain: string) =>
  receipt.parse((await operator.post('/api/v1/intelligence/companies', { company: { domain } })).body);
const jobWhen = (id: string, isSo: (job: z.infer<typeof jobView>) => boolean) =>
  eventually(
    `job ${id} is as it should be`,
    async () => {
      const job = jobView.parse((await operator.get(`/api/v1/jobs/${id}`)).body);
      return isSo(job) ? job : undefined;
    },
    60_000,
  );

test('a company that nobody knew has a group with names and parts, once its refresh is over', async () => {
  const { jobId, companyId } = await refresh('nordlicht.example');
  const job = await jobWhen(jobId, ({ finishedAt }) => finishedAt !== null);
  expect(job).toMatchObject({
    status: 'completed',
    progress: 100,
    failure: null,
    gaps: [],
    reasons: [{ priority: 1 }],
  });
  const { body } = await operator.get('/api/v1/intelligence/companies/nordlicht.example/buyer-group');
  const { company, group, members, history, lastJob, nextJob } = buyerGroupView.parse(body);
  expect([company.id, company.name, group?.jobId]).toEqual([companyId, 'Nordlicht Software', jobId]);
  expect(members).toHaveLength(job.result?.members ?? -1);
  expect(members.find(({ name }) => name === 'Bruno Falk')).toMatchObject({ title: 'CFO', role: 'economic_buyer' });
  expect(history).toContainEqual(expect.objectContaining({ name: 'Bruno Falk', kind: 'found', jobId }));
  expect([lastJob?.id, nextJob]).toEqual([jobId, null]);
});

test('a refresh that is canceled while a provider is asked ends as canceled, and does not use up the hour', async () => {
  await causeway.sandbox.fault({
    connector: 'coresignal',
    operation: 'companies.enrich',
    fault: 'slow',
    delayMs: 25_000,
    times: 1,
  });
  const { jobId } = await refresh('meridien.example');
  await jobWhen(jobId, ({ workflow, step }) => workflow !== null && step === 'begun');
  const asked = await eventually('it can be asked to end', async () => {
    const answer = await operator.post(`/ops/jobs/${jobId}/cancel`, {});
    return answer.status === 503 ? undefined : answer;
  });
  expect(asked).toMatchObject({ status: 202, body: { id: jobId, status: 'processing' } });
  const job = await jobWhen(jobId, ({ finishedAt }) => finishedAt !== null);
  expect(job).toMatchObject({ status: 'canceled', failure: { class: 'Canceled' }, result: null });
  const again = await refresh('meridien.example');
  expect(await jobWhen(again.jobId, ({ status }) => status !== 'waiting')).toMatchObject({ notBefore: null });
});
