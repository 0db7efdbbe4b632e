import type { ChatMessage } from '../connectors/ports.ts';
import type { DealFacts } from '../domain/facts.ts';
import { mrkdwn, textObject } from './mrkdwn.ts';

export interface DealAlert {
  alert: string;
  stage?: string | undefined;
  competitors: readonly string[];
}

/** Why somebody is told; an alert that is not here is shown by its name. */
const reasons: Readonly<Record<string, string>> = {
  competitive_threat: 'Competitors are named on this deal while its terms are being negotiated.',
};

/** What the owner of a deal reads: name, stage, competitors, close date, and why. */
export function dealMessage({ alert, stage, competitors }: DealAlert, deal: DealFacts | undefined): ChatMessage {
  const name = mrkdwn(deal?.name ?? 'A deal without a name');
  const why = mrkdwn(reasons[alert] ?? alert.replaceAll('_', ' '));
  const fields = [
    ['Deal', name],
    ['Stage', mrkdwn(stage ?? deal?.stage ?? 'unknown')],
    ['Competitors', mrkdwn(competitors.join(', ') || 'none named')],
    ['Close date', mrkdwn(deal?.closeDate?.slice(0, 10) ?? 'unknown')],
  ];
  return {
    text: `${name}: ${why}`,
    blocks: [
      { type: 'header', text: { type: 'plain_text', text: 'A deal needs you' } },
      { type: 'section', fields: fields.map(([label, value]) => textObject(`*${label}*\n${value}`)) },
      { type: 'section', text: textObject(`*Why*\n${why}`) },
    ],
  };
}
