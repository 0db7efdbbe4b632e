import { z } from 'zod';

const keyForm = /^([A-Za-z0-9._-]{1,64}):([A-Za-z0-9+/]{43}=)$/;

/** The keys in one text, in its order; a text that is no key is left out. */
export const historyKeysIn = (text: string): { id: string; key: Buffer }[] =>
  text.split(/\s+/).flatMap((each) => {
    const [, id, key] = keyForm.exec(each) ?? [];
    return id === undefined || key === undefined ? [] : [{ id, key: Buffer.from(key, 'base64') }];
  });

/** `<id>:<32 bytes in base64>`, several with a space between them. */
export const historyKeys = z
  .string()
  .trim()
  .refine((text) => text.split(/\s+/).every((each) => keyForm.test(each)), {
    error: 'expected <id>:<32 bytes in base64>, several with a space between them; an id has letters, digits, . _ -',
    abort: true,
  })
  .refine(
    (text) => new Set(historyKeysIn(text).map(({ id }) => id)).size === historyKeysIn(text).length,
    'an id is there twice',
  );
