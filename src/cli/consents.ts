import { parseArgs } from 'node:util';
import { z } from 'zod';
import { type Consents, type Purpose, purposes } from '../operations/consents.ts';
import { type Command, UsageError } from './command.ts';

const consentArguments = z.object({
  email: z.email('--email: one plain address'),
  purpose: z.enum(purposes, `--purpose: one of ${purposes.join(', ')}`),
  source: z.string('--source: who or what says so').trim().min(1, '--source: who or what says so').max(200),
});

/** `consents record`: what a person allowed or withdrew. The address is never shown. */
export function consentsCommand(record: Consents['record']): Command {
  return {
    name: 'consents',
    summary: 'record what a person allowed or withdrew',
    help: `Usage: npm run causeway -- consents record --email <address> --purpose ${purposes.join('|')} --granted|--withdrawn --source <text>

Events that are decided under 'compliance' reach a person only with consent on record. The latest record holds; earlier ones
stay as proof. Of the address only a keyed hash is kept.

  --source <text>  who or what says so, such as 'web form 12' or 'call of 2 March'; write no personal data into it`,

    async run(args, output) {
      const { values, positionals } = parseArgs({
        args: [...args],
        allowPositionals: true,
        options: {
          email: { type: 'string' },
          purpose: { type: 'string' },
          source: { type: 'string' },
          granted: { type: 'boolean', default: false },
          withdrawn: { type: 'boolean', default: false },
        },
      });
      if (positionals.length !== 1 || positionals[0] !== 'record') throw new UsageError("say 'consents record'");
      if (values.granted === values.withdrawn) throw new UsageError('say either --granted or --withdrawn');
      const parsed = consentArguments.safeParse(values);
      if (!parsed.success) throw new UsageError(parsed.error.issues.map(({ message }) => message).join('\n'));
      await record({ ...parsed.data, granted: values.granted });
      output.out(said(parsed.data.purpose, values.granted));
      return true;
    },
  };
}

const said = (purpose: Purpose, granted: boolean): string =>
  `recorded: ${purpose} ${granted ? 'granted' : 'withdrawn'}`;
