import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { type CausewayFile, readCausewayFile } from '../config/causeway-file.ts';
import { ConfigurationError, type Configuration } from '../config/environment.ts';

const shipped = fileURLToPath(new URL('../../causeway.yaml', import.meta.url));

/** `causeway.yaml` as it holds in this process. One that is named has to be there: without it other modes would hold. */
export function installationOf({ CAUSEWAY_FILE: named }: Pick<Configuration, 'CAUSEWAY_FILE'>): CausewayFile {
  if (named !== undefined && !existsSync(named)) {
    throw new ConfigurationError(`CAUSEWAY_FILE: there is no file ${named}`);
  }
  return named === undefined ? readCausewayFile(shipped) : readCausewayFile(named, named);
}

/** The rules that are used unless RULES_PATH names others. */
export const shippedRules = fileURLToPath(new URL('../../rules', import.meta.url));
