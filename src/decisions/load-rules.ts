import { createHash } from 'node:crypto';
import { rule, type Rule, type RuleSet } from './rule.ts';
import { parseYaml, readYamlFolder, RulesError, type YamlFile } from './yaml-folder.ts';

/** Reads every *.yaml of the folder. Throws `RulesError` with all problems of all files. */
export function loadRules(directory: string): RuleSet {
  const files = readYamlFolder(directory);
  if (files.length === 0) throw new RulesError([`${directory}: no *.yaml here; give the folder that holds the rules`]);
  return parseRules(files);
}

/** The rule set of some files, one rule each. Throws `RulesError`. */
export function parseRules(files: readonly YamlFile[]): RuleSet {
  const problems: string[] = [];
  const accepted = new Map<string, { rule: Rule; content: unknown; path: string }>();
  for (const file of files) {
    const parsed = parseYaml(file, rule);
    if ('problems' in parsed) {
      problems.push(...parsed.problems);
      continue;
    }
    const { id } = parsed.value;
    const other = accepted.get(id);
    if (other) problems.push(`${file.path}: id: ${id} is the id of ${other.path} already; give one of them another`);
    else accepted.set(id, { rule: parsed.value, content: parsed.content, path: file.path });
  }
  if (problems.length > 0) throw new RulesError(problems);
  const ordered = [...accepted.values()].toSorted((a, b) => compareRules(a.rule, b.rule));
  return {
    rules: ordered.map((entry) => entry.rule),
    hash: createHash('sha256')
      .update(canonical(ordered.map((entry) => entry.content)))
      .digest('hex'),
  };
}

// By code unit: an order by locale would differ between machines.
function compareRules(a: Rule, b: Rule): number {
  return a.priority - b.priority || (a.id < b.id ? -1 : 1);
}

function canonical(content: unknown): string {
  return JSON.stringify(content, (_, value: unknown) =>
    typeof value === 'object' && value !== null && !Array.isArray(value)
      ? Object.fromEntries(Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1)))
      : value,
  );
}
