import type { Vendor } from '../vendor.ts';
import { conversationOperations } from './conversation-operations.ts';
import { slackError, slackFailure } from './failure.ts';
import { deleteMessage } from './delete-message.ts';
import { postMessage } from './post-message.ts';
import { readHistory } from './read-history.ts';
import { userOperations } from './user-operations.ts';

export const slack: Vendor = {
  connector: 'slack',
  prefix: '/slack/api',
  operations: [postMessage, deleteMessage, readHistory, ...conversationOperations, ...userOperations],
  bodies: [
    { type: 'application/x-www-form-urlencoded', read: (text) => Object.fromEntries(new URLSearchParams(text)) },
  ],
  unauthenticated: () => slackError('not_authed'),
  failure: slackFailure,
};
