import { oneLine } from './one-line.ts';

/** A field holds 2,000 characters, and escaping makes five of one. */
const maxLength = 380;

/** `verbatim` keeps Slack from making links and mentions of names and addresses. */
export function textObject(text: string) {
  return { type: 'mrkdwn', text, verbatim: true };
}

/** Text that is not ours. Slack reads links, mentions and `<!channel>` between angle brackets; escaped, it shows them. */
export function mrkdwn(text: string): string {
  return oneLine(text, maxLength).replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
