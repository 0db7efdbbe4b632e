import { ApplicationFailure } from '@temporalio/common';

/** A provider that would have to be asked has no key here. */
export const notSetUp = (provider: 'CoreSignal' | 'Lusha', variable: string): ApplicationFailure =>
  ApplicationFailure.nonRetryable(`${provider} is not set up: set ${variable}, then redrive`, `${provider}NotSetUp`);
