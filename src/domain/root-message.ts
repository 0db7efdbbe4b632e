/** What happened, as the innermost cause says it: what wraps an error says only where, or which query. */
export function rootMessage(error: unknown): string {
  let current = error;
  for (let depth = 0; depth < 5 && current instanceof Error && current.cause instanceof Error; depth += 1) {
    current = current.cause;
  }
  // A name with several addresses, none of which answers, gives an error without a text of its own.
  if (current instanceof AggregateError && current.message === '') current = current.errors[0];
  return current instanceof Error ? current.message : 'unknown';
}
