import { createServer } from 'node:http';
import { exitWithParent } from '../src/main/world/parent.ts';

// The smallest program a world can start: it says that it is ready, and dies when it is asked to.
exitWithParent();
const server = createServer((request, response) => {
  response.end('ok');
  if (request.url === '/die') {
    console.log('the last thing it says');
    process.exit(7);
  }
});
server.listen(Number(process.argv[2]), '127.0.0.1');
