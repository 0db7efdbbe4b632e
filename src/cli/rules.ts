import { parseArgs } from 'node:util';
import { type Command, UsageError } from './command.ts';
import { formatTable } from './table.ts';

export interface RulesDependencies {
  /** Runs every case. `untested` names what the cases leave open, `unusable` what is decided and could not be done. `directory`: in place of the rules of this installation. */
  test(directory: string | undefined): {
    cases: { ruleId: string; name: string; passed: boolean; expected: unknown; actual: unknown }[];
    untested: string[];
    unusable: string[];
  };
  list(directory: string | undefined): {
    hash: string;
    rules: { id: string; version: number; priority: number; description: string; actions: string[] }[];
  };
}

/** `rules`: runs the cases of the rules, or lists them. */
export function rulesCommand(dependencies: RulesDependencies): Command {
  return {
    name: 'rules',
    summary: 'test the rules by their cases, or list them',
    help: `Usage: npm run rules -- test [<folder>]
       npm run rules -- list [<folder>]

test  decides every case beside the rules and compares; fails when one comes out differently, when an action could not be carried
      out with the parameters it is given, or when a rule lacks a case that it decides or one that it does not
list  shows the rules in the order in which they are asked, and the hash of the set

The folder is that of RULES_PATH, or the shipped one, unless it is given; its cases are in <folder>/cases.`,

    async run(args, output) {
      const { positionals } = parseArgs({ args: [...args], allowPositionals: true, options: {} });
      const [what, directory, ...more] = positionals;
      if ((what !== 'test' && what !== 'list') || more.length > 0) throw new UsageError('say test or list');
      if (what === 'list') {
        const { hash, rules } = dependencies.list(directory);
        const rows = rules.map((rule) => [
          String(rule.priority),
          rule.id,
          String(rule.version),
          rule.actions.join(', '),
          rule.description,
        ]);
        for (const line of formatTable(['priority', 'rule', 'version', 'actions', 'description'], rows))
          output.out(line);
        output.out(`hash ${hash}`);
        return true;
      }
      const { cases, untested, unusable } = dependencies.test(directory);
      const rows = cases.map(({ ruleId, name, passed }) => [ruleId, name, passed ? 'ok' : 'FAILED']);
      for (const line of formatTable(['rule', 'case', 'result'], rows, 100)) output.out(line);
      const failed = cases.filter(({ passed }) => !passed);
      for (const { ruleId, name, expected, actual } of failed) {
        output.error(`${ruleId}: ${name}`);
        output.error(`  expected ${JSON.stringify(expected)}`);
        output.error(`  decided  ${JSON.stringify(actual)}`);
      }
      for (const line of [...unusable, ...untested]) output.error(line);
      output.out(`${cases.length - failed.length} of ${cases.length} cases as expected`);
      return failed.length + unusable.length + untested.length === 0;
    },
  };
}
