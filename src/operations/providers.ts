import type { Queries } from '../db/database.ts';
import { orUnavailable } from '../db/errors-as-unavailable.ts';
import { type ProviderStateRow, readProviderStates } from '../db/provider-states.ts';
import { providers } from '../domain/failure.ts';
import type { ProviderView } from '../domain/provider-views.ts';

type State = ProviderStateRow['state'];

const fromWorst: readonly State[] = ['open', 'half-open', 'closed'];

/** Every provider with its state; those that nobody found anything wrong with are closed. */
export function createProviders({ queries }: { queries: Queries }) {
  return async function listProviders(): Promise<ProviderView[]> {
    const rows = await orUnavailable(readProviderStates(queries));
    return providers.map((provider) => {
      const processes = rows
        .filter((row) => row.provider === provider)
        .map(({ process, state, since, lastFailureClass }) => ({ process, state, since, lastFailureClass }));
      const state = fromWorst.find((candidate) => processes.some((each) => each.state === candidate)) ?? 'closed';
      return { provider, state, processes };
    });
  };
}

export type Providers = ReturnType<typeof createProviders>;
