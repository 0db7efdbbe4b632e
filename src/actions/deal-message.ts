import type { ChatMessage } from '../connectors/ports.ts';
import type { DealFacts } from '../domain/facts.ts';
import { oneLine } from './one-line.ts';

export interface DealAlert {
  alert: string;
  stage?: string | undefined;
  competitors: readonly string[];
}

/** Why somebody is told; an alert that is not here is shown by its name. */
const reasons: Readonly<Record<string, string>> = {
  competitive_threat: 'Competitors are named on this deal while its terms are being negotiated.',
};

/** A field holds 2,000 characters, and escaping makes five of one. */
const maxLength = 380;

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

/** `verbatim` keeps Slack from making links and mentions of names and addresses. */
function textObject(text: string) {
  return { type: 'mrkdwn', text, verbatim: true };
}

/** Text that is not ours. Slack reads links, mentions and `<!channel>` between angle brackets; escaped, it shows them. */
function mrkdwn(text: string): string {
  return oneLine(text, maxLength).replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
