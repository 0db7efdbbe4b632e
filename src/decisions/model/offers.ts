import type { ActionType } from '../../domain/decision.ts';
import type { CanonicalEvent } from '../../domain/event.ts';
import type { Facts } from '../../domain/facts.ts';

/**
 * An action that a model may choose. It chooses among labels and names only: who is behind a label, and what is written to
 * them, is ours. `update_crm_field` is not offered, since its value would be the model's own words.
 */
export interface Offer {
  type: ActionType;
  /** What the target is called in the prompt, and its id at the provider. */
  targets: ReadonlyMap<string, string>;
  /** The one parameter, and the values it may have. */
  parameter: string;
  values: readonly string[];
}

export const templates = ['stalled_deal_reactivation'] as const;
const alerts = ['needs_attention', 'stalled_deal', 'competitive_threat', 'buying_intent'] as const;

/** What can be done about this event. An action that would have no target is not offered. */
export function offersFor(event: CanonicalEvent, facts: Facts): Offer[] {
  const { deal, contact, account, owner } = facts;
  const offers: Offer[] = [
    {
      type: 'draft_followup',
      targets: known([
        ['contact', contact?.id ?? event.contactId ?? deal?.contactId],
        ['account', account?.id ?? event.accountId ?? deal?.accountId],
        ['deal', deal?.id ?? event.dealId],
      ]),
      parameter: 'template',
      values: templates,
    },
    {
      type: 'notify_ae',
      targets: known([
        ['owner', owner?.id ?? deal?.ownerId],
        ['default', 'default'],
      ]),
      parameter: 'alert',
      values: alerts,
    },
  ];
  return offers.filter(({ targets }) => targets.size > 0);
}

function known(targets: readonly (readonly [label: string, id: string | undefined])[]): Map<string, string> {
  return new Map(
    targets.flatMap(([label, id]) => (id !== undefined && id.length >= 1 && id.length <= 100 ? [[label, id]] : [])),
  );
}
