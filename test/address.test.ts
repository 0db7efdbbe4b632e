import { afterAll, beforeAll, expect, inject, it } from 'vitest';
import { startWork } from '../src/main/work.ts';
import { connect } from '../src/temporal/worker.ts';
import { type Causeway, startCauseway } from './causeway.ts';
import { contestedDeal, dealChange, newId } from './hubspot-events.ts';
import { eventually } from './eventually.ts';

let causeway: Causeway;
beforeAll(async () => {
  causeway = await startCauseway({ environment: { EFFECT_CALL_TIMEOUT_MS: '2000' } });
});
afterAll(() => causeway.close());

it('an effect whose answer was lost is looked for where it went, also by a worker with another default channel', async () => {
  const { sandbox, configuration, codec, workflows, log } = causeway;
  const dealId = newId();
  await sandbox.put('deals', String(dealId), contestedDeal());
  await sandbox.fault({ connector: 'slack', operation: 'chat.postMessage', fault: 'slow', delayMs: 60_000 });
  const { body } = await causeway.post([dealChange(dealId)]);
  const id = body.events[0]?.id ?? '';
  await eventually('the message is posted', async () => ((await sandbox.effects()).length > 0 ? true : undefined));
  await causeway.stopWorker();

  const connection = await connect(configuration.TEMPORAL_ADDRESS, log);
  const elsewhere = await startWork(
    {
      configuration: { ...configuration, SLACK_DEFAULT_CHANNEL: '#elsewhere' },
      log,
      tracing: { plugins: [], shutdown: async () => {} },
      metrics: causeway.metrics,
    },
    { connection, codec, workflows, bundle: { codePath: inject('workflowBundlePath') } },
  );
  try {
    const event = await causeway.finished(id, 60_000);
    expect(event).toMatchObject({ outcome: 'acted', actions: [{ effect: { state: 'confirmed' } }] });
    expect((await sandbox.effects()).map(({ target }) => target)).toEqual(['#revenue']);
  } finally {
    await elsewhere.stop();
    await connection.close();
  }
});
