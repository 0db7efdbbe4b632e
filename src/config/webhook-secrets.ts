import { ConfigurationError } from './environment.ts';

/** A sender, as far as its secret goes. */
interface SecretOwner {
  secretVariable: string;
  /** Present where the secret is bytes in base64 and may begin with this. */
  base64?: { prefix: string } | undefined;
}

const minimumCharacters = 8;

/**
 * The secrets of the senders that `causeway.yaml` names, by sender. Several in one variable, with a space between them, all
 * count, so that a secret can be changed. Throws `ConfigurationError` with one line a variable that is missing or wrong.
 */
export function readWebhookSecrets(
  senders: Readonly<Record<string, SecretOwner>>,
  environment: Readonly<Record<string, string | undefined>> = process.env,
  file = 'causeway.yaml',
): Readonly<Record<string, readonly string[]>> {
  const problems: string[] = [];
  const secrets = Object.entries(senders).map(([name, { secretVariable, base64 }]) => {
    const texts = (environment[secretVariable] ?? '').split(/\s+/).filter((text) => text !== '');
    if (texts.length === 0) {
      const form = base64 ? ` (${base64.prefix}…)` : '';
      problems.push(`${secretVariable}: not set; ${file} wants it for the source ${name}${form}`);
    } else if (base64 && !texts.every((text) => isBase64Secret(text, base64.prefix))) {
      problems.push(`${secretVariable}: expected ${base64.prefix} and then 24 to 64 bytes in base64`);
    } else if (texts.some((text) => text.length < minimumCharacters)) {
      problems.push(`${secretVariable}: expected a secret of at least ${minimumCharacters} characters`);
    }
    return [name, texts] as const;
  });
  if (problems.length > 0) throw new ConfigurationError(problems.join('\n'));
  return Object.fromEntries(secrets);
}

function isBase64Secret(text: string, prefix: string): boolean {
  const base64 = text.startsWith(prefix) ? text.slice(prefix.length) : text;
  const { length } = Buffer.from(base64, 'base64');
  return /^[A-Za-z0-9+/]+={0,2}$/.test(base64) && length >= 24 && length <= 64;
}
