import { createHash } from 'node:crypto';

const idPattern = /^[A-Z][A-Z0-9]{5,}$/;

export const teamId = 'T0SANDBOX';
export const botUserId = 'U0SANDBOXBOT';

export function userIdOf(email: string): string {
  return `U${fingerprint(email.toLowerCase())}`;
}

export function isUserId(text: string): boolean {
  return idPattern.test(text) && /^[UW]/.test(text);
}

export function isChannelId(text: string): boolean {
  return idPattern.test(text) && /^[CDG]/.test(text);
}

export function channelIdOf(name: string): string {
  return `C${fingerprint(name)}`;
}

/** The channel in which the bot and these people talk; one person gives the same as writing to the person's id. */
export function directChannelIdOf(userIds: readonly string[]): string {
  return `${userIds.length > 1 ? 'G' : 'D'}${fingerprint([...userIds].toSorted().join(','))}`;
}

function fingerprint(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 10).toUpperCase();
}
