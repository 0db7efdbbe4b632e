import { z } from 'zod';
import { id, optionalDomain, optionalId, optionalText } from '../role-change/fields.ts';

const typeMessage = 'expected the type of a signal, such as promotion';

/** What is acknowledged, whatever else is wrong with it. */
export const numbered = z.object({ id });

/** What every signal has. */
export const signal = z.object({
  id: id.describe('Of the signal: what comes with the same one again is the same event.'),
  type: z
    .string(typeMessage)
    .regex(/^\w{1,79}$/, typeMessage)
    .describe(
      '`promotion` and `companyChange` of a contact are role changes; any other is kept, and refreshes nothing.',
    ),
  entityType: z
    .string('expected contact or company')
    .regex(/^[a-z]{1,20}$/, 'expected contact or company')
    .describe('`contact` or `company`: whose id `entityId` is.'),
  entityId: id,
  timestamp: z
    .unknown()
    .optional()
    .meta({ type: ['string', 'number'], description: 'When it was sent. What is no time is that of its arrival.' }),
  data: z.looseObject(
    { signalDate: optionalText.describe('Since when it is so: a day, as `2026-01-10`.') },
    'expected the data of the signal',
  ),
});
export type Signal = z.output<typeof signal>;

/** What a signal about the career of a contact tells. */
export const careerData = z.object({
  personId: optionalId.describe('Of the contact; without it, `entityId` is.'),
  currentCompanyId: optionalId,
  currentCompanyName: optionalText,
  currentDomain: optionalDomain,
  currentTitle: optionalText,
  previousCompanyId: optionalId,
  previousCompanyName: optionalText,
  previousDomain: optionalDomain,
  previousTitle: optionalText,
});

/** One request, with what is read of a signal about a career. */
export const signalBody = signal
  .extend({
    data: signal.shape.data.extend(careerData.shape).describe('Of another signal nothing is read but its day.'),
  })
  .describe('One signal. Whatever else Lusha sends is kept as it is, and not read.');
