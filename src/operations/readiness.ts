/** The state of each part that we need: `up`, or what is wrong with it. */
export type Checks = Readonly<Record<string, string>>;

export interface Check {
  name: string;
  /** `always`: without it no event can be taken. `once`: needed to become ready, later only reported. */
  needed: 'always' | 'once';
  /** Rejects when the part is away. */
  probe: () => Promise<unknown>;
}

const probeTimeoutMs = 2_000;

/** Ready means that a webhook would be stored. Temporal may go away after the start: events wait for it, and the body says so. */
export function createReadiness(checks: readonly Check[]) {
  let wasReady = false;
  return async function readiness(): Promise<{ ready: boolean; checks: Checks }> {
    const states = await Promise.all(checks.map(async ({ name, probe }) => [name, await stateOf(probe)] as const));
    const down = new Set(states.filter(([, state]) => state !== 'up').map(([name]) => name));
    const ready = checks.every(({ name, needed }) => !down.has(name) || (needed === 'once' && wasReady));
    wasReady ||= ready;
    return { ready, checks: Object.fromEntries(states) };
  };
}

export type Readiness = ReturnType<typeof createReadiness>;

async function stateOf(probe: () => Promise<unknown>): Promise<string> {
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<string>((resolve) => {
    timer = setTimeout(resolve, probeTimeoutMs, `no answer within ${probeTimeoutMs} ms`);
  });
  const probed = probe().then(
    () => 'up',
    (error: unknown) => (error instanceof Error ? `down (${error.name})` : 'down'),
  );
  return Promise.race([probed, timeout]).finally(() => clearTimeout(timer));
}
