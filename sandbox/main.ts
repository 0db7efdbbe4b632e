import { parseArgs } from 'node:util';
import { startSandbox } from './server.ts';

const usage = 'usage: node sandbox/main.ts --state <file> [--port 3100] [--host 127.0.0.1] [--with-parent]';

try {
  const { values } = parseArgs({
    options: {
      port: { type: 'string', default: '3100' },
      host: { type: 'string', default: '127.0.0.1' },
      state: { type: 'string' },
      'with-parent': { type: 'boolean', default: false },
    },
  });
  const port = Number(values.port);
  if (values.state === undefined || !Number.isInteger(port) || port < 0 || port > 65_535) throw new Error(usage);

  const sandbox = await startSandbox({ port, statePath: values.state, host: values.host });
  const stop = (): void => {
    void sandbox.close().finally(() => process.exit(0));
  };
  process.once('SIGTERM', stop);
  process.once('SIGINT', stop);
  if (values['with-parent']) process.stdin.once('close', stop).resume();
  process.stdout.write(`sandbox listening on ${sandbox.url}\n`);
} catch (error) {
  process.stderr.write(`sandbox: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
