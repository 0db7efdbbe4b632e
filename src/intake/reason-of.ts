/** What a log says of an error that is tried again: its name alone, since a message may quote data. */
export const reasonOf = (error: unknown): string => (error instanceof Error ? error.name : 'unknown');
