import type { Delivery, DemoEvent } from './scenario.ts';

export const leadAddress = (run: number, name: string): string => `${name}.${run}@example.org`;
/** Who agreed, so that there is a lead. */
export const agreed = 'Dee';

/** What a website sends of people who filled its form: one who may be written to, and one who may not. */
export function websiteLeads(run: number): Delivery {
  const lead = (number: number, name: string, consent: boolean) => ({
    idempotency_key: `demo-${run}-${number}`,
    source: 'website',
    email: leadAddress(run, name),
    first_name: name,
    phone: '+44 20 7946 0018',
    message: 'Please send me your prices.',
    submission_type: 'contact form',
    utm_campaign: 'spring',
    consent,
  });
  const leads: DemoEvent[] = [
    {
      title: 'somebody who agreed',
      event: lead(1, agreed, true),
      expected: {
        mode: null,
        decidedBy: 'none',
        effects: ['hubspot contacts.batchUpsert', 'marketing messages.receive', 'assistant messages.receive'],
      },
    },
    {
      title: 'somebody who did not',
      event: lead(2, 'Eli', false),
      expected: { mode: null, decidedBy: 'none', effects: [] },
    },
  ];
  return { source: 'website', answers: [], events: leads };
}
