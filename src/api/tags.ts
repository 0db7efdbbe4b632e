interface Tag {
  name: string;
  description: string;
}

const intake = { name: 'Intake', description: 'What senders send: events of sources, and leads' };
const operations = { name: 'Operations', description: 'For operators: what failed, what waits, erasing, steering' };
const health = { name: 'Health', description: 'For whoever watches over the processes' };

/** Where routes stand in the description of the API, by how their paths begin. */
const byPath: readonly (readonly [RegExp, Tag])[] = [
  [/^\/(api\/)?(webhooks|ingest)\b/, intake],
  [/^\/schemas\//, intake],
  [/^\/api\/v1\/events\b/, { name: 'Events', description: 'What became of an event, and why' }],
  [/^\/api\/v1\/leads\b/, { name: 'Leads', description: 'Search among captured leads' }],
  [
    /^\/api\/v1\/(jobs|intelligence)\b/,
    { name: 'Buyer groups', description: 'Companies, their groups, and refreshes' },
  ],
  [/^\/(ops|codec)\b/, operations],
  [/^\/(healthz|readyz|metrics)\b/, health],
];

export const tags: Tag[] = [...new Set(byPath.map(([, tag]) => tag))];

export const tagsOf = (url: string): string[] => byPath.flatMap(([path, { name }]) => (path.test(url) ? [name] : []));
