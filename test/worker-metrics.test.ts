import { afterAll, beforeAll, expect, it } from 'vitest';
import { acceptEvents } from '../src/db/accept-events.ts';
import { writeProviderState } from '../src/db/provider-states.ts';
import { freePorts } from '../src/main/world/ports.ts';
import { startCauseway, type Causeway } from './causeway.ts';
import { eventually } from './eventually.ts';
import { insertKey, newEventRow, newLane } from './event-rows.ts';
import { dealChange, newId } from './hubspot-events.ts';
import { operatorOf } from './ops.ts';
import { ids } from './parsed-event.ts';
import { type Program, startProgram } from './program.ts';

/** Protects what is seen of a worker, which has no HTTP surface of its own: without these two pages nobody knows that it is there. */

let causeway: Causeway;
let worker: Program;
let pages: { own: string; sdk: string };
beforeAll(async () => {
  causeway = await startCauseway({ worker: false });
  const [own, sdk] = await freePorts(2);
  worker = await startProgram('worker', causeway.configuration, {
    METRICS_PORT: String(own),
    TEMPORAL_METRICS_PORT: String(sdk),
  });
  pages = { own: `http://127.0.0.1:${own}/metrics`, sdk: `http://127.0.0.1:${sdk}/metrics` };
});
afterAll(async () => {
  await worker.stop();
  await causeway.close();
});

const page = async (url: string): Promise<string> => {
  const response = await fetch(url, { signal: AbortSignal.timeout(5_000) });
  expect(response.status).toBe(200);
  return response.text();
};

it('a worker serves what it counted, what is open, its own process, and what Temporal sees of it', async () => {
  const [id = ''] = ids((await causeway.post([dealChange(newId())])).body.events);
  await causeway.finished(id);
  const own = await eventually('the event is counted', async () => {
    const text = await page(pages.own);
    return /gtm_pipeline_events_finished_total\{outcome="undecided",decided_by="none"\} 1/.test(text)
      ? text
      : undefined;
  });
  expect(own).toMatch(/^gtm_pipeline_lane_head_age_seconds 0$/m);
  expect(own).toMatch(/^gtm_pipeline_unknown_effects 0$/m);
  // A series that begins with its first value hides that one: what may be rare is there from the start.
  expect(own).toMatch(/^pipeline_completed_total\{workflow="leadIntake",outcome="captured"\} 0$/m);
  expect(own).toMatch(/^pipeline_step_duration_seconds_count\{step="act",result="failed"\} 0$/m);
  expect(own).toMatch(/^provider_calls_total\{provider="Lusha",result="refused"\} 0$/m);
  expect(own).toMatch(/^process_cpu_seconds_total/m);
  expect(own).not.toContain(id);
  expect(await page(pages.sdk)).toMatch(/^temporal_worker_task_slots_available/m);
});

it('a worker answers nothing else', async () => {
  for (const [method, path] of [
    ['POST', '/metrics'],
    ['GET', '/'],
    ['GET', '/metrics/x'],
  ] as const) {
    const response = await fetch(new URL(path, pages.own), { method, signal: AbortSignal.timeout(5_000) });
    expect(response.status).toBe(404);
  }
});

it('the page says what waits in the lanes, and who is left alone', async () => {
  await worker.stop();
  const { queries } = causeway;
  const [lane, other] = [newLane(), newLane()];
  await insertKey(queries);
  const request = { tenantId: 'default', source: 'test', correlationId: 'test', traceParent: null };
  await acceptEvents(queries, request, [newEventRow(lane), newEventRow(lane), newEventRow(lane), newEventRow(other)]);
  const state = { process: 'a worker', lastFailureClass: null };
  await writeProviderState(queries, { provider: 'Slack', state: 'open', ...state });
  await writeProviderState(queries, { provider: 'Gmail', state: 'half-open', ...state });
  const { body } = await operatorOf(causeway).get('/metrics');
  expect(body).toMatch(/^gtm_pipeline_open_lanes 2$/m);
  expect(body).toMatch(/^gtm_pipeline_waiting_events 2$/m);
  expect(body).toMatch(/^gtm_pipeline_provider_open\{provider="Slack"\} 1$/m);
  expect(body).toMatch(/^gtm_pipeline_provider_open\{provider="Gmail"\} 0.5$/m);
  expect(body).toMatch(/^gtm_pipeline_provider_open\{provider="HubSpot"\} 0$/m);
});
