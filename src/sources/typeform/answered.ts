/** One answer with the question that it is to. */
export interface Answered {
  id: string;
  ref: string;
  title: string;
  type: string | undefined;
  kind: string | undefined;
  value: unknown;
}

/** What a question is called, in words: its ref is a name that the form's owner gives, or that Typeform makes up. */
export const wordsOf = ({ ref, title }: Answered): string[] =>
  [ref, title].map((text) =>
    text
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}]+/gu, ' ')
      .trim(),
  );
