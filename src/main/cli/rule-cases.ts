import type { Action } from '../../actions/action.ts';
import type { PlannedAction } from '../../domain/decision.ts';
import { join } from 'node:path';
import { createActions } from '../../actions/index.ts';
import { whyUnusable } from '../../actions/unusable-action.ts';
import type { RulesDependencies } from '../../cli/rules.ts';
import { readConfiguration } from '../../config/environment.ts';
import { findUntested, loadCases, runCases } from '../../decisions/cases.ts';
import { loadRules } from '../../decisions/load-rules.ts';
import { installationOf, shippedRules } from '../installation.ts';

const folderOf = (directory: string | undefined): string => directory ?? readConfiguration().RULES_PATH ?? shippedRules;

/** The rules of this installation, or of the folder that is named, and their cases. */
export const ruleCases: RulesDependencies = {
  test(directory) {
    const folder = folderOf(directory);
    const rules = loadRules(folder);
    const cases = loadCases(join(folder, 'cases'));
    const results = runCases(rules, cases);
    const actions: Readonly<Partial<Record<PlannedAction['type'], Action>>> = createActions(
      installationOf(readConfiguration()).actions,
    );
    return {
      cases: results.map(({ ruleCase, passed, actual }) => ({
        ruleId: ruleCase.ruleId,
        name: ruleCase.name,
        passed,
        expected: ruleCase.expect,
        actual,
      })),
      untested: findUntested(rules, cases),
      unusable: results.flatMap(({ ruleCase, decision }) =>
        decision.actions.flatMap(({ type, parameters }) => {
          const action = actions[type];
          const reason = action && whyUnusable(action, parameters);
          return reason === undefined ? [] : [`${decision.ruleId}: ${ruleCase.name}: ${reason}`];
        }),
      ),
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
