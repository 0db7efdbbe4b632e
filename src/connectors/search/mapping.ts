const keyword = { type: 'keyword' } as const;
const text = { type: 'text' } as const;

/** The fields by which leads are searched. A field that is not here is refused, so that nothing else of a lead gets in unseen. */
const fields = {
  id: keyword,
  event_id: keyword,
  received_at: { type: 'date' },
  source: keyword,
  first_name: text,
  last_name: text,
  email: keyword,
  phone: keyword,
  message: text,
  submission_type: keyword,
  geo_country: keyword,
  geo_city: keyword,
  utm_campaign: keyword,
} as const;

/** `tenant_id` stands beside them since all tenants are in one index: without it one would be shown the leads of another. */
export const mappings = { dynamic: 'strict', properties: { ...fields, tenant_id: keyword } } as const;

export const settings = {
  number_of_shards: 1,
  // One copy where there is a second machine to hold it.
  auto_expand_replicas: '0-1',
  // How long the engine remembers what was deleted, and refuses what is older.
  gc_deletes: '10m',
} as const;
