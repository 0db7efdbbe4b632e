import { parse } from 'yaml';
import { z } from 'zod';

const settings = z.looseObject({
  enrichment: z.looseObject({}).default({}),
  breaker: z.looseObject({}).default({}),
});

/**
 * The text of a causeway.yaml, with limits that no test meets by chance: the faults that a test arranges, and its many calls,
 * are meant for what it looks at. The tests of the breaker and of the rate limit name theirs.
 */
export function testSettings(text: string): string {
  const { enrichment, breaker, ...others } = settings.parse(parse(text) ?? {});
  return JSON.stringify({
    ...others,
    enrichment: { hubspotRequestsPer10Seconds: 100_000, ...enrichment },
    breaker: { failures: 100_000, ...breaker },
  });
}
