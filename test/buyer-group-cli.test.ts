import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { groupsCommand } from '../src/cli/groups.ts';
import { jobsCommand } from '../src/cli/jobs.ts';
import { redriveCommand } from '../src/cli/redrive.ts';
import { runCli } from '../src/cli/run-cli.ts';
import { whyCommand } from '../src/cli/why.ts';
import { childEnvironment } from '../src/config/environment.ts';
import { mergeCompany } from '../src/db/buyer-groups/merge-company.ts';
import { inTransaction } from '../src/db/transaction.ts';
import { wireOperations } from '../src/main/wire-operations.ts';
import { type BuyerGroupRows, buyerGroupRows } from './buyer-group-rows.ts';
import { type Causeway, startCauseway } from './causeway.ts';
import { insertKey } from './event-rows.ts';
import { operatorOf } from './ops.ts';
import { keyringOf } from './violation-rows.ts';

/** Protects what operators see of buyer groups, and how they steer refreshes, where there is no HTTP. */

let causeway: Causeway;
let rows: BuyerGroupRows;
beforeAll(async () => {
  causeway = await startCauseway({ worker: false });
  rows = buyerGroupRows(causeway);
  await insertKey(causeway.queries);
});
afterAll(() => causeway.close());

type Ended = { code: number; out: string; error: string };

/** Runs the real command line in a process of its own, over the database and the task queue of this test. */
function program(...args: string[]): Promise<Ended> {
  const { DATABASE_URL, TEMPORAL_ADDRESS, TEMPORAL_TASK_QUEUE, HASH_KEY } = causeway.configuration;
  const env = childEnvironment({ DATABASE_URL, TEMPORAL_ADDRESS, TEMPORAL_TASK_QUEUE, HASH_KEY });
  const path = join(import.meta.dirname, '..', 'src', 'main', 'cli.ts');
  return new Promise((resolve) => {
    execFile(process.execPath, [path, ...args], { env, timeout: 100_000 }, (error, out, stderr) =>
      resolve({ code: error ? Number(error.code ?? -1) : 0, out: out.trim(), error: stderr.trim() }),
    );
  });
}

/** The same commands in this process, which takes no seconds to start. */
async function cli(...args: string[]): Promise<Ended> {
  const { configuration, queries, workflows, metrics, log } = causeway;
  const keyring = keyringOf(causeway);
  const dependencies = { tenantId: 'default', queries, keyring, workflows, metrics, log };
  const operations = wireOperations(configuration, dependencies);
  const commands = [
    jobsCommand((work) => work(operations.jobs)),
    groupsCommand((work) => work(operations)),
    whyCommand((work) => work(operations)),
    redriveCommand((work) => work(operations.redrives)),
  ];
  const [out, error]: [string[], string[]] = [[], []];
  const code = await runCli(commands, args, {
    out: (line) => void out.push(line),
    error: (line) => void error.push(line),
  });
  return { code, out: out.join('\n'), error: error.join('\n') };
}

/** A process takes its seconds to start on a busy machine. */
const processes = { timeout: 240_000 };

describe('jobs', () => {
  it('shows what it could not find out in words, with the number of people', async () => {
    const { id: companyId } = await rows.addCompany();
    const id = await rows.addJob(companyId, { status: 'completed' });
    await causeway.queries.execute(sql`
      update buyer_group_refresh_logs set gaps = '[{"step": "enrich", "class": "LushaPaymentRequired", "people": 11},
        {"step": "discover", "class": "CoreSignalTimeout", "people": 1}]' where id = ${id}`);
    const { out } = await cli('jobs', 'show', id);
    expect(out).toContain(
      'not known (LushaPaymentRequired): Lusha has no credits left: 11 people have no address, or lack a number that was wanted; buy some there',
    );
    expect(out).toContain(
      'not known (CoreSignalTimeout): CoreSignal did not answer in time: 1 person of the company was',
    );
  });

  it('shows one that was canceled as that, and as no failure', async () => {
    const { id: companyId, domain } = await rows.addCompany();
    const id = await rows.addJob(companyId, { status: 'canceled', failureClass: 'Canceled' });
    expect((await cli('jobs', 'show', id)).out).toMatch(new RegExp(`^${domain}: canceled, priority (?!.*failed)`, 's'));
    expect((await cli('jobs', '--status', 'canceled')).out).toMatch(new RegExp(`^${id} .* canceled .*Z? *\\S+$`, 'm'));
    expect((await cli('jobs', '--status', 'canceled')).out).not.toContain('Canceled');
  });

  it('shows no progress of what was canceled or failed', async () => {
    const { id: companyId } = await rows.addCompany();
    for (const status of ['canceled', 'failed'] as const) {
      const id = await rows.addJob(companyId, { status });
      await causeway.queries.execute(
        sql`update buyer_group_refresh_logs set step = 'done', progress = 40 where id = ${id}`,
      );
      expect((await cli('jobs', 'show', id)).out).not.toMatch(/%|done/);
      const listed = (await cli('jobs', '--status', status)).out.split('\n').find((line) => line.startsWith(id));
      expect(listed).toMatch(new RegExp(`${status} +- +2 `));
    }
  });

  it('that never began cannot be run again, which redrive says, with what to do', async () => {
    const { id: companyId } = await rows.addCompany();
    const [canceled, waiting] = [await rows.addJob(companyId, { status: 'canceled' }), await rows.addJob(companyId)];
    await causeway.queries.execute(sql`update buyer_group_refresh_logs set started_at = null where id = ${canceled}`);
    for (const dryRun of [['--dry-run'], []]) {
      const again = await cli('redrive', canceled, ...dryRun);
      expect(again.code).toBe(1);
      expect(again.out).toContain(`${canceled}: this is a refresh that never began and is canceled`);
      expect(again.out).toContain(`npm run causeway -- groups refresh ${companyId}`);
      expect((await cli('redrive', waiting, ...dryRun)).out).toContain('it waits for its turn, and then begins');
    }
  });

  it('lists them by their status, shows one, and cancels one that waits, once', async () => {
    const { id: companyId, domain } = await rows.addCompany();
    const failed = await rows.addJob(companyId, { status: 'failed', failureClass: 'LushaPaymentRequired' });
    const waiting = await rows.addJob(companyId);
    await rows.addReason({ id: waiting, companyId }, { requestedBy: 'operator (cli)' });
    const listed = await cli('jobs');
    expect(listed).toMatchObject({ code: 0, error: '' });
    expect(listed.out).toMatch(new RegExp(`^job .*\n.*\n(.*\n)*${waiting} +${domain} +waiting `));
    const only = await cli('jobs', '--status', 'failed');
    expect(only.out).toMatch(new RegExp(`${failed} +${domain} +failed .*LushaPaymentRequired`));
    expect(only.out).not.toContain(waiting);

    const shown = await cli('jobs', 'show', waiting);
    expect(shown.out).toMatch(new RegExp(`^${domain}: waiting, 0 % \\(waiting\\), priority 2, enrich\n`));
    expect(shown.out).toContain('it waits for its turn');
    expect(shown.out).toMatch(/asked for +operator \(cli\) +2 +no /);
    const json: unknown = JSON.parse((await cli('jobs', 'show', waiting, '--json')).out);
    expect(json).toEqual((await operatorOf(causeway).get(`/api/v1/jobs/${waiting}`)).body);

    expect(await cli('jobs', 'cancel', waiting)).toEqual({ code: 0, out: `${waiting} is canceled`, error: '' });
    expect(await cli('jobs', 'cancel', waiting)).toMatchObject({
      code: 1,
      error: expect.stringContaining('is canceled'),
    });
    for (const verb of ['show', 'cancel']) {
      const error = expect.stringContaining('npm run causeway -- jobs lists');
      expect(await cli('jobs', verb, randomUUID())).toEqual({ code: 1, out: '', error });
    }
  });
});

describe('groups', processes, () => {
  it('shows who is in one, in which part and why', async () => {
    const { id, domain } = await rows.addCompany();
    const person = await rows.addPerson({ name: 'Ada Example' });
    await rows.addMember(id, person, { role: 'champion', confidence: 0.5, title: 'VP Sales', move: 'joined' });
    const { code, out } = await cli('groups', 'show', domain);
    expect(code).toBe(0);
    expect(out).toContain(`(${domain}), id ${id}\nno run is over yet\n`);
    expect(out).toMatch(
      new RegExp(`Ada Example +VP Sales +champion +0.50 +${person.email} +joined 2026-03-01 +a test says so`),
    );
    const json: unknown = JSON.parse((await cli('groups', 'show', id, '--json')).out);
    expect(json).toEqual((await operatorOf(causeway).get(`/api/v1/intelligence/companies/${id}/buyer-group`)).body);
    expect(await cli('groups', 'show', 'nobody.example')).toEqual({
      code: 1,
      out: '',
      error: expect.stringContaining('groups refresh <domain>'),
    });
  });

  it('shows one by the id of a company that was merged into it, and says so', async () => {
    const [one, two] = [await rows.addCompany(), await rows.addCompany()];
    await inTransaction(causeway.queries, (transaction) => mergeCompany(transaction, { from: one.id, to: two.id }));
    const { code, out } = await cli('groups', 'show', one.id);
    expect(code).toBe(0);
    expect(out).toContain(`(${two.domain}), id ${two.id}\n`);
    expect(out).toContain(`also id ${one.id}\n`);
  });

  it('says that it shows only the latest changes, of how many, and how all are seen', async () => {
    const { id, domain } = await rows.addCompany();
    const person = await rows.addPerson({ name: 'Ada Example' });
    for (let changes = 0; changes < 10; changes += 1) await rows.addChange(id, person, { kind: 'found' });
    expect((await cli('groups', 'show', domain)).out).not.toContain('changes; all');
    for (let changes = 0; changes < 2; changes += 1) await rows.addChange(id, person, { kind: 'found' });
    const { out } = await cli('groups', 'show', domain);
    expect(out.match(/ found .*Ada Example/g)).toHaveLength(10);
    expect(out).toContain(`\n10 of 12 changes; all: npm run causeway -- groups show ${domain} --json`);
  });

  it('has one refreshed, as it is wanted, and adds a domain that is not known', async () => {
    const domain = `${randomUUID()}.example`;
    const { code, out, error } = await program('groups', 'refresh', domain, '--force', '--level', 'identify');
    expect([code, error]).toEqual([0, '']);
    const [, jobId = ''] = /^\S+ was not known, and was added\njob (\S+) runs next(?:, forced)?\nsee /.exec(out) ?? [];
    const read = z.object({
      company: z.unknown(),
      forced: z.boolean(),
      enrichmentLevel: z.string(),
      reasons: z.array(z.unknown()),
    });
    expect(read.parse((await operatorOf(causeway).get(`/api/v1/jobs/${jobId}`)).body)).toMatchObject({
      company: { domain },
      forced: true,
      enrichmentLevel: 'identify',
      reasons: [{ requestedBy: 'operator (cli)', priority: 1 }],
    });
    expect((await program('jobs', 'show', jobId)).out).toContain(`${domain}: waiting`);
    const again = await cli('groups', 'refresh', domain, '--notify', 'ada@example.com');
    expect(again.out).toContain(`it goes into job ${jobId}, which was to come anyway`);
    expect(await cli('groups', 'refresh', randomUUID())).toMatchObject({
      code: 1,
      error: expect.stringContaining('no company'),
    });
  });

  it('has one refreshed by its name where nobody knows its domain', async () => {
    const name = `Kontor ${randomUUID()}`;
    const first = await cli('groups', 'refresh', '--name', name);
    const [, jobId = ''] = /^job (\S+) runs next\n/.exec(first.out) ?? [];
    expect((await cli('jobs', 'show', jobId)).out).toContain(`${name}: waiting`);
    expect((await cli('groups', 'refresh', '--name', name)).out).toContain(`it goes into job ${jobId}`);
  });
});

describe('why', () => {
  it('says of a role change which refreshes it led to, and whether it only went into one', async () => {
    const { id: companyId, domain } = await rows.addCompany();
    const job = await rows.addJob(companyId);
    const { id } = await rows.addEvent({ type: 'person.role_change' });
    await rows.addReason({ id: job, companyId }, { eventId: id, move: 'promoted', coalesced: true });
    const { out } = await cli('why', id);
    expect(out).toMatch(
      new RegExp(`^refresh +company +change +status +coalesced\n.*\n${job} +${domain} +promoted +waiting +yes$`, 'm'),
    );
    await rows.addEvent({ id: job, type: 'company.buyer_group_refresh' });
    expect((await cli('why', job)).out).toContain(`npm run causeway -- jobs show ${job}`);
  });
});

describe('why a refresh waits', () => {
  it('is said by its id: for which company, until when, and for which reasons', async () => {
    const { id: companyId, domain } = await rows.addCompany();
    await rows.addJob(companyId, { status: 'completed', startedAgoMs: 60_000 });
    const job = await rows.addJob(companyId);
    const { id } = await rows.addEvent({ type: 'person.role_change' });
    await rows.addReason({ id: job, companyId }, { eventId: id, move: 'joined' });
    const { code, out, error } = await cli('why', job);
    expect([code, error]).toEqual([0, '']);
    expect(out).toMatch(new RegExp(`^this is a refresh that waits: .*\n${domain}: waiting, `));
    expect(out).toMatch(/^it waits until \d{4}-.*, when the hour of its company is over$/m);
    expect(out).toMatch(new RegExp(`^joined +${id} `, 'm'));
    const json: unknown = JSON.parse((await cli('why', job, '--json')).out);
    expect(json).toEqual((await operatorOf(causeway).get(`/api/v1/jobs/${job}`)).body);
  });
});

const unasked = () => Promise.reject(new Error('nothing may be asked'));

describe('a command that is called wrongly', () => {
  it.each([
    [['jobs', '--status', 'done'], '--status: one of waiting'],
    [['jobs', 'show'], "say 'jobs', 'jobs show <job id>'"],
    [['jobs', 'end', 'x'], "say 'jobs', 'jobs show <job id>'"],
    [['groups'], "say 'groups show <domain or id>'"],
    [['groups', 'show', 'nobody'], 'name a company by its domain'],
    [['groups', 'refresh', 'ada@example.com'], 'that is an address of somebody, and no company'],
    [['groups', 'refresh', 'https://www.linkedin.com/company/acme'], 'name the company by its own domain or its id'],
    [['groups', 'show', 'de.linkedin.com'], 'name the company by its own domain or its id'],
    [['groups', 'refresh', 'example.com', '--name', 'Example'], '--name stands in place of the domain'],
    [['groups', 'show', '--name', 'Example'], "for 'groups refresh' alone"],
    [['groups', 'refresh', '--name', 'ada@example.com'], '--name: what the company is called, and no address'],
    [['groups', 'show', 'ada@example.com'], 'that is an address of somebody, and no company'],
    [['groups', 'refresh', 'example.com', '--level', 'all'], '--level: one of identify'],
    [['groups', 'refresh', 'example.com', '--notify', 'nobody'], '--notify: one plain address'],
  ])('%j is exit code 2, with what is wrong and how it is used, and asks nothing', async (args, problem) => {
    const said: string[] = [];
    const write = (line: string) => void said.push(line);
    const commands = [jobsCommand(unasked), groupsCommand(unasked)];
    expect(await runCli(commands, args, { out: write, error: write })).toBe(2);
    expect(said.join('\n')).toContain(problem);
    expect(said.join('\n')).toContain('Usage: npm run');
  });
});
