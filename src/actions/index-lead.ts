import { z } from 'zod';
import type { VersionedDocument } from '../connectors/ports.ts';
import type { Action, ActionInput } from './action.ts';
import { leadOf } from './lead-input.ts';
import { UnusableAction } from './unusable-action.ts';

/** Puts a lead into the search index. */
export const indexLead: Action<'index_lead'> = {
  type: 'index_lead',
  provider: 'Search',
  parameters: z.object({}),
  settleMs: 0,
  // An index that is late is brought up to date, however long its engine was away.
  attempts: Number.POSITIVE_INFINITY,

  async prepare(input, { search }) {
    if (!search) throw new UnusableAction('index_lead: no search engine is set up');
    const versioned = documentOf(input);
    return {
      address: 'search',
      perform: (call) => search.index(versioned, call),
      // Written again it replaces itself, so that nobody has to be asked.
      find: async () => null,
    };
  },
};

function documentOf(input: ActionInput): VersionedDocument {
  const lead = leadOf(input);
  const receivedAt = new Date(lead.received_at);
  return {
    document: {
      tenant_id: input.tenantId,
      id: input.eventId,
      event_id: lead.event_id,
      received_at: receivedAt,
      source: lead.source,
      first_name: lead.first_name,
      last_name: lead.last_name,
      email: lead.email,
      phone: lead.phone,
      message: lead.message,
      submission_type: lead.submission_type,
      geo_country: lead.geo_country,
      geo_city: lead.geo_city,
      utm_campaign: lead.utm_campaign,
    },
    // No row was updated before its lead was received: what was read from the row wins over what was kept with the decision.
    updatedAt: receivedAt,
  };
}
