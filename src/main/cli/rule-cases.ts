import { join } from 'node:path';
import type { RulesDependencies } from '../../cli/rules.ts';
import { readConfiguration } from '../../config/environment.ts';
import { findUntested, loadCases, runCases } from '../../decisions/cases.ts';
import { loadRules } from '../../decisions/load-rules.ts';
import { shippedRules } from '../installation.ts';

const folderOf = (directory: string | undefined): string => directory ?? readConfiguration().RULES_PATH ?? shippedRules;

/** The rules of this installation, or of the folder that is named, and their cases. */
export const ruleCases: RulesDependencies = {
  test(directory) {
    const folder = folderOf(directory);
    const rules = loadRules(folder);
    const cases = loadCases(join(folder, 'cases'));
    return {
      cases: runCases(rules, cases).map(({ ruleCase, passed, actual }) => ({
        ruleId: ruleCase.ruleId,
        name: ruleCase.name,
        passed,
        expected: ruleCase.expect,
        actual,
      })),
      untested: findUntested(rules, cases),
    };
  },
  list(directory) {
    const { hash, rules } = loadRules(folderOf(directory));
    return {
      hash,
      rules: rules.map(({ id, version, priority, description, plan }) => ({
        id,
        version,
        priority,
        description,
        actions: plan.map(({ action }) => action),
      })),
    };
  },
};
