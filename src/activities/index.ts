import { createAct } from './act.ts';
import { createBegin } from './begin.ts';
import { createBeginBatch } from './begin-batch.ts';
import { createCapture } from './capture.ts';
import { createConsult } from './consult.ts';
import { createDecide } from './decide.ts';
import type { ActivityDependencies } from './dependencies.ts';
import { createDecideBatch } from './decide-batch.ts';
import { createEndBatch } from './end-batch.ts';
import { createEnrichBatch } from './enrich-batch.ts';
import { createEnrich } from './enrich.ts';
import { createFinishStep } from './finish.ts';

/** Every activity that workflows may call, by its name. */
export function createActivities(dependencies: ActivityDependencies) {
  return {
    begin: createBegin(dependencies),
    enrich: createEnrich(dependencies),
    decide: createDecide(dependencies),
    consult: createConsult(dependencies),
    capture: createCapture(dependencies),
    act: createAct(dependencies),
    finish: createFinishStep(dependencies),
    beginBatch: createBeginBatch(dependencies),
    enrichBatch: createEnrichBatch(dependencies),
    decideBatch: createDecideBatch(dependencies),
    endBatch: createEndBatch(dependencies),
  };
}

export type Activities = ReturnType<typeof createActivities>;
