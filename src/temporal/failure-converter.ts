import { DefaultFailureConverter } from '@temporalio/common';

/** Puts message and stack trace of a failure into a payload, where the codec encrypts them; its class stays readable. */
export const failureConverter = new DefaultFailureConverter({ encodeCommonAttributes: true });
