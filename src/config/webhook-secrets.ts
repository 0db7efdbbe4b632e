import { ConfigurationError } from './environment.ts';

/**
 * The secrets of the senders that `causeway.yaml` names, by sender. Several in one variable, with a space between them, all
 * count, so that a secret can be changed. Throws `ConfigurationError` with one line a variable that is missing or wrong.
 */
export function readWebhookSecrets(
  sources: Readonly<Record<string, { secretVariable: string }>>,
  environment: Readonly<Record<string, string | undefined>> = process.env,
): Readonly<Record<string, readonly string[]>> {
  const problems: string[] = [];
  const secrets = Object.entries(sources).map(([name, { secretVariable }]) => {
    const texts = (environment[secretVariable] ?? '').split(/\s+/).filter((text) => text !== '');
    if (texts.length === 0) {
      problems.push(`${secretVariable}: not set; causeway.yaml wants it for the source ${name} (whsec_…)`);
    } else if (!texts.every(isSecret)) {
      problems.push(`${secretVariable}: expected whsec_ and then 24 to 64 bytes in base64`);
    }
    return [name, texts] as const;
  });
  if (problems.length > 0) throw new ConfigurationError(problems.join('\n'));
  return Object.fromEntries(secrets);
}

function isSecret(text: string): boolean {
  const base64 = text.replace(/^whsec_/, '');
  const { length } = Buffer.from(base64, 'base64');
  return /^[A-Za-z0-9+/]+={0,2}$/.test(base64) && length >= 24 && length <= 64;
}
