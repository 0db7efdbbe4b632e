import { existsSync, readFileSync } from 'node:fs';
import { DockerfileParser, type From } from 'dockerfile-ast';
import { posix } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';

import { parseEnvironment } from '../src/config/environment.ts';
import { searchAttributes } from '../src/temporal/search-attributes.ts';
import { composeFile } from './compose-schema.ts';
import { readModule } from './module-references.ts';

/** Protects what is deployed: that it is pinned, without secrets, unprivileged, and points to files that exist. */

const root = `${import.meta.dirname}/../`;
const read = (path: string) => readFileSync(`${root}${path}`, 'utf8');
const exists = (path: string) => existsSync(`${root}${path}`);

const manifest = z
  .object({
    version: z.string(),
    dependencies: z.record(z.string(), z.string()),
    devDependencies: z.object({ node: z.string() }),
  })
  .parse(JSON.parse(read('package.json')));

describe('the image', () => {
  const dockerfile = DockerfileParser.parse(read('deploy/Dockerfile'));
  const instructions = dockerfile.getInstructions();
  const lastStage = instructions.slice(instructions.findLastIndex((each) => each.getKeyword() === 'FROM'));
  const keyword = (name: string) => lastStage.filter((each) => each.getKeyword() === name);

  test('is built from one Debian slim image of the Node that development uses, pinned to a release', () => {
    const images = dockerfile.getFROMs().map((from: From) => [from.getImageName(), from.getImageTag()]);
    expect(new Set(images.map((image) => image.join(':'))).size).toBe(1);
    const [name, tag] = images[0] ?? [];
    expect(name).toBe('node');
    expect(tag).toMatch(/^24\.\d+\.\d+-(?:bookworm|trixie)-slim$/);
    expect(manifest.devDependencies.node).toMatch(/^24\./);
  });

  test('runs as a user that is not root', () => {
    const users = keyword('USER').map((each) => each.getArgumentsContent());
    expect(users).toEqual(['node']);
  });

  test('is production, and has no development dependency', () => {
    expect(keyword('ENV').map((each) => each.getArgumentsContent())).toEqual([
      expect.stringMatching(/\bNODE_ENV=production\b.*\bHOST=0\.0\.0\.0\b/),
    ]);
    const installs = instructions.filter((each) => each.getArgumentsContent()?.includes('npm '));
    expect(installs.map((each) => each.getArgumentsContent())).toEqual([expect.stringContaining('npm ci --omit=dev')]);
  });

  test('asks its own /healthz with a deadline', () => {
    const [check, ...others] = dockerfile.getHEALTHCHECKs();
    expect(others).toEqual([]);
    expect(check?.getFlags().map((flag) => flag.getName())).toContain('timeout');
    expect(check?.getArgumentsContent()).toMatch(/^CMD \["node", "-e", ".*\/healthz.*AbortSignal\.timeout.*"\]$/);
  });

  test('starts the API without a shell between, so that signals reach it', () => {
    const [command] = dockerfile.getCMDs();
    const strings = command?.getJSONStrings().map((each) => each.getJSONValue());
    expect(strings).toEqual(['node', 'src/main/api.ts']);
    expect(exists('src/main/api.ts')).toBe(true);
  });

  test('copies only what exists and what .dockerignore lets in', () => {
    const ignore = read('.dockerignore').split('\n');
    const sources = dockerfile
      .getCOPYs()
      .filter((copy) => copy.getFromFlag() === null)
      .flatMap((copy) => copy.getArguments().slice(0, -1))
      .map((argument) => argument.getValue());
    expect(sources).toContain('src');
    expect(sources.filter((source) => !exists(source) || !ignore.includes(`!${source}`))).toEqual([]);
  });

  test.each(['src/main/api.ts', 'src/main/worker.ts', 'src/main/cli.ts'])(
    'has everything that %s loads when it starts',
    (entry) => {
      const missing: string[] = [];
      const seen = new Set([entry]);
      const queue = [entry];
      for (let file = queue.shift(); file !== undefined; file = queue.shift()) {
        if (!file.startsWith('src/')) missing.push(file);
        if (!file.endsWith('.ts')) continue;
        for (const { specifier, kind, lazy } of readModule(file, read(file)).references) {
          if (kind === 'type' || lazy || specifier === null || specifier.startsWith('node:')) continue;
          if (specifier.startsWith('.')) {
            const target = posix.join(posix.dirname(file), specifier);
            if (!seen.has(target)) queue.push(target);
            seen.add(target);
          } else if (!(packageName(specifier) in manifest.dependencies)) {
            missing.push(`${specifier} (imported by ${file})`);
          }
        }
      }
      expect(missing).toEqual([]);
    },
  );
});

describe('docker-compose.temporal.yml', () => {
  const file = composeFile.parse(parse(read('docker-compose.temporal.yml'), { merge: true }));
  const services = Object.entries(file.services);
  const ours = services.filter(([, service]) => service.build !== undefined);
  const environment = services.flatMap(([, service]) => Object.entries(service.environment ?? {}));
  const mounts = services
    .flatMap(([, service]) => service.volumes ?? [])
    .map((mount) => mount.split(':'))
    .map(([source = '', target = '', mode]) => ({ source, target, mode }));

  test('pins every image to a release; ours is the version of package.json', () => {
    const pinned = /^[a-z/-]+:\d+\.\d+(?:\.\d+)?(?:-[a-z0-9.]+)?$/;
    expect(services.filter(([, { image }]) => !pinned.test(image))).toEqual([]);
    expect(new Set(ours.map(([, { image }]) => image))).toEqual(new Set([`causeway:${manifest.version}`]));
  });

  test('holds no secret: each comes from the environment, and Compose refuses to start without those that are needed', () => {
    const secrets = environment.filter(([name]) => /SECRET|TOKEN|KEY$|PASSWORD|PWD/.test(name));
    expect(secrets.length).toBeGreaterThan(5);
    const optional = secrets.filter(([, value]) => !/^\$\{[A-Z_]+:\?[^}]+\}$/.test(value));
    const names = ['OPENAI_API_KEY', 'CORESIGNAL_API_KEY', 'LUSHA_API_KEY', 'PERSON_CHANGE_SECRET'];
    expect(Object.fromEntries(optional)).toEqual(Object.fromEntries(names.map((name) => [name, `\${${name}:-}`])));
    const addresses = environment.filter(([, value]) => /:\/\/[^/]*@/.test(value));
    expect(addresses.filter(([, value]) => !/:\/\/[a-z]+:\$\{[A-Z_]+:\?[^}]+\}@/.test(value))).toEqual([]);
  });

  test('opens ports to this machine only', () => {
    const ports = services.flatMap(([, service]) => service.ports ?? []);
    expect(ports.length).toBeGreaterThan(0);
    expect(ports.filter((port) => !port.startsWith('127.0.0.1:'))).toEqual([]);
  });

  test('keeps the search engine, which asks nobody who they are, within its network and its memory', () => {
    const { search } = file.services;
    expect(search).toMatchObject({ image: 'opensearchproject/opensearch:2.19.1', mem_limit: '1g' });
    expect(search?.ports).toBeUndefined();
    for (const name of ['api', 'worker']) {
      expect(interpolate(file.services[name]?.environment?.['SEARCH_URL'] ?? '')).toBe('http://search:9200');
    }
  });

  test('mounts files that exist, read-only, and volumes that are declared', () => {
    const [own, named] = [mounts.filter(isFile), mounts.filter((mount) => !isFile(mount))];
    expect(own.filter(({ source, mode }) => !exists(source) || mode !== 'ro')).toEqual([]);
    expect(named.map(({ source }) => source).toSorted()).toEqual(Object.keys(file.volumes).toSorted());
  });

  test('waits only for services that exist, in a way that can come true', () => {
    const waits = services.flatMap(([name, { depends_on: dependencies = {} }]) =>
      Object.entries(dependencies).map(([target, { condition }]) => ({ name, target, condition })),
    );
    const impossible = waits.filter(({ target, condition }) => {
      const service = file.services[target];
      if (condition === 'service_healthy') return !('test' in (service?.healthcheck ?? {}));
      if (condition === 'service_completed_successfully') return !service?.restart.startsWith('on-failure:');
      return service === undefined;
    });
    expect(impossible).toEqual([]);
  });

  test('gives commands whose files are in the image or mounted', () => {
    const mounted = mounts.map(({ target }) => target);
    const missing = services
      .flatMap(([, { command = [] }]) => command)
      .filter((part) => /\.(?:ts|sh)$/.test(part))
      .filter((part) => !(part.startsWith('/') ? mounted.includes(part) : exists(part)));
    expect(missing).toEqual([]);
    expect(ours.map(([name, { command }]) => [name, command?.join(' ')])).toEqual([
      ['migrate', 'node src/main/cli.ts migrate'],
      ['api', 'node src/main/api.ts'],
      ['worker', 'node src/main/worker.ts'],
    ]);
  });

  test.each(['migrate', 'api', 'worker'])(
    'gives %s an environment that production accepts, of known variables',
    (name) => {
      const variables = Object.entries(file.services[name]?.environment ?? {});
      const given = Object.fromEntries(variables.map(([variable, value]) => [variable, interpolate(value)]));
      expect(parseEnvironment({ ...given, NODE_ENV: 'production' }).production).toBe(true);
      const known = [...read('.env.example').matchAll(/^([A-Z_]+)=/gm)].map((match) => match[1]);
      expect(variables.map(([variable]) => variable).filter((variable) => !known.includes(variable))).toEqual([]);
    },
  );

  test('runs its own processes unprivileged, on a file system they cannot change', () => {
    for (const [, service] of ours) {
      expect(service).toMatchObject({ read_only: true, cap_drop: ['ALL'], tmpfs: ['/tmp'] });
    }
  });
});

test('the dynamic configuration of Temporal turns on what priorities need', () => {
  expect(parse(read('deploy/temporal/dynamicconfig.yaml'))).toEqual({
    'matching.useNewMatcher': [{ value: true, constraints: {} }],
  });
});

test('the namespace is made with its retention and every search attribute', () => {
  const script = read('deploy/temporal/setup-namespace.sh');
  expect(script).toContain('retention=720h');
  const made = [...script.matchAll(/--name (\w+) --type (\w+)/g)].map(([, name, type]) => ({ name, type }));
  expect(new Set(made)).toEqual(new Set(searchAttributes));
  expect(made).toHaveLength(searchAttributes.length);
});

/** What Compose would make of a value when `.env` gives every variable that has to be given. */
function interpolate(value: string): string {
  const key = Buffer.alloc(32, 7).toString('base64');
  return value.replaceAll(/\$\{([A-Z_]+):([?-])([^}]*)\}/g, (_all, name: string, kind: string, rest: string) => {
    if (kind === '-') return rest;
    if (name === 'MASTER_KEY' || name === 'HASH_KEY') return key;
    return name.endsWith('_URL') ? 'https://causeway.example.com/webhooks/hubspot' : `given-${name.toLowerCase()}`;
  });
}

function isFile({ source }: { source: string }): boolean {
  return source.startsWith('./');
}

/** `@slack/web-api` of `@slack/web-api/dist/x.js`. */
function packageName(specifier: string): string {
  return specifier.split('/', specifier.startsWith('@') ? 2 : 1).join('/');
}
