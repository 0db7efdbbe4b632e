/** Fewer digits name nobody: they are an extension, or a word somebody put there. */
const fewestDigits = 7;

/** Whether a text is long enough a number to look for a person by it. */
export const isNumber = (phone: string): boolean =>
  dialled(phone).replace('+', '').length >= fewestDigits && /^\+?\d+$/.test(dialled(phone));

/** A phone number without what people put between its digits, so that two ways of writing it are one; other text is only trimmed. */
export function dialled(phone: string): string {
  const digits = phone.replace(/[^\d+]/g, '');
  return /\d/.test(digits) ? digits : phone.trim().toLowerCase();
}
