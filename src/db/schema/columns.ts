import { customType, timestamp } from 'drizzle-orm/pg-core';

export const bytes = customType<{ data: Buffer; driverData: Buffer }>({ dataType: () => 'bytea' });

/** A point in time, in UTC. */
export const moment = (name: string) => timestamp(name, { withTimezone: true });
