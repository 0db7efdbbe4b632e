import { parseSync, Visitor, type Program } from 'oxc-parser';

/** One mention of another module. A `type` reference is erased before the file runs; a `value` reference runs the module. */
export interface ModuleReference {
  /** As written; `null` when an import() names its module by an expression. */
  specifier: string | null;
  kind: 'type' | 'value';
  /** An import() expression: it runs when it is reached, not when the file is loaded. */
  lazy: boolean;
}

export interface ModuleFacts {
  references: readonly ModuleReference[];
  /** Whether the file can read the environment: `process.env`, or `env` taken from node:process. */
  readsEnvironment: boolean;
}

/** What a TypeScript module mentions. Throws when the source cannot be parsed. */
export function readModule(path: string, source: string): ModuleFacts {
  const { program, errors } = parseSync(path, source);
  const [error] = errors;
  if (error !== undefined) throw new Error(`${path}: ${error.message}`);
  return { references: findReferences(program), readsEnvironment: findEnvironment(program) };
}

function findReferences(program: Program): ModuleReference[] {
  const references: ModuleReference[] = [];
  const add = (specifier: string | null, kind: string | null | undefined, lazy = false) => {
    references.push({ specifier, kind: kind === 'type' ? 'type' : 'value', lazy });
  };
  new Visitor({
    // `import { type A } from 'b'` still runs b: only `import type` is erased whole.
    ImportDeclaration: (node) => add(node.source.value, node.importKind),
    ExportAllDeclaration: (node) => add(node.source.value, node.exportKind),
    ExportNamedDeclaration: (node) => {
      if (node.source !== null) add(node.source.value, node.exportKind);
    },
    ImportExpression: (node) => {
      const { source } = node;
      add(source.type === 'Literal' && typeof source.value === 'string' ? source.value : null, 'value', true);
    },
    TSImportType: (node) => add(node.source.value, 'type'),
  }).visit(program);
  return references;
}

const processModules = ['process', 'node:process'];

function findEnvironment(program: Program): boolean {
  const names = new Set(['process']);
  let found = false;
  new Visitor({
    ImportDeclaration: (node) => {
      if (!processModules.includes(node.source.value)) return;
      for (const specifier of node.specifiers) {
        if (specifier.type !== 'ImportSpecifier') names.add(specifier.local.name);
        else if ('name' in specifier.imported && specifier.imported.name === 'env') found = true;
      }
    },
  }).visit(program);

  const isProcess = (node: { type: string }): boolean => {
    if (node.type === 'Identifier') return 'name' in node && typeof node.name === 'string' && names.has(node.name);
    return node.type === 'MemberExpression' && memberName(node) === 'process';
  };
  new Visitor({
    MemberExpression: (node) => {
      if (memberName(node) === 'env' && isProcess(node.object)) found = true;
    },
    VariableDeclarator: (node) => {
      if (node.init === null || !isProcess(node.init) || node.id.type !== 'ObjectPattern') return;
      for (const property of node.id.properties) {
        if (property.type === 'RestElement' || keyName(property.key) === 'env') found = true;
      }
    },
  }).visit(program);
  return found;
}

/** `b` of `a.b` and of `a['b']`. */
function memberName(node: object): string | undefined {
  return 'property' in node && typeof node.property === 'object' && node.property !== null
    ? keyName(node.property)
    : undefined;
}

function keyName(key: object): string | undefined {
  if ('name' in key && typeof key.name === 'string') return key.name;
  if ('value' in key && typeof key.value === 'string') return key.value;
  return undefined;
}
