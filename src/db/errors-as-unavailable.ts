import { Unavailable } from '../domain/unavailable.ts';
import { isDatabaseUnavailable } from './errors.ts';

/** Runs database work and says `Unavailable` when PostgreSQL is away, full or too slow; any other error stays what it is. */
export async function orUnavailable<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    if (isDatabaseUnavailable(error)) throw new Unavailable('PostgreSQL', 5, error);
    throw error;
  }
}
