import { z } from 'zod';
import type { Action } from '../action.ts';
import { readParameters } from '../unusable-action.ts';
import { sentBefore } from './sent-before.ts';

const parameters = sentBefore(z.object({ draftId: z.string(), messageId: z.string() }));

/** Takes back a draft to the person; one that was sent meanwhile is the sender's letter, and not ours. */
export const deleteDraft: Action<'delete_draft'> = {
  type: 'delete_draft',
  provider: 'Gmail',
  parameters,
  settleMs: 0,
  attempts: Number.POSITIVE_INFINITY,

  async prepare({ action }, { mail }) {
    const { key, address, receipt } = readParameters('delete_draft', parameters, action.parameters);
    return {
      address,
      async perform(call) {
        // Without a receipt its answer was lost; it may be there all the same.
        const found = receipt ?? (await mail.findDraft(address, key, call));
        if (found) await mail.deleteDraft(address, found['draftId'] ?? '', call);
        return { draft: found ? 'deleted' : 'not found' };
      },
      find: async () => null,
    };
  },
};
