import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { parse, parseAllDocuments } from 'yaml';
import { z } from 'zod';
import { parseEnvironment } from '../src/config/environment.ts';

/** Protects deploy/k8s: that production accepts what the pods are given, that they may do little, and that a stop loses nothing. */

const root = `${import.meta.dirname}/../`;
const read = (path: string) => readFileSync(`${root}deploy/k8s/${path}`, 'utf8');

const kustomization = z
  .object({
    resources: z.array(z.string()),
    images: z.array(z.object({ name: z.string(), newTag: z.string() })),
    patches: z.array(z.object({ path: z.string(), target: z.object({ kind: z.string() }) })),
  })
  .parse(parse(read('kustomization.yaml')));

const object = z.looseObject({ kind: z.string(), metadata: z.object({ name: z.string() }) });
const objects = kustomization.resources
  .flatMap((file) => parseAllDocuments(read(file)))
  .map((document) => object.parse(document.toJS()));
const named = (kind: string, name: string) =>
  objects.filter((each) => each.kind === kind && each.metadata.name === name);

const probe = z.looseObject({ httpGet: z.object({ path: z.string(), port: z.string() }).exactOptional() });
const container = z.strictObject({
  name: z.string(),
  image: z.string(),
  command: z.array(z.string()),
  envFrom: z.array(z.object({ configMapRef: z.object({ name: z.string() }) })),
  ports: z.array(z.object({ name: z.string(), containerPort: z.int() })).exactOptional(),
  startupProbe: probe.exactOptional(),
  readinessProbe: probe.exactOptional(),
  livenessProbe: probe.exactOptional(),
  lifecycle: z.object({ preStop: z.object({ exec: z.object({ command: z.array(z.string()) }) }) }).exactOptional(),
  resources: z.object({ requests: z.record(z.string(), z.string()), limits: z.record(z.string(), z.string()) }),
  securityContext: z.unknown(),
  volumeMounts: z.array(z.object({ name: z.string(), mountPath: z.string() })),
});
const podSpec = z.looseObject({
  automountServiceAccountToken: z.boolean(),
  terminationGracePeriodSeconds: z.int().exactOptional(),
  securityContext: z.unknown(),
  containers: z.tuple([container]),
});
const workload = z.object({
  metadata: z.object({ name: z.string() }),
  spec: z.looseObject({
    replicas: z.int().exactOptional(),
    template: z.object({ metadata: z.object({ labels: z.record(z.string(), z.string()) }), spec: podSpec }),
  }),
});
const workloads = objects
  .filter(({ kind }) => kind === 'Deployment' || kind === 'Job')
  .map((each) => workload.parse(each))
  .map(({ metadata: { name }, spec }) => {
    const { spec: pod, metadata } = spec.template;
    return { name, replicas: spec.replicas, labels: metadata.labels, pod, container: pod.containers[0] };
  });
const workloadOf = (name: string) => {
  const found = workloads.find((each) => each.name === name);
  if (!found) throw new Error(`there is no ${name}`);
  return found;
};

const secretVariable = z.object({
  name: z.string(),
  valueFrom: z.strictObject({
    secretKeyRef: z.strictObject({
      name: z.literal('causeway'),
      key: z.string(),
      optional: z.literal(true).exactOptional(),
    }),
  }),
});
const secretVariables = z
  .tuple([z.object({ op: z.literal('add'), path: z.string(), value: z.array(secretVariable) })])
  .parse(parse(read('secrets-as-variables.yaml')))[0].value;
const configMap = (name: string) =>
  z.object({ data: z.record(z.string(), z.string()) }).parse(named('ConfigMap', name)[0]).data;

test('there is an API, a worker and a job that migrates, in that version of the image', () => {
  expect(workloads.map(({ name }) => name).toSorted()).toEqual(['causeway-api', 'causeway-migrate', 'causeway-worker']);
  const { version } = z.object({ version: z.string() }).parse(JSON.parse(readFileSync(`${root}package.json`, 'utf8')));
  expect(kustomization.images).toMatchObject([{ name: 'causeway', newTag: version }]);
  expect(kustomization.patches.map(({ target }) => target.kind).toSorted()).toEqual(['Deployment', 'Job']);
});

test('the API has the replicas, the port and the resources that were asked for', () => {
  const { replicas, container: api } = workloadOf('causeway-api');
  expect(replicas).toBe(3);
  expect(api.ports).toEqual([{ name: 'http', containerPort: 3000 }]);
  expect(api.resources).toEqual({
    requests: { cpu: '100m', memory: '128Mi' },
    limits: { cpu: '500m', memory: '256Mi' },
  });
});

test("Node's heap leaves half of the memory of a container to what is not in it", () => {
  for (const { name, container: each } of workloads.filter((all) => all.name !== 'causeway-migrate')) {
    const limit = { '256Mi': 256, '1Gi': 1_024 }[each.resources.limits['memory'] ?? ''] ?? 0;
    const heap = Number(/^--max-old-space-size=(\d+)$/.exec(each.command[1] ?? '')?.[1]);
    expect([name, heap <= limit / 2]).toEqual([name, true]);
  }
});

test('the API is asked at its own routes, by the name of its port', () => {
  const { container: api } = workloadOf('causeway-api');
  expect(api.readinessProbe?.httpGet).toEqual({ path: '/readyz', port: 'http' });
  expect(api.livenessProbe?.httpGet).toEqual({ path: '/healthz', port: 'http' });
  expect(api.startupProbe?.httpGet).toEqual({ path: '/healthz', port: 'http' });
});

test('a stop has the time that our processes take at the most, after the wait for the balancers', () => {
  const stopSeconds = 30;
  for (const { name, pod, container: each } of workloads.filter((all) => all.name !== 'causeway-migrate')) {
    const waitSeconds = Number(each.lifecycle?.preStop.exec.command[1] ?? 0);
    expect([name, (pod.terminationGracePeriodSeconds ?? 0) > stopSeconds + waitSeconds]).toEqual([name, true]);
  }
  expect(readFileSync(`${root}src/main/process.ts`, 'utf8')).toContain(`stopLimitMs = ${stopSeconds}_000`);
});

describe.each(workloads)('$name', ({ pod, container: each }) => {
  test('runs unprivileged, on a file system that it cannot change, and has no key to the cluster', () => {
    expect(pod.automountServiceAccountToken).toBe(false);
    expect(pod.securityContext).toEqual({
      runAsNonRoot: true,
      runAsUser: 1_000,
      runAsGroup: 1_000,
      seccompProfile: { type: 'RuntimeDefault' },
    });
    expect(each.securityContext).toEqual({
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ['ALL'] },
    });
    expect(each.volumeMounts).toEqual([{ name: 'tmp', mountPath: '/tmp' }]);
  });

  test('starts a file that the image has', () => {
    const file = each.command.find((part) => part.endsWith('.ts')) ?? '';
    expect(each.command[0]).toBe('node');
    expect(existsSync(`${root}${file}`)).toBe(true);
  });

  const given = () => {
    const plain = Object.assign({}, ...each.envFrom.map(({ configMapRef }) => configMap(configMapRef.name)));
    const secrets = secretVariables
      .filter(({ valueFrom }) => !valueFrom.secretKeyRef.optional)
      .map(({ name }) => [name, valueOf(name)]);
    return { NODE_ENV: 'production', ...plain, ...Object.fromEntries(secrets) };
  };

  test('is given an environment that production accepts, of known variables', () => {
    expect(parseEnvironment(given()).production).toBe(true);
    const known = [...readFileSync(`${root}.env.example`, 'utf8').matchAll(/^([A-Z_]+)=/gm)].map(([, name]) => name);
    const variables = [...Object.keys(given()), ...secretVariables.map(({ name }) => name)];
    expect(variables.filter((name) => !known.includes(name))).toEqual([]);
  });

  test.each(secretVariables.filter(({ valueFrom }) => !valueFrom.secretKeyRef.optional).map(({ name }) => name))(
    'cannot do without %s, so its pod waits for it',
    (name) => {
      expect(() => parseEnvironment({ ...given(), [name]: undefined })).toThrow(name);
    },
  );
});

test('no secret is in the repository: each comes from one Secret, of which there is an example without values', () => {
  const example = z
    .object({
      kind: z.literal('Secret'),
      metadata: z.object({ name: z.string() }),
      stringData: z.record(z.string(), z.literal('')),
    })
    .parse(parse(read('secret.example.yaml')));
  expect(kustomization.resources).not.toContain('secret.example.yaml');
  expect(example.metadata.name).toBe('causeway');
  const keys = secretVariables.map(({ valueFrom }) => valueFrom.secretKeyRef.key);
  expect(Object.keys(example.stringData).toSorted()).toEqual(keys.toSorted());
  expect(secretVariables.filter(({ name, valueFrom }) => valueFrom.secretKeyRef.key !== name)).toEqual([]);
  const plain = { ...configMap('causeway'), ...configMap('causeway-worker') };
  expect(Object.keys(plain).filter((name) => /SECRET|TOKEN|KEY|PASSWORD|DATABASE_URL/.test(name))).toEqual([]);
});

test('what selects pods selects pods that there are, and what is outside reaches no route of operators', () => {
  const labels = workloads.map((each) => each.labels['app.kubernetes.io/component']);
  const selected = objects.flatMap((each) =>
    [
      ...JSON.stringify(each['spec'] ?? {}).matchAll(
        /"(?:selector|matchLabels)":\{"app\.kubernetes\.io\/component":"(\w+)"/g,
      ),
    ].map(([, component]) => component),
  );
  expect(selected.length).toBeGreaterThan(4);
  expect(selected.filter((component) => !labels.includes(component))).toEqual([]);
  const paths = [...JSON.stringify(named('Ingress', 'causeway')).matchAll(/"path":"([^"]+)"/g)].map(([, path]) => path);
  expect(paths).toEqual(['/ingest', '/webhooks', '/api', '/schemas']);
  const service = named('Service', 'causeway-api')[0];
  expect(service).toMatchObject({ spec: { ports: [{ port: 80, targetPort: 'http' }] } });
});

test('only the ingress and the monitoring reach the pods', () => {
  expect(named('NetworkPolicy', 'causeway')).toMatchObject([{ spec: { podSelector: {}, policyTypes: ['Ingress'] } }]);
  const from = objects
    .filter(({ kind }) => kind === 'NetworkPolicy')
    .flatMap((each) => [...JSON.stringify(each).matchAll(/"kubernetes\.io\/metadata\.name":"([^"]+)"/g)]);
  expect(new Set(from.map(([, name]) => name))).toEqual(new Set(['ingress-nginx', 'monitoring']));
});

test('a disruption leaves two of the API', () => {
  expect(named('PodDisruptionBudget', 'causeway-api')).toMatchObject([{ spec: { minAvailable: 2 } }]);
});

/** What a secret store would hold. */
function valueOf(name: string): string {
  if (name === 'MASTER_KEY' || name === 'HASH_KEY') return Buffer.alloc(32, 7).toString('base64');
  return name === 'DATABASE_URL' ? 'postgres://causeway:given@database:5432/causeway' : `given-${name.toLowerCase()}`;
}
