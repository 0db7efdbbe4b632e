import { expect, test } from 'vitest';
import { dealMessage } from './deal-message.ts';

// Protects that what a vendor sent is shown in a message and cannot shape it.

const alert = { alert: 'competitive_threat', stage: 'negotiation', competitors: ['Globex', 'Initech'] };

test('a message names the deal, its stage, its competitors, its close date, and why', () => {
  const { text, blocks } = dealMessage(alert, { id: '1', name: 'Acme renewal', closeDate: '2026-01-01T00:00:00.000Z' });
  expect(text).toContain('Acme renewal');
  const shown = JSON.stringify(blocks);
  for (const part of ['Acme renewal', 'negotiation', 'Globex, Initech', '2026-01-01', 'Competitors are named']) {
    expect(shown).toContain(part);
  }
});

test('a deal of which nothing is known still makes a message', () => {
  expect(JSON.stringify(dealMessage({ alert: 'look_here', competitors: [] }, undefined))).toContain('look here');
});

test('angle brackets and ampersands of a vendor arrive as entities everywhere', () => {
  const evil = '<!channel> <http://evil.example|click> & more';
  const message = dealMessage({ alert: evil, stage: evil, competitors: [evil] }, { id: '1', name: evil });
  const shown = JSON.stringify(message);
  expect(shown).not.toMatch(/[<>]|&(?!amp;|lt;|gt;)/);
  expect(shown).toContain('&lt;!channel&gt;');
});

test('every text that Slack would read as mrkdwn is told not to make links and mentions of names and addresses', () => {
  const { blocks } = dealMessage(alert, { id: '1', name: 'evil.example @channel' });
  const texts = [...JSON.stringify(blocks).matchAll(/\{"type":"mrkdwn"[^}]*\}/g)].map(([text]) => text);
  expect(texts).toHaveLength(5);
  for (const text of texts) expect(JSON.parse(text)).toMatchObject({ verbatim: true });
});

test('the longest text stays within the limits that Slack refuses a message for', () => {
  const long = '&'.repeat(10_000);
  const message = dealMessage({ alert: long, stage: long, competitors: [long, long] }, { id: '1', name: long });
  const lengths = [...JSON.stringify(message.blocks).matchAll(/"text":"((?:[^"\\]|\\.)*)"/g)].map(
    ([, text]) => text?.length ?? 0,
  );
  expect(Math.max(...lengths)).toBeLessThanOrEqual(2_000);
  expect(message.text.length).toBeLessThanOrEqual(4_000);
});
