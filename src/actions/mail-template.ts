import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { UnusableAction } from './unusable-action.ts';

/** What a template may name, as `{{firstName}}`; nothing else of an event gets into a draft. */
export interface TemplateValues {
  firstName: string;
  dealName: string;
  accountName: string;
  senderName: string;
}

export interface RenderedMail {
  subject: string;
  text: string;
}

/** Reads `templates/<name>.txt` and fills it in. Throws `UnusableAction` for a template that is missing or wrong. */
export async function renderMail(name: string, values: TemplateValues): Promise<RenderedMail> {
  return fillTemplate(name, await readTemplate(name), values);
}

/** Fills `{{placeholders}}` in once: a value that looks like a placeholder stays as it is. */
export function fillTemplate(name: string, template: string, values: TemplateValues): RenderedMail {
  const known = new Map(Object.entries(values));
  const fill = (text: string) =>
    text.replace(/\{\{(.*?)\}\}/g, (_placeholder, word: string) => {
      const value = known.get(word);
      if (value !== undefined) return value;
      throw new UnusableAction(
        `template ${name}: {{${word}}} is no placeholder; use one of ${[...known.keys()].join(', ')}`,
      );
    });
  const [, subject, body] = /^Subject: (.+)\r?\n\r?\n([^]+)$/.exec(template) ?? [];
  if (subject === undefined || body === undefined) {
    throw new UnusableAction(`template ${name}: begin with a line "Subject: …", an empty line, then the text`);
  }
  return { subject: fill(subject), text: fill(body) };
}

/** Whether there is a template of this name. */
export function hasTemplate(name: string): boolean {
  const file = fileOf(name);
  return file !== undefined && existsSync(file);
}

/** A name is the file's own, so that no parameter can reach another folder. */
const fileOf = (name: string): URL | undefined =>
  /^[a-z0-9_]{1,100}$/.test(name) ? new URL(`./templates/${name}.txt`, import.meta.url) : undefined;

async function readTemplate(name: string): Promise<string> {
  const file = fileOf(name);
  if (!file) throw new UnusableAction('template: a name has only a-z, 0-9 and _');
  try {
    return await readFile(file, 'utf8');
  } catch (cause) {
    const message = `template ${name}: add src/actions/templates/${name}.txt or correct the rule that names it`;
    throw new UnusableAction(message, { cause });
  }
}
