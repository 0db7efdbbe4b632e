import type { Arranged, Delivery, DemoEvent } from './scenario.ts';

/** Whom the directory of companies knows to work at the company that somebody joins. */
const staff = [
  ['Ada Arnold', 'Chief Financial Officer'],
  ['Ben Brandt', 'Head of Sales'],
  ['Cleo Conti', 'Marketing Manager'],
] as const;

/** A company that CoreSignal and Lusha know, with three people; one of its own in each run, since a company is refreshed once an hour. */
export function peopleOf(run: number): Arranged[] {
  return [
    { path: `companies/${run}`, body: { name: `Demo ${run}`, domain: domainOf(run) } },
    ...staff.map(([name, title], index) => ({
      path: `people/${run * 10 + index}`,
      body: { name, positions: [{ companyId: String(run), title, from: '2021-05-01' }] },
    })),
  ];
}

const domainOf = (run: number): string => `demo-${run}.example`;

/** Somebody changes the company: the groups of both are refreshed, and what is new is told. */
export function roleChange(run: number, nowMs: number): Delivery {
  const nothing = { mode: null, decidedBy: 'none', effects: [] } as const;
  const told = { ...nothing, effects: ['slack chat.postMessage'] };
  const event: DemoEvent = {
    title: 'a champion changes the company',
    event: {
      id: `demo-${run}`,
      source: 'hr-feed',
      type: 'person.role_change',
      timestamp: new Date(nowMs).toISOString(),
      person: { id: `p-${run}`, name: 'Dana Duval', oldTitle: 'Head of Sales', newTitle: 'VP Sales' },
      company: { name: `Demo ${run}`, domain: domainOf(run) },
      previousCompany: { name: `Before ${run}`, domain: `before-${run}.example` },
      changes: {},
    },
    expected: nothing,
    refreshes: [
      { move: 'joined', title: 'the company that she joined', expected: told },
      { move: 'left', title: 'the company that she left', expected: nothing },
    ],
  };
  return { source: 'person-change', answers: [], events: [event] };
}
