import { isGrpcServiceError } from '@temporalio/client';
import { CommandFailed } from '../../cli/command.ts';
import type { History } from '../../cli/replay.ts';
import { readConfiguration } from '../../config/environment.ts';
import { createLogger } from '../../telemetry/log.ts';
import { tracingPlugin } from '../../telemetry/traces.ts';
import { openClient } from '../../temporal/client.ts';
import { fetchHistory, readEncryptedHistory, type RecordedHistory } from '../../temporal/recorded-history.ts';
import { replayHistories } from '../../temporal/replay.ts';
import { bundleWorkflows, installRuntime } from '../../temporal/worker.ts';
import { historyCodecOf } from '../stores.ts';

const silent = () => createLogger({ level: 'silent', process: 'replay', pretty: false });

export const readByConfiguration = (text: string): Promise<RecordedHistory | undefined> =>
  readEncryptedHistory(text, historyCodecOf(readConfiguration(), silent()));

export async function fetchByConfiguration(workflowId: string): Promise<RecordedHistory | undefined> {
  const configuration = readConfiguration();
  const { TEMPORAL_ADDRESS: address, TEMPORAL_NAMESPACE: namespace } = configuration;
  const codec = historyCodecOf(configuration, silent());
  const temporal = openClient({ address, namespace, plugins: [], codec });
  try {
    return await fetchHistory(temporal.client, workflowId, codec);
  } catch (error) {
    if (!isGrpcServiceError(error)) throw error;
    throw new CommandFailed(`Temporal at ${address} does not answer (${error.details}); set TEMPORAL_ADDRESS`, {
      cause: error,
    });
  } finally {
    await temporal.close();
  }
}

export async function replay(history: History) {
  installRuntime(silent());
  // As in production with tracing on, where more interceptors run than without.
  const plugins = [tracingPlugin('replay')];
  const [replayed] = await replayHistories([history], { bundle: await bundleWorkflows(plugins), plugins });
  if (!replayed) throw new Error('the replay ended without a result');
  return replayed;
}
