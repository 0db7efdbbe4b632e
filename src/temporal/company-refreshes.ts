import type { Client } from '@temporalio/client';
import { TypedSearchAttributes } from '@temporalio/common';
import { companyWorkflowId } from '../domain/ids.ts';
import { callWithin } from './call-within.ts';
import { tenantKey } from './search-attributes.ts';

/** The workflow of each company that sees to its refreshes: starts it by name, or wakes the one that runs. */
export function createCompanyRefreshes({ client, taskQueue }: { client: Client; taskQueue: string }) {
  return {
    /** `about`: what there is to look at; the same is looked at once. It may do so more often than needed, and never loses one. */
    wake: async (company: { id: string; tenantId: string }, about: string, deadlineMs: number): Promise<void> => {
      await callWithin(client, deadlineMs, () =>
        client.workflow.signalWithStart('companyRefresh', {
          workflowId: companyWorkflowId(company.id),
          taskQueue,
          args: [{ companyId: company.id }],
          // A run that is full of signals is read from its start before it can go on as another, which a busy machine takes long for.
          workflowTaskTimeout: '30 seconds',
          signal: 'wake',
          signalArgs: [about],
          staticSummary: 'refreshes of one company',
          typedSearchAttributes: new TypedSearchAttributes([{ key: tenantKey, value: company.tenantId }]),
        }),
      );
    },
  };
}

export type CompanyRefreshes = ReturnType<typeof createCompanyRefreshes>;
