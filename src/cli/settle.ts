import { parseArgs } from 'node:util';
import type { SettleEffect } from '../operations/effects.ts';
import { type Command, UsageError } from './command.ts';

/** `settle`: says whether an effect that could not be found out was done. */
export function settleCommand(settleEffect: SettleEffect): Command {
  return {
    name: 'settle',
    summary: 'say whether an unknown effect was done',
    help: `Usage: npm run causeway -- settle <effect key> done|not-done

An effect is 'unknown' when a provider may have done it and could not tell. Look at the provider, then say what you found:
done, and it is never done again; not-done, and the next redrive of its event does it. Nothing runs by this alone.
'npm run causeway -- why <event id>' shows the key.`,

    async run(args, output) {
      const { positionals } = parseArgs({ args: [...args], allowPositionals: true, options: {} });
      const [key, what, ...more] = positionals;
      if (key === undefined || (what !== 'done' && what !== 'not-done') || more.length > 0) {
        throw new UsageError('name one effect key, then done or not-done');
      }
      const settled = await settleEffect(key, what, 'operator (cli)');
      switch (settled.result) {
        case 'settled':
          output.out(`${key} is ${settled.settlement.state}`);
          output.out(`now run its event again: npm run causeway -- redrive ${settled.settlement.eventId}`);
          return true;
        case 'not_found':
          output.error(`no effect has the key '${key}'`);
          return false;
        case 'not_unknown':
          output.error(`only an unknown effect can be settled; '${key}' is ${settled.state}`);
          return false;
        default:
          return settled satisfies never;
      }
    },
  };
}
