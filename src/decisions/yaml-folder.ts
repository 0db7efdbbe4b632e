import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import type { z } from 'zod';

/** A file that was read and not yet understood. */
export interface YamlFile {
  path: string;
  text: string;
}

/** Rules or cases that cannot be used: one line per problem, with the file, the place in it and what to do. */
export class RulesError extends Error {
  override readonly name = 'RulesError';
  readonly problems: readonly string[];

  constructor(problems: readonly string[]) {
    super(problems.join('\n'));
    this.problems = problems;
  }
}

const maximumFiles = 500;
const maximumCharacters = 100_000;

/** The *.yaml files of one folder, in the order of their names; folders in it are not entered. */
export function readYamlFolder(folder: string): YamlFile[] {
  const names = listFiles(folder);
  const misnamed = names.filter((name) => name.endsWith('.yml'));
  if (misnamed.length > 0) {
    throw new RulesError(misnamed.map((name) => `${join(folder, name)}: not read; rename it to end in .yaml`));
  }
  const wanted = names.filter((name) => name.endsWith('.yaml')).toSorted();
  if (wanted.length > maximumFiles) {
    throw new RulesError([`${folder}: ${wanted.length} files, at most ${maximumFiles} are read; split the folder`]);
  }
  return wanted.map((name) => ({ path: join(folder, name), text: readFileSync(join(folder, name), 'utf8') }));
}

/** What the file says, if it fits the schema: `value` as the schema makes it, `content` as it was written. */
export function parseYaml<T>(
  file: YamlFile,
  schema: z.ZodType<T>,
): { value: T; content: unknown } | { problems: string[] } {
  if (file.text.length > maximumCharacters) {
    return { problems: [`${file.path}: longer than ${maximumCharacters} characters; split it`] };
  }
  const read = parseText(file);
  if ('problems' in read) return read;
  const { content } = read;
  const parsed = schema.safeParse(content);
  if (parsed.success) return { value: parsed.data, content };
  return { problems: parsed.error.issues.map((issue) => `${file.path}:${formatPath(issue.path)} ${issue.message}`) };
}

function parseText(file: YamlFile): { content: unknown } | { problems: string[] } {
  try {
    return { content: parse(file.text) };
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message.trim() : String(cause);
    return { problems: [`${file.path}: expected one YAML document: ${reason}`] };
  }
}

function listFiles(folder: string): string[] {
  try {
    return readdirSync(folder, { withFileTypes: true })
      .filter((entry) => !entry.isDirectory())
      .map((entry) => entry.name);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new RulesError([`${folder}: this folder cannot be read (${reason}); give the folder that holds the rules`]);
  }
}

/** ` plan[0].target:`, or nothing for the whole file. */
function formatPath(path: readonly PropertyKey[]): string {
  const steps = path.map((key) => (typeof key === 'number' ? `[${key}]` : `.${String(key)}`)).join('');
  return steps === '' ? '' : ` ${steps.replace(/^\./, '')}:`;
}
