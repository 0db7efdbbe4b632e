import { fileURLToPath } from 'node:url';
import { type CausewayFile, readCausewayFile } from '../config/causeway-file.ts';
import type { Configuration } from '../config/environment.ts';

const shipped = fileURLToPath(new URL('../../causeway.yaml', import.meta.url));

/** `causeway.yaml` as it holds in this process. */
export const installationOf = (configuration: Configuration): CausewayFile =>
  readCausewayFile(configuration.CAUSEWAY_FILE ?? shipped);

/** The rules that are used unless RULES_PATH names others. */
export const shippedRules = fileURLToPath(new URL('../../rules', import.meta.url));
