import { expect, test } from 'vitest';
import type { PositionRecord } from '../../connectors/ports.ts';
import type { RoleChange } from '../../domain/role-change.ts';
import { changeInRecord } from './change-in-record.ts';

/** Protects that no more is said to have changed about somebody than their record tells. */

const now = new Date('2026-06-01T00:00:00Z');
const notice: RoleChange = { kind: 'changed', isThin: true, person: { id: '77' } };
const position = (companyId: string, title: string, from: string | null, to: string | null = null): PositionRecord => ({
  companyId,
  companyName: `Company ${companyId}`,
  companyDomain: null,
  title,
  from,
  to,
  isCurrent: to === null,
});

test.each<
  [string, PositionRecord[], { kind: RoleChange['kind']; since?: string; previousTitle?: string; before?: string }]
>([
  ['a title held since long ago is no change of it', [position('1', 'CFO', '2010-01-01')], { kind: 'changed' }],
  [
    'nor is one that followed another one long ago',
    [position('1', 'CFO', '2015-01-01'), position('1', 'Controller', '2010-01-01', '2015-01-01')],
    { kind: 'changed' },
  ],
  ['nor is one of which nobody knows since when', [position('1', 'CFO', null)], { kind: 'changed' }],
  [
    'one that began lately after another one there is',
    [position('1', 'CFO', '2026-04-01'), position('1', 'Controller', '2010-01-01', '2026-03-31')],
    { kind: 'title_change', previousTitle: 'Controller', since: '2026-04-01' },
  ],
  [
    'one that began lately where there was none before is a join',
    [position('1', 'CFO', '2026-04-01'), position('2', 'CFO', '2010-01-01', '2020-01-01')],
    { kind: 'company_change', since: '2026-04-01' },
  ],
  [
    'and so is one to which somebody has come back after years elsewhere',
    [
      position('1', 'CFO', '2026-04-01'),
      position('2', 'CFO', '2013-01-01', '2025-06-30'),
      position('1', 'Controller', '2010-01-01', '2012-12-31'),
    ],
    { kind: 'company_change', since: '2026-04-01' },
  ],
  [
    'after one elsewhere that ended lately, of which both companies are told',
    [position('1', 'CFO', '2026-04-01'), position('2', 'CFO', '2010-01-01', '2026-03-31')],
    { kind: 'company_change', since: '2026-04-01', before: '2' },
  ],
])('%s', (_what, positions, expected) => {
  const record = { name: 'Mara Quist', title: null, email: null, profileUrl: null, positions };
  const { kind, since, company, previousCompany, previousTitle } = changeInRecord(
    notice,
    { id: '77', updatedAt: null, ...record },
    now,
  );
  expect({ kind, since, previousTitle, company: company?.id, before: previousCompany?.id }).toEqual({
    since: undefined,
    previousTitle: undefined,
    company: '1',
    before: undefined,
    ...expected,
  });
});
