import { z } from 'zod';

const draftSchema = z.object({
  message: z.object({
    raw: z
      .string()
      .regex(/^[\w+/=-]+$/)
      .optional(),
    threadId: z.string().optional(),
  }),
});

/** The mail in a request to make a draft: inside JSON, as a body of its own, or the two together. */
export function readDraft(body: unknown): { mail: string; threadId?: string | undefined } | null {
  if (typeof body === 'string') return { mail: body };
  const uploaded = uploadSchema.safeParse(body);
  if (uploaded.success) {
    const { draft, mail } = uploaded.data;
    return { mail, threadId: draftSchema.safeParse(draft).data?.message.threadId };
  }
  const parsed = draftSchema.safeParse(body);
  if (!parsed.success || parsed.data.message.raw === undefined) return null;
  const { raw, threadId } = parsed.data.message;
  return { mail: Buffer.from(raw, 'base64url').toString('utf8'), threadId };
}

const uploadSchema = z.object({ draft: z.unknown(), mail: z.string() });

/** The two parts of an upload: the draft as JSON, then the mail. */
export function readMultipart(text: string, contentType: string): z.infer<typeof uploadSchema> {
  const boundary = /boundary="?([^";]+)"?/i.exec(contentType)?.[1] ?? '';
  const [draft = '{}', mail = ''] = text
    .split(`--${boundary}`)
    .slice(1, -1)
    .map((part) => part.slice(part.indexOf('\r\n\r\n') + 4).replace(/\r\n$/, ''));
  return { draft: JSON.parse(draft), mail };
}
