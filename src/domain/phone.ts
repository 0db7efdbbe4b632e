/** A phone number without what people put between its digits, so that two ways of writing it are one; other text is only trimmed. */
export function dialled(phone: string): string {
  const digits = phone.replace(/[^\d+]/g, '');
  return /\d/.test(digits) ? digits : phone.trim().toLowerCase();
}
