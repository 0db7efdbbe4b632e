import { parseArgs } from 'node:util';
import { z } from 'zod';
import { type BuyerGroupView, maxHistory } from '../domain/buyer-group-view.ts';
import { enrichmentLevels } from '../domain/refresh.ts';
import type { BuyerGroups } from '../operations/buyer-groups.ts';
import type { RefreshRequests, RefreshWish } from '../operations/refresh-requests.ts';
import { isSharedSite, readCompanyNamed } from '../sources/role-change/company-named.ts';
import { isAddress, optionalCompanyName } from '../sources/role-change/fields.ts';
import { type Command, CommandFailed, type Output, UsageError } from './command.ts';
import { formatTable } from './table.ts';

export interface GroupOperations {
  buyerGroups: BuyerGroups;
  refreshRequests: RefreshRequests;
}

const wanted = z.object({
  level: z.enum(enrichmentLevels, `--level: one of ${enrichmentLevels.join(', ')}`).optional(),
  notify: z.email('--notify: one plain address').optional(),
});

function readCompany(text: string) {
  const named = readCompanyNamed(text);
  if (named) return named;
  if (isAddress(text)) {
    throw new UsageError(
      'that is an address of somebody, and no company: name the company by its domain, without what stands before the @, if it is theirs',
    );
  }
  if (isSharedSite(text)) {
    throw new UsageError(
      'many companies have a page or a mailbox at that site, so that it is the domain of none: name the company by its own domain or its id, or where neither is known: groups refresh --name <name>',
    );
  }
  throw new UsageError('name a company by its domain, such as example.com, or by its id');
}

function readName(text: string): string {
  const name = optionalCompanyName.parse(text);
  if (name === undefined) throw new UsageError('--name: what the company is called, and no address');
  return name;
}

const unknown = (company: string) =>
  new CommandFailed(
    `no company is known as '${company}'; a role change that names it adds it, and so does: npm run causeway -- groups refresh <domain>`,
  );

/** `groups`: the buyer group of a company, and having it refreshed. */
export function groupsCommand(withGroups: <T>(work: (groups: GroupOperations) => Promise<T>) => Promise<T>): Command {
  async function show(company: string, json: boolean, output: Output): Promise<boolean> {
    const named = readCompany(company);
    const group = await withGroups(async ({ buyerGroups }) => {
      const id = await buyerGroups.find(named, null);
      return id === undefined ? undefined : buyerGroups.show(id);
    });
    if (!group) throw unknown(company);
    if (json) output.out(JSON.stringify(group, null, 2));
    else for (const line of lines(group)) output.out(line);
    return true;
  }

  async function refresh(
    company: string,
    named: ReturnType<typeof readCompany> | { name: string },
    wish: RefreshWish,
    output: Output,
  ): Promise<boolean> {
    const done = await withGroups(async ({ buyerGroups, refreshRequests }) => {
      const known = 'name' in named ? undefined : await buyerGroups.find(named, null);
      const id = known ?? ('id' in named ? undefined : await refreshRequests.add(named, null));
      if (id === undefined) return undefined;
      return {
        isNew: known === undefined && 'domain' in named,
        receipt: await refreshRequests.request(id, null, wish, 'operator (cli)'),
      };
    });
    if (!done) throw unknown(company);
    const { isNew, receipt } = done;
    if (isNew) output.out(`${company} was not known, and was added`);
    output.out(wordsFor(receipt, wish.force === true));
    output.out(`see how far it is: npm run causeway -- jobs show ${receipt.jobId}`);
    if ('name' in named) output.out(`and who is in it: npm run causeway -- groups show ${receipt.companyId}`);
    return true;
  }

  return {
    name: 'groups',
    summary: 'show the buyer group of a company, or have it refreshed',
    help: `Usage: npm run causeway -- groups show <domain | company id> [--json]
       npm run causeway -- groups refresh <domain | company id | --name <name>> [--force] [--level ${enrichmentLevels.join('|')}] [--notify <address>]

'show' prints who is in the group, in which part and why, with names and addresses. 'refresh' has it found out anew: first among all, once an
hour, by a worker; a domain or a name that is not known is added.

  --name <name>       of a company whose domain is not known
  --force             also within the hour of the last run; what was paid for lately is used again
  --level <level>     how much is found out; as causeway.yaml has it without
  --notify <address>  who is told what has changed, if anything has; kept sealed
  --json              print one JSON object and nothing else`,

    async run(args, output) {
      const { values, positionals } = parseArgs({
        args: [...args],
        allowPositionals: true,
        options: {
          force: { type: 'boolean', default: false },
          level: { type: 'string' },
          name: { type: 'string' },
          notify: { type: 'string' },
          json: { type: 'boolean', default: false },
        },
      });
      const [verb, place, ...more] = positionals;
      const company = place ?? values.name;
      if (company === undefined || more.length > 0 || (verb !== 'show' && verb !== 'refresh')) {
        throw new UsageError("say 'groups show <domain or id>' or 'groups refresh <domain or id>', or --name <name>");
      }
      if (values.name !== undefined && (verb === 'show' || place !== undefined)) {
        throw new UsageError("--name stands in place of the domain, and for 'groups refresh' alone");
      }
      if (verb === 'show') return show(company, values.json, output);
      const parsed = wanted.safeParse(values);
      if (!parsed.success) throw new UsageError(parsed.error.issues.map(({ message }) => message).join('\n'));
      const { level: enrichmentLevel, notify } = parsed.data;
      const named = values.name === undefined ? readCompany(company) : { name: readName(values.name) };
      return refresh(company, named, { enrichmentLevel, force: values.force, notify }, output);
    },
  };
}

function wordsFor(
  { jobId, status, notBefore }: { jobId: string; status: string; notBefore: string | null },
  isForced: boolean,
): string {
  if (isForced) return `job ${jobId} runs next, forced`;
  if (notBefore !== null) return `job ${jobId} runs after ${notBefore}, when the hour of the last run is over`;
  return status === 'coalesced' ? `it goes into job ${jobId}, which was to come anyway` : `job ${jobId} runs next`;
}

const changesShown = 10;

const day = (time: string | null): string => time?.slice(0, 10) ?? '-';

function lines({ company, group, members, former, history, lastJob, nextJob }: BuyerGroupView): string[] {
  const memberRows = members.map((member) => [
    member.name ?? '-',
    member.title ?? '-',
    member.role ?? '-',
    member.confidence.toFixed(2),
    [...member.emails, ...member.phones].join(' ') || '-',
    member.move === null ? '-' : `${member.move} ${day(member.movedAt)}`,
    member.because,
  ]);
  const formerRows = former.map(({ name, title, role, leftAt }) => [
    name ?? '-',
    title ?? '-',
    role ?? '-',
    day(leftAt),
  ]);
  const changeRows = history
    .slice(0, changesShown)
    .map(({ at, kind, name, fromTitle, toTitle, fromRole, toRole }) => [
      at.slice(0, 19),
      kind,
      name ?? '-',
      `${fromTitle ?? fromRole ?? '-'} → ${toTitle ?? toRole ?? '-'}`,
    ]);
  return [
    `${company.name ?? company.domain ?? 'a company'} (${company.domain ?? 'no domain known'}), id ${company.id}`,
    ...(company.formerIds.length === 0
      ? []
      : [`before it was known to be one it was also id ${company.formerIds.join(', ')}`]),
    group === null
      ? 'no run is over yet'
      : `confidence ${group.confidence.toFixed(2)}, cohesion ${group.cohesion.toFixed(2)}${group.isPartial ? ', partial' : ''}, refreshed ${group.refreshedAt}`,
    ...(group?.gaps ?? []).map(({ class: why, explanation }) => `not known (${why}): ${explanation}`),
    ...(memberRows.length === 0
      ? ['nobody is in it']
      : formatTable(['name', 'title', 'part', 'sure', 'reached by', 'moved', 'because'], memberRows)),
    ...(formerRows.length > 0 ? ['', ...formatTable(['left', 'title', 'part', 'on'], formerRows)] : []),
    ...(changeRows.length > 0 ? ['', ...formatTable(['changed at', 'what', 'who', 'from → to'], changeRows)] : []),
    ...(history.length > changesShown
      ? [
          `${changesShown} of ${history.length < maxHistory ? '' : 'the latest '}${history.length} changes; all: npm run causeway -- groups show ${company.domain ?? company.id} --json`,
        ]
      : []),
    ...(lastJob ? [`last job ${lastJob.id}: ${lastJob.status}`] : []),
    ...(nextJob
      ? [
          `next job ${nextJob.id}: ${nextJob.status}${nextJob.notBefore === null ? '' : `, not before ${nextJob.notBefore}`}`,
        ]
      : []),
  ];
}
