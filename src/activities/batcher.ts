/**
 * Collects what is asked for at the same moment, by however many, and has it answered in one go: `run` gets up to `max` items
 * and says what it found for which. When it fails, all who asked get its error.
 */
export function createBatcher<In, Out>(run: (items: readonly In[]) => Promise<ReadonlyMap<In, Out>>, max = 100) {
  const waiting: { item: In; resolve: (result: Out | undefined) => void; reject: (error: unknown) => void }[] = [];

  async function flush(): Promise<void> {
    const batch = waiting.splice(0, max);
    if (waiting.length > 0) setImmediate(() => void flush());
    try {
      const results = await run(batch.map(({ item }) => item));
      for (const { item, resolve } of batch) resolve(results.get(item));
    } catch (error) {
      for (const { reject } of batch) reject(error);
    }
  }

  return function ask(item: In): Promise<Out | undefined> {
    return new Promise((resolve, reject) => {
      waiting.push({ item, resolve, reject });
      if (waiting.length === 1) setImmediate(() => void flush());
    });
  };
}
