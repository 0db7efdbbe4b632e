import { parseArgs } from 'node:util';
import type { Subjects } from '../operations/subjects.ts';
import type { Command } from './command.ts';
import { readWhom, whomOptions } from './erasures.ts';

/** `subjects`: all that is held of a person, for that person. */
export function subjectsCommand(withSubjects: <T>(work: (subjects: Subjects) => Promise<T>) => Promise<T>): Command {
  return {
    name: 'subjects',
    summary: 'export all that is held of a person',
    help: `Usage: npm run -s causeway -- subjects --email <address> | --phone <number> | --id <id>

Prints, as JSON, all that is held of a person: leads, events with what was sent, decided and done, who was told, consents, buyer
groups. An id is that of an event or a lead of theirs, hubspot:<portal>:<contact>, coresignal:<member>, or lusha:<contact>. Every
export is noted in the audit log.`,

    async run(args, output) {
      const { values } = parseArgs({ args: [...args], options: whomOptions });
      const query = readWhom(values);
      const exported = await withSubjects((subjects) => subjects.export(query, 'operator (cli)'));
      if (typeof exported === 'object') output.out(JSON.stringify(exported, null, 2));
      else if (exported === 'nothing') output.error('nothing is held under this');
      else output.error('more than one person gave this phone; name the one who asks by --email or --id');
      return typeof exported === 'object';
    },
  };
}
