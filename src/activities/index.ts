import { createAct } from './act.ts';
import { createBegin } from './begin.ts';
import { createBeginBatch } from './begin-batch.ts';
import { createNextRefresh } from './buyer-groups/next-refresh.ts';
import { createReadChange } from './buyer-groups/read-change.ts';
import { createRecordChange } from './buyer-groups/record-change.ts';
import { createBuyerGroupSteps } from './buyer-groups/steps.ts';
import { createCapture } from './capture.ts';
import { createCompactDays } from './compact-days.ts';
import { createConsult } from './consult.ts';
import { createDecide } from './decide.ts';
import type { ActivityDependencies } from './dependencies.ts';
import { createDecideBatch } from './decide-batch.ts';
import { createEndBatch } from './end-batch.ts';
import { createEnrichBatch } from './enrich-batch.ts';
import { createEnrich } from './enrich.ts';
import { createAwaitQuiet } from './erasure/await-quiet.ts';
import { createClearStores } from './erasure/clear-stores.ts';
import { createRemoveKeys } from './erasure/remove-keys.ts';
import { createShutGate } from './erasure/shut-gate.ts';
import { createSignReceipt } from './erasure/sign-receipt.ts';
import { createVerifyErasure } from './erasure/verify-erasure.ts';
import { createFinishStep } from './finish.ts';
import { createRetain } from './retain.ts';

/** Every activity that workflows may call, by its name. */
export function createActivities(dependencies: ActivityDependencies) {
  return {
    begin: createBegin(dependencies),
    enrich: createEnrich(dependencies),
    decide: createDecide(dependencies),
    consult: createConsult(dependencies),
    capture: createCapture(dependencies),
    act: createAct(dependencies),
    recordChange: createRecordChange(dependencies),
    readChange: createReadChange(dependencies),
    nextRefresh: createNextRefresh(dependencies),
    ...createBuyerGroupSteps(dependencies),
    shutGate: createShutGate(dependencies),
    quietIn: createAwaitQuiet(dependencies),
    removeKeys: createRemoveKeys(dependencies),
    ...createClearStores(dependencies),
    verifyErasure: createVerifyErasure(dependencies),
    signReceipt: createSignReceipt(dependencies),
    finish: createFinishStep(dependencies),
    beginBatch: createBeginBatch(dependencies),
    enrichBatch: createEnrichBatch(dependencies),
    decideBatch: createDecideBatch(dependencies),
    endBatch: createEndBatch(dependencies),
    retain: createRetain(dependencies),
    compactDays: createCompactDays(dependencies),
  };
}

export type Activities = ReturnType<typeof createActivities>;
