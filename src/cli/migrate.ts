import { parseArgs } from 'node:util';
import type { Command } from './command.ts';

/** `migrate`: brings the database's schema up to date. `database` is shown, so it names the place without the password. */
export function migrateCommand(dependencies: {
  /** Tells of every migration that it applies, by name. */
  migrate(onApplied: (name: string) => void): Promise<void>;
  database(): string;
}): Command {
  return {
    name: 'migrate',
    summary: "bring the database's schema up to date",
    help: `Usage: npm run causeway -- migrate

Applies the migrations that the database of DATABASE_URL does not have yet. Run it before the processes of a new version are
started; several at once wait for each other.`,
    async run(args, output) {
      parseArgs({ args: [...args], options: {}, strict: true });
      const database = dependencies.database();
      const applied: string[] = [];
      await dependencies.migrate((name) => {
        applied.push(name);
        output.out(`applied ${name}`);
      });
      output.out(applied.length === 0 ? `${database} is up to date already` : `${database} is up to date`);
      return true;
    },
  };
}
