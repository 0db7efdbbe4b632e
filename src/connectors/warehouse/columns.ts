import type { WarehouseLead } from '../ports.ts';

type Type = 'VARCHAR' | 'TIMESTAMP' | 'BOOLEAN';

/** The columns of every file, in this order. Timestamps are UTC; `metadata` is JSON as text. */
export const columnTypes = {
  tenant_id: 'VARCHAR',
  lead_id: 'VARCHAR',
  event_id: 'VARCHAR',
  source: 'VARCHAR',
  received_at: 'TIMESTAMP',
  created_at: 'TIMESTAMP',
  updated_at: 'TIMESTAMP',
  first_name: 'VARCHAR',
  last_name: 'VARCHAR',
  email: 'VARCHAR',
  phone: 'VARCHAR',
  message: 'VARCHAR',
  submission_type: 'VARCHAR',
  consent: 'BOOLEAN',
  user_agent: 'VARCHAR',
  geo_country: 'VARCHAR',
  geo_city: 'VARCHAR',
  utm_source: 'VARCHAR',
  utm_medium: 'VARCHAR',
  utm_campaign: 'VARCHAR',
  utm_content: 'VARCHAR',
  utm_term: 'VARCHAR',
  metadata: 'VARCHAR',
} as const satisfies Record<keyof WarehouseLead, Type>;

export const columnNames = Object.keys(columnTypes);

/** When the row was put, in microseconds: it decides between rows of one event that were updated at the same time. */
export const versionColumn = 'written_at';

/** A row as it is stored, columns and version. */
export const storedColumns = [...columnNames, versionColumn].join(', ');
