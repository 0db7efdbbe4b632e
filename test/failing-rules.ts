import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Rules of a test: a deal in the stage `notify` wants a message, one in `both` a draft and then a message. */
export async function writeRules(): Promise<{ path: string; remove(): Promise<void> }> {
  const path = await mkdtemp(join(tmpdir(), 'causeway-rules-'));
  await writeFile(join(path, 'notify.yaml'), rule('notify', [notify]));
  await writeFile(join(path, 'both.yaml'), rule('both', [draft, notify]));
  return { path, remove: () => rm(path, { recursive: true, force: true }) };
}

const draft = `  - { action: draft_followup, priority: high, target: [deal.id], parameters: { template: "'stalled_deal_reactivation'" } }`;
const notify = `  - { action: notify_ae, priority: high, target: ["'default'"], parameters: { alert: "'test'" } }`;

const rule = (stage: string, plan: readonly string[]) => `
id: in-stage-${stage}
version: 1
description: A rule of a test.
priority: 1
when: ["deal.stage == '${stage}'"]
reasoning: The stage says so.
plan:
${plan.join('\n')}
`;
