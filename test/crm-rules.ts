import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { projectFolder } from '../src/main/world/folders.ts';
import { contestedDeal, daysFromNow } from './hubspot-events.ts';

/** What the CRM knows of a deal that the rule of rules/README.md decides, and no shipped one: its priority becomes high. */
export const overdueDeal = (): Record<string, string> => ({
  ...contestedDeal(),
  dealstage: 'qualifiedtobuy',
  closedate: daysFromNow(-3),
});

/** The shipped rules and the one of rules/README.md that writes into the CRM, in a folder of their own. */
export async function crmRules(): Promise<{ folder: string; remove(): Promise<void> }> {
  const folder = await mkdtemp(join(tmpdir(), 'causeway-rules-'));
  await cp(join(projectFolder, 'rules'), folder, { recursive: true });
  const readme = await readFile(join(folder, 'README.md'), 'utf8');
  const rule = /```yaml\n(id: deal-priority-at-risk\n[^]*?)```/.exec(readme)?.[1];
  if (rule === undefined) throw new Error('rules/README.md no longer shows a rule called deal-priority-at-risk');
  await writeFile(join(folder, 'deal-priority-at-risk.yaml'), rule);
  return { folder, remove: () => rm(folder, { recursive: true }) };
}
