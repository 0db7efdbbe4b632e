import type { Operation } from '../vendor.ts';
import { hubspotFailure } from './failure.ts';

const createdAt = '2020-01-01T00:00:00.000Z';

/** HubSpot's default sales pipeline, and one stage that a customer added. */
const stages = [
  ['appointmentscheduled', 'Appointment Scheduled', '0.2'],
  ['qualifiedtobuy', 'Qualified To Buy', '0.4'],
  ['presentationscheduled', 'Presentation Scheduled', '0.6'],
  ['decisionmakerboughtin', 'Decision Maker Bought-In', '0.8'],
  ['negotiation', 'Negotiation', '0.85'],
  ['contractsent', 'Contract Sent', '0.9'],
  ['closedwon', 'Closed Won', '1.0'],
  ['closedlost', 'Closed Lost', '0.0'],
] as const;

const dealPipeline = {
  id: 'default',
  label: 'Sales Pipeline',
  displayOrder: 0,
  stages: stages.map(([id, label, probability], displayOrder) => ({
    id,
    label,
    displayOrder,
    metadata: { isClosed: String(id.startsWith('closed')), probability },
    createdAt,
    updatedAt: createdAt,
    archived: false,
    writePermissions: 'CRM_PERMISSIONS_ENFORCEMENT',
  })),
  createdAt,
  updatedAt: createdAt,
  archived: false,
};

export const pipelineOperations: readonly Operation[] = [
  {
    name: 'pipelines.list',
    method: 'GET',
    paths: ['/crm/v3/pipelines/deals', '/crm/v3/pipelines/deal'],
    run: () => ({ answer: { status: 200, body: { results: [dealPipeline] } } }),
  },
  {
    name: 'pipelines.read',
    method: 'GET',
    paths: ['/crm/v3/pipelines/deals/:id', '/crm/v3/pipelines/deal/:id'],
    run: ({ path }) => ({
      answer:
        path['id'] === dealPipeline.id
          ? { status: 200, body: dealPipeline }
          : hubspotFailure(404, `Pipeline ${path['id']} does not exist`),
    }),
  },
];
