import type { SignatureScheme, VerificationScheme } from './scheme.ts';

const parts = { method: 'the method', uri: 'the public URL that was set up', body: 'the raw body' } as const;

/** What is signed: `<x-timestamp>.<the raw body>`. */
export const signedText = (scheme: SignatureScheme): string =>
  scheme.signedParts
    .map((part) => {
      if (typeof part === 'object') return 'literal' in part ? part.literal : `<${part.header}>`;
      return `<${part === 'timestamp' ? timeHeader(scheme) : parts[part]}>`;
    })
    .join('');

/** How the signature is written: `in hex, sha256= before it or not`. */
export function encodingOf({ encoding, signaturePrefix: prefix }: SignatureScheme): string {
  return `in ${encoding}${prefix ? `, ${prefix.text} ${prefix.required ? 'before it' : 'before it or not'}` : ''}`;
}

/** Which bytes are the key: `the secret of the source, its part behind whsec_ decoded from base64`. */
export const keyOf = ({ secret }: SignatureScheme): string =>
  `the secret of the source${secret ? `, its part behind ${secret.prefix} decoded from ${secret.encoding}` : ''}`;

export const timeHeader = ({ timestamp }: SignatureScheme): string => timestamp?.header ?? 'of the time';

export const timeUnits = ({ timestamp }: SignatureScheme): string =>
  (timestamp?.units ?? []).map(({ unitMs }) => (unitMs === 1 ? 'milliseconds' : 'seconds')).join(' or ');

/** The headers by which a request proves whose it is, each with what is in it, as Markdown. None where nothing is signed. */
export function headersOf(scheme: VerificationScheme): { name: string; description: string }[] {
  if (scheme.algorithm !== 'hmac-sha256') return [];
  const { signatureHeader, signedParts, timestamp } = scheme;
  const signature = `HMAC-SHA256 over \`${signedText(scheme)}\`, ${encodingOf(scheme)}; the key is ${keyOf(scheme)}`;
  const minutes = (timestamp?.toleranceMs ?? 0) / 60_000;
  return [
    { name: signatureHeader, description: signature },
    ...(timestamp
      ? [
          {
            name: timestamp.header,
            description: `When it was signed: ${timeUnits(scheme)} since 1970, in digits; up to ${minutes} minutes from our time`,
          },
        ]
      : []),
    ...signedParts.flatMap((part) =>
      typeof part === 'object' && 'header' in part
        ? [{ name: part.header, description: 'Of the message, and the same whenever it is sent again' }]
        : [],
    ),
  ];
}

/** How a request proves whose it is, in one sentence of Markdown. */
export function proofOf(scheme: VerificationScheme): string {
  if (scheme.algorithm === 'path-key') return 'the secret is the last part of the address';
  if (scheme.algorithm === 'shared-key') return `the secret is the field \`${scheme.keyField}\` of the body`;
  return headersOf(scheme)
    .map(({ name, description }) => `\`${name}\`: ${description}`)
    .join('. ');
}
