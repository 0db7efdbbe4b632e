import MailComposer from 'nodemailer/lib/mail-composer';
import { VendorError } from '../../domain/failure.ts';
import type { MailDraft } from '../ports.ts';

/** The draft as a MIME message, plain text. Throws `VendorError` of kind `Rejected` when a header would hold more than one value. */
export async function composeMessage(mailbox: string, draft: MailDraft, messageId: string): Promise<Buffer> {
  if (!isOneAddress(mailbox)) throw refused('the mailbox is not one mail address');
  if (draft.to !== undefined && !isOneAddress(draft.to)) throw refused('the addressee is not one mail address');
  if (/\p{Cc}/u.test(draft.subject)) throw refused('the subject holds a control character');
  const message = new MailComposer({
    messageId,
    from: { name: '', address: mailbox },
    ...(draft.to !== undefined && { to: { name: '', address: draft.to } }),
    subject: draft.subject,
    text: draft.text,
    disableFileAccess: true,
    disableUrlAccess: true,
  });
  return await message.compile().build();
}

/** Anything that could end an address and begin another, or another header, is refused. */
function isOneAddress(text: string): boolean {
  return text.length <= 254 && /^[^\s\p{Cc}@,;:<>()[\]"\\]+@[^\s\p{Cc}@,;:<>()[\]"\\]+$/u.test(text);
}

function refused(reason: string): VendorError {
  return new VendorError('Gmail', 'Rejected', `Gmail createDraft: Rejected (${reason})`);
}
