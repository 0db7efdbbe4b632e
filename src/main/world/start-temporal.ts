import { childEnvironment } from '../../config/environment.ts';
import { findTemporalCli } from '../../temporal/local-cli.ts';
import { localServerArguments, noticeOtherVersion, settleNamespace } from '../../temporal/local-server.ts';
import type { Supervisor } from './supervisor.ts';
import { untilReady } from './until-ready.ts';

const readyTimeoutMs = 60_000;

/** Starts the Temporal development server on its file in `dataDir`, with namespace, retention and search attributes. */
export async function startTemporal(
  supervisor: Supervisor,
  options: {
    dataDir: string;
    binFolder: string;
    port: number;
    uiPort?: number;
    namespace: string;
    log: (line: string) => void;
  },
): Promise<void> {
  const { dataDir, binFolder, port, namespace, log } = options;
  const environment = childEnvironment({});
  const { signal } = supervisor;
  const cli = await findTemporalCli({ binFolder, environment, log, signal });
  const notice = await noticeOtherVersion(dataDir, cli);
  if (notice !== null) log(notice);
  const child = supervisor.start({
    name: 'Temporal',
    command: cli.command,
    args: localServerArguments(options),
    environment,
    cwd: dataDir,
    stopSignal: 'SIGTERM',
  });
  const address = `127.0.0.1:${port}`;
  await untilReady(child, () => settleNamespace({ cli, environment, address, namespace }), readyTimeoutMs);
  supervisor.guard(child);
}
