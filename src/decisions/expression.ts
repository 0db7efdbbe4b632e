import { Environment, type ASTNode } from '@marcbachmann/cel-js';
import { variables, type Values } from './variables.ts';

/** A condition, target or parameter, checked and ready to be asked. */
export interface Expression {
  source: string;
  /** What it reads, such as `deal.stage`. */
  reads: readonly string[];
  /** Its value, or `undefined` when that is unknown. Never throws. */
  value(values: Values): unknown;
  /** Those of `reads` that nobody knows. */
  missing(values: Values): readonly string[];
}

/** A source that cannot be used; `problem` says why and what to do. */
export interface Refusal {
  problem: string;
}

const environment = createEnvironment();
const loops = new Set(['all', 'exists', 'exists_one', 'filter', 'map']);

/** Parses and type-checks; `accepted` are the CEL types that the value may have. */
export function compileExpression(source: string, accepted: readonly string[]): Expression | Refusal {
  const check = environment.check(source);
  if (!check.valid) return { problem: explain(check.error) };
  const type = check.type ?? 'dyn';
  if (!accepted.includes(type)) {
    return { problem: `its value is ${type}, expected ${accepted.join(' or ')}; convert or compare it` };
  }
  const program = environment.parse(source);
  const { reads, calls } = inspect(program.ast);
  if (calls.includes('matches')) {
    return { problem: 'matches() can take unbounded time; use ==, in, contains(), startsWith() or endsWith()' };
  }
  if (calls.filter((name) => loops.has(name)).length > 1) {
    return { problem: 'more than one of all, exists, filter and map; split it into several conditions' };
  }
  return {
    source,
    reads,
    value(values) {
      try {
        return program({ ...values });
      } catch {
        // A missing key, a type that does not fit, a division by zero: each means that nobody can tell.
        return undefined;
      }
    },
    missing: (values) => reads.filter((path) => !isKnown(values, path)),
  };
}

/** Limits hold when a source is parsed, so that asking it later is bounded by its size and the event's. */
function createEnvironment(): Environment {
  const created = new Environment({
    limits: { maxAstNodes: 100, maxDepth: 20, maxListElements: 50, maxMapEntries: 20, maxCallArguments: 8 },
  });
  for (const [name, fields] of Object.entries(variables)) {
    const schema = Object.fromEntries(Object.entries(fields).map(([field, { celType }]) => [field, celType]));
    created.registerVariable({ name, schema });
  }
  // CEL compares a double with an int by < and >, but not by ==; a rule should not have to know.
  created.registerOperator('double == int', (left: number, right: bigint) => left === Number(right));
  return created.registerVariable('now', 'google.protobuf.Timestamp');
}

function explain(error: { code: string; summary: string } | undefined): string {
  const names = [...Object.keys(variables), 'now'].join(', ');
  const summary = error?.summary ?? 'not an expression';
  if (error?.code === 'unknown_variable') {
    return `${summary}; a text needs quotes of its own ("'text'"), and the variables are ${names}`;
  }
  return `${summary}; rules/README.md lists the fields and shows how they are compared`;
}

function inspect(root: ASTNode): { reads: string[]; calls: string[] } {
  const reads = new Set<string>();
  const calls: string[] = [];
  const visit = (node: ASTNode): void => {
    const path = pathOf(node);
    if (path !== undefined && path.split('.', 1).some((variable) => variable in variables)) {
      reads.add(path);
      return;
    }
    if (node.op === 'call' || node.op === 'rcall') calls.push(node.args[0]);
    childrenOf(node.args).forEach(visit);
  };
  visit(root);
  return { reads: [...reads], calls };
}

/** `deal.stage` and `deal['stage']` as `deal.stage`; anything else is no path. */
function pathOf(node: ASTNode): string | undefined {
  if (node.op === 'id') return node.args;
  if (node.op !== '.' && node.op !== '[]') return undefined;
  const [parent, key] = node.args;
  const name = typeof key === 'string' ? key : key.op === 'value' ? key.args : undefined;
  const parentPath = pathOf(parent);
  return parentPath !== undefined && typeof name === 'string' ? `${parentPath}.${name}` : undefined;
}

function childrenOf(args: unknown): ASTNode[] {
  if (Array.isArray(args)) return args.flatMap(childrenOf);
  return isNode(args) ? [args] : [];
}

function isNode(value: unknown): value is ASTNode {
  return typeof value === 'object' && value !== null && 'op' in value && 'args' in value;
}

function isKnown(values: Values, path: string): boolean {
  let value: unknown = values;
  for (const key of path.split('.')) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) return false;
    value = Object.entries(value).find(([name]) => name === key)?.[1];
  }
  return true;
}
