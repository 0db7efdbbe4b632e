import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { freePorts } from '../src/main/world/ports.ts';
import { type Causeway, startCauseway } from './causeway.ts';
import { sendLead, somebody } from './erasing.ts';
import { dealChange, newId, stalledDeal } from './hubspot-events.ts';
import { postSigned } from './post-signed.ts';
import { startProgram } from './program.ts';
import { openSession } from './session.ts';
import { runTraceReceiver, type Span } from './trace-receiver.ts';

// One request is one trace, through every process that carries the event on; and a trace says nothing about people.

const person = {
  email: 'ada.lovelace@example.com',
  firstname: 'Ada-the-first',
  lastname: 'Lovelace-the-last',
  dealname: 'Analytical Engine for Ada',
  phone: '+44 20 7946 0958',
};

/** A deal whose contact is a person; `newId` of its own. */
async function personalDeal({ sandbox }: Causeway): Promise<number> {
  const dealId = newId();
  const contactId = String(newId());
  const { dealname, ...contact } = person;
  await sandbox.put('contacts', contactId, contact);
  await sandbox.put('deals', String(dealId), { ...stalledDeal(), dealname }, { contacts: [contactId] });
  return dealId;
}

/** The processes of a test, and what they send as traces once they have ended. */
async function runTraced(options: { environment?: Record<string, string> } = {}) {
  const receiver = await runTraceReceiver();
  const causeway = await startCauseway({ worker: false });
  const programs: Awaited<ReturnType<typeof startProgram>>[] = [];

  return {
    receiver,
    causeway,
    /** Starts one with tracing on; resolves to its address. */
    async start(name: 'api' | 'worker' | 'all', changes: Record<string, string> = {}): Promise<string> {
      const [port] = await freePorts(1);
      const traced = { PORT: String(port), OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url };
      programs.push(
        await startProgram(name, causeway.configuration, { ...traced, ...options.environment, ...changes }),
      );
      return `http://127.0.0.1:${port}`;
    },
    /** A process sends what it has left when it ends, so that afterwards everything is there. */
    async stop(): Promise<void> {
      await Promise.all(programs.splice(0).map((program) => program.stop()));
    },
    async close(): Promise<void> {
      await this.stop();
      await causeway.close();
      await receiver.close();
    },
  };
}

/** How often a step or a start is tried is no matter of traces, so the spans are told by their names. */
const namesOf = (trace: readonly Span[]) => trace.map(({ service, name }) => `${service} ${name}`);

function expectOneTree(trace: readonly Span[], root: string): void {
  const known = new Set(trace.map(({ spanId }) => spanId));
  const roots = trace.filter(({ parentSpanId }) => parentSpanId === undefined || !known.has(parentSpanId));
  expect(roots.map(({ name, parentSpanId }) => ({ name, parentSpanId }))).toEqual([
    { name: root, parentSpanId: undefined },
  ]);
}

describe('traces', () => {
  let traced: Awaited<ReturnType<typeof runTraced>>;
  const ids: Record<'usual' | 'waiting' | 'swept' | 'failing' | 'untraced' | 'untracedWaiting', string> = {
    usual: '',
    waiting: '',
    swept: '',
    failing: '',
    untraced: '',
    untracedWaiting: '',
  };

  beforeAll(async () => {
    traced = await runTraced();
    const { causeway } = traced;
    const { configuration } = causeway;
    const [closedPort] = await freePorts(1);
    const [api, withoutTemporal] = await Promise.all([
      traced.start('api'),
      traced.start('api', { TEMPORAL_ADDRESS: `127.0.0.1:${closedPort}` }),
    ]);
    const session = await openSession(configuration.DATABASE_URL);
    await session.query(
      `create function quote() returns trigger language plpgsql as $$ begin
         if new.correlation_id = 'failing' then raise 'about ${person.email}'; end if; return new; end $$`,
    );
    await session.query(
      'create trigger quote before update of facts_sealed on events for each row execute function quote()',
    );
    await session.close();

    // All are accepted before there is a worker: so it is certain who starts which.
    const busyLane = await personalDeal(causeway);
    ids.usual = await postSigned(api, configuration, dealChange(busyLane));
    ids.waiting = await postSigned(api, configuration, dealChange(busyLane));
    ids.swept = await postSigned(withoutTemporal, configuration, dealChange(await personalDeal(causeway)));
    const failing = dealChange(await personalDeal(causeway));
    ids.failing = await postSigned(api, configuration, failing, { 'x-correlation-id': 'failing' });
    // This test's own process takes events in with tracing off.
    ids.untracedWaiting = await postSigned(causeway.url, configuration, dealChange(busyLane));
    ids.untraced = await postSigned(causeway.url, configuration, dealChange(await personalDeal(causeway)));
    await traced.start('worker');
    for (const id of Object.values(ids)) await causeway.finished(id, 60_000);
    await traced.stop();
  }, 120_000);
  afterAll(() => traced.close());

  /** All spans of the trace in which an event's workflow ran. */
  async function traceOf(id: string): Promise<Span[]> {
    const { workflow } = await traced.causeway.read(id);
    const { spans } = traced.receiver;
    const run = spans.find(({ name, workflowId }) => name === 'RunWorkflow:gtmEvent' && workflowId === workflow.id);
    return spans.filter(({ traceId }) => traceId === run?.traceId);
  }

  const steps = ['begin', 'enrich', 'decide', 'act', 'finish'];
  const wholeWay = [
    'causeway-api POST /webhooks/:source',
    'causeway-worker RunWorkflow:gtmEvent',
    ...steps.flatMap((step) => [`causeway-worker StartActivity:${step}`, `causeway-worker RunActivity:${step}`]),
    'causeway-worker look up deal',
    'causeway-worker look up contact',
    'causeway-worker perform draft_followup',
  ];

  const startByApi = 'causeway-api StartWorkflow:gtmEvent';
  const startByWorker = 'causeway-worker StartWorkflow:gtmEvent';

  it('lead from the request over the workflow and its steps to the effect', async () => {
    const trace = await traceOf(ids.usual);
    expect(namesOf(trace)).toEqual(expect.arrayContaining([...wholeWay, startByApi]));
    expectOneTree(trace, 'POST /webhooks/:source');
  });

  it('of an event that waited in its lane are its own, though the event before it starts it', async () => {
    const trace = await traceOf(ids.waiting);
    expect(namesOf(trace)).toEqual(expect.arrayContaining([...wholeWay, startByWorker]));
    expect(namesOf(trace)).not.toContain(startByApi);
    expectOneTree(trace, 'POST /webhooks/:source');
    expect(trace[0]?.traceId).not.toBe((await traceOf(ids.usual))[0]?.traceId);
  });

  it('of an event that a sweep starts are its own', async () => {
    const trace = await traceOf(ids.swept);
    expect(namesOf(trace)).toEqual(expect.arrayContaining([...wholeWay, startByWorker]));
    expectOneTree(trace, 'POST /webhooks/:source');
  });

  it('begin at the worker when the API does not trace, for each event a trace of its own', async () => {
    const ofWorker = wholeWay.filter((name) => name.startsWith('causeway-worker'));
    const trace = await traceOf(ids.untraced);
    expect(namesOf(trace)).toEqual(expect.arrayContaining(ofWorker));
    expectOneTree(trace, 'RunWorkflow:gtmEvent');

    const waiting = await traceOf(ids.untracedWaiting);
    expect(namesOf(waiting)).toEqual(expect.arrayContaining([...ofWorker, startByWorker]));
    expectOneTree(waiting, 'StartWorkflow:gtmEvent');
  });

  it('say nothing about people, and of errors only what a history may hold', async () => {
    const failing = (await traceOf(ids.failing)).filter(({ name }) => name === 'RunActivity:enrich');
    const said = 'Error in an activity';
    expect(new Set(failing.map(({ error }) => error))).toEqual(new Set([said]));
    const everything = traced.receiver.bodies.join('\n');
    expect(Object.values(person).filter((value) => everything.includes(value))).toEqual([]);
  });
});

it('a lead is one trace, from its request to each who is told of it', async () => {
  const traced = await runTraced();
  try {
    const { causeway, receiver } = traced;
    const [api] = await Promise.all([traced.start('api'), traced.start('worker')]);
    const id = await sendLead({ ...causeway, url: api }, somebody());
    expect(await causeway.finished(id)).toMatchObject({ outcome: 'captured' });
    await traced.stop();
    const trace = receiver.spans.filter(({ traceId }) => traceId === receiver.spans[0]?.traceId);
    expectOneTree(trace, 'POST /ingest');
    expect(namesOf(trace)).toEqual(
      expect.arrayContaining([
        'causeway-api POST /ingest',
        'causeway-worker RunWorkflow:leadIntake',
        ...['begin', 'capture', 'act', 'finish'].map((step) => `causeway-worker RunActivity:${step}`),
        ...['upsert_contact', 'send_to_marketing', 'send_to_assistant'].map(
          (type) => `causeway-worker perform ${type}`,
        ),
      ]),
    );
  } finally {
    await traced.close();
  }
});

describe('tracing of a part', () => {
  it('the API alone may trace: its events are carried out all the same', async () => {
    const traced = await runTraced();
    try {
      const { causeway } = traced;
      const api = await traced.start('api');
      await causeway.startWorker();
      const id = await postSigned(api, causeway.configuration, dealChange(await personalDeal(causeway)));
      expect(await causeway.finished(id)).toMatchObject({ outcome: 'acted' });
      await traced.stop();
      expect(traced.receiver.spans.map(({ name }) => name).toSorted()).toEqual([
        'POST /webhooks/:source',
        'StartWorkflow:gtmEvent',
      ]);
    } finally {
      await traced.close();
    }
  });

  it('a sampling ratio of 0 sends nothing', async () => {
    const traced = await runTraced({ environment: { OTEL_TRACES_SAMPLER_ARG: '0' } });
    try {
      const { causeway } = traced;
      const all = await traced.start('all');
      const id = await postSigned(all, causeway.configuration, dealChange(await personalDeal(causeway)));
      expect(await causeway.finished(id)).toMatchObject({ outcome: 'acted' });
      await traced.stop();
      expect(traced.receiver.bodies).toEqual([]);
    } finally {
      await traced.close();
    }
  });
});
