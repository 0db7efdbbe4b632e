import type { Queries } from '../db/database.ts';
import { orUnavailable } from '../db/errors-as-unavailable.ts';
import { type ProviderStateRow, readProviderStates } from '../db/provider-states.ts';
import { type Provider, providers } from '../domain/failure.ts';

type State = ProviderStateRow['state'];

/** How Causeway stands to one provider: as the process does that is worst off, and which those are that found something wrong. */
export interface ProviderView {
  provider: Provider;
  /** `open`: it kept failing and is left alone; `half-open`: one call tries whether it is back. */
  state: State;
  processes: { process: string; state: State; since: string; lastFailureClass: string | null }[];
}

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
