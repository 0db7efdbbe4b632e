import { z } from 'zod';
import { id, optionalDomain, optionalId, optionalText } from '../role-change/fields.ts';

const typeMessage = 'expected the type of a signal, such as promotion';

/** What is acknowledged, whatever else is wrong with it. */
export const numbered = z.object({ id });

/** What every signal has. */
export const signal = z.object({
  id,
  type: z.string(typeMessage).regex(/^\w{1,79}$/, typeMessage),
  entityType: z.string('expected contact or company').regex(/^[a-z]{1,20}$/, 'expected contact or company'),
  entityId: id,
  timestamp: z.unknown(),
  data: z.looseObject({ signalDate: optionalText }, 'expected the data of the signal'),
});
export type Signal = z.output<typeof signal>;

/** What a signal about the career of a contact tells. */
export const careerData = z.object({
  personId: optionalId,
  currentCompanyId: optionalId,
  currentCompanyName: optionalText,
  currentDomain: optionalDomain,
  currentTitle: optionalText,
  previousCompanyId: optionalId,
  previousCompanyName: optionalText,
  previousDomain: optionalDomain,
  previousTitle: optionalText,
});
