import { parseEnvironment } from '../src/config/environment.ts';
import { startWorld } from '../src/main/world.ts';

// A world in a process of its own, so that the process can be killed. Prints "ready" when it is.
const [dataDir = '', databasePort = '', temporalPort = '', childPort = ''] = process.argv.slice(2);
await startWorld({
  dataDir,
  configuration: parseEnvironment({
    DATABASE_URL: `postgres://causeway:causeway@127.0.0.1:${databasePort}/causeway`,
    TEMPORAL_PORT: temporalPort,
  }),
  only: ['postgres', 'temporal'],
  programs: [
    {
      name: 'stand-in',
      file: 'test/world-child.ts',
      args: [childPort],
      environment: {},
      readyUrl: `http://127.0.0.1:${childPort}/`,
    },
  ],
  headless: true,
});
console.log('ready');
