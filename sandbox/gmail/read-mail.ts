/** What a person sees of a mail, and its Message-ID without angle brackets. */
export function readMail(mail: string) {
  const { headers, content } = split(mail);
  const messageId = headers.get('message-id')?.replace(/^<|>$/g, '');
  return {
    messageId: messageId === '' ? undefined : messageId,
    from: decodeWords(headers.get('from') ?? ''),
    to: decodeWords(headers.get('to') ?? ''),
    subject: decodeWords(headers.get('subject') ?? ''),
    text: readText(headers, content),
  };
}

function split(mail: string): { headers: ReadonlyMap<string, string>; content: string } {
  const [head = '', ...rest] = mail.replaceAll('\r\n', '\n').split('\n\n');
  const lines = head.replace(/\n[ \t]+/g, ' ').split('\n');
  const headers = new Map(
    lines.map((line) => {
      const colon = line.indexOf(':');
      return [line.slice(0, colon).trim().toLowerCase(), line.slice(colon + 1).trim()] as const;
    }),
  );
  return { headers, content: rest.join('\n\n') };
}

/** The plain text; of several parts the first, which is the plain one. */
function readText(headers: ReadonlyMap<string, string>, content: string): string {
  const boundary = /^multipart\/.*boundary="?([^";]+)"?/i.exec(headers.get('content-type') ?? '')?.[1];
  if (boundary !== undefined) {
    const part = split((content.split(`--${boundary}`)[1] ?? '').trimStart());
    return readText(part.headers, part.content);
  }
  switch (headers.get('content-transfer-encoding')?.toLowerCase() ?? '7bit') {
    case 'base64':
      return Buffer.from(content, 'base64').toString('utf8');
    case 'quoted-printable':
      return decodeQuoted(content.replace(/=\n/g, ''));
    default:
      return content;
  }
}

/** Words of a header that are not ASCII: `=?UTF-8?Q?caf=C3=A9?=`. */
function decodeWords(text: string): string {
  return text
    .replace(/\?=\s+=\?/g, '?==?')
    .replace(/=\?utf-8\?([bq])\?([^?]*)\?=/gi, (_word, encoding: string, content: string) =>
      encoding.toLowerCase() === 'b'
        ? Buffer.from(content, 'base64').toString('utf8')
        : decodeQuoted(content.replaceAll('_', ' ')),
    );
}

function decodeQuoted(text: string): string {
  const latin = Buffer.from(text, 'utf8').toString('latin1');
  const bytes = latin.replace(/=([0-9a-f]{2})/gi, (_code, hex: string) =>
    String.fromCharCode(Number.parseInt(hex, 16)),
  );
  return Buffer.from(bytes, 'latin1').toString('utf8');
}
