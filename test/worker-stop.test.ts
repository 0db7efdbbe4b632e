import { expect, onTestFinished, test, vi } from 'vitest';
import { startCauseway } from './causeway.ts';
import { eventRow } from './event-rows.ts';
import { eventually } from './eventually.ts';
import { dealChange, newId, stalledDeal } from './hubspot-events.ts';
import { startProgram } from './program.ts';

/** Protects what is under way when a worker is told to stop. */

vi.setConfig({ testTimeout: 120_000 });

test('a worker that is told to stop ends the step it is in, and itself in good order', async () => {
  const causeway = await startCauseway({ worker: false });
  onTestFinished(() => causeway.close());
  const dealId = newId();
  await causeway.sandbox.put('deals', String(dealId), stalledDeal());
  await causeway.sandbox.fault({ connector: 'gmail', operation: 'drafts.create', fault: 'slow', delayMs: 3_000 });
  const worker = await startProgram('worker', causeway.configuration);
  const { body } = await causeway.post([dealChange(dealId)]);
  const id = body.events[0]?.id ?? '';
  await eventually(
    'the draft is being made',
    async () => ((await causeway.sandbox.calls('gmail', 'drafts.create')) > 0 ? true : undefined),
    60_000,
  );
  expect(await worker.stop()).toContain('exit code 0');
  expect(worker.lines.some((line) => line.includes('"worker is stopping"'))).toBe(true);
  expect(await causeway.sandbox.effects()).toHaveLength(1);
  await causeway.startWorker();
  expect(await causeway.finished(id)).toMatchObject({ state: 'done', outcome: 'acted' });
  expect(await causeway.sandbox.effects()).toHaveLength(1);
  expect(await eventRow(causeway.queries, id)).toMatchObject({ state: 'done' });
});
