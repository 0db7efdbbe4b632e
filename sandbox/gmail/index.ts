import type { Vendor } from '../vendor.ts';
import { draftOperations } from './draft-operations.ts';
import { gmailFailure } from './failure.ts';
import { messageOperations } from './message-operations.ts';
import { readMultipart } from './read-draft.ts';

/** Its paths are served under two roots, because the client drops the path of a root URL that it is constructed with. */
export const gmail: Vendor = {
  connector: 'gmail',
  prefix: '/gmail',
  operations: [...draftOperations, ...messageOperations],
  bodies: [
    { type: 'message/rfc822', read: (text) => text },
    { type: /^multipart\/related/, read: readMultipart },
  ],
  unauthenticated: () =>
    gmailFailure(
      401,
      'Request is missing required authentication credential. Expected OAuth 2 access token, login cookie or other valid authentication credential. See https://developers.google.com/identity/sign-in/web/devconsole-project.',
    ),
  failure: gmailFailure,
};
