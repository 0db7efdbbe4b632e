import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { leadJsonSchema } from '../domain/lead-json-schema.ts';

/** Writes the schema of leads for senders; a test says when it has to be written again. */
const file = join(import.meta.dirname, '../../lead-event.schema.json');
writeFileSync(file, `${JSON.stringify(leadJsonSchema(), null, 2)}\n`);
