import { readdir } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { fillTemplate, renderMail } from './mail-template.ts';

// Protects that a draft holds nothing but its template and the values on the closed list.

const values = { firstName: 'Ada', dealName: 'Acme', accountName: 'Acme Inc', senderName: 'Olga' };

test('every shipped template can be filled in', async () => {
  const files = await readdir(new URL('./templates/', import.meta.url));
  expect(files).toContain('stalled_deal_reactivation.txt');
  for (const file of files) {
    const mail = await renderMail(file.replace(/\.txt$/, ''), values);
    expect(`${mail.subject}${mail.text}`).not.toMatch(/[{}]{2}/);
  }
});

test('a value that looks like a placeholder or a replacement pattern stays as it is', () => {
  const mail = fillTemplate('t', 'Subject: {{dealName}}\n\nHi {{firstName}}', {
    ...values,
    dealName: '{{senderName}}',
    firstName: '$&$1',
  });
  expect(mail).toEqual({ subject: '{{senderName}}', text: 'Hi $&$1' });
});

test.each(['{{secret}}', '{{ firstName }}', '{{constructor}}', '{{}}'])(
  'the placeholder %s is refused by name',
  (word) => {
    expect(() => fillTemplate('t', `Subject: Hello\n\n${word}`, values)).toThrow(
      /is no placeholder; use one of firstName/,
    );
  },
);

test('a template without a subject is refused', () => {
  expect(() => fillTemplate('t', 'Hello\n\nHi', values)).toThrow(/begin with a line "Subject: …"/);
});

test.each(['unknown_template', '../mail-template', 'stalled_deal_reactivation.txt', ''])(
  'the template "%s" is refused',
  async (name) => {
    await expect(renderMail(name, values)).rejects.toMatchObject({ name: 'UnusableAction' });
  },
);
