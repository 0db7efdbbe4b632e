import type { Client } from '@temporalio/client';
import type { PayloadCodec } from '@temporalio/common';
import { historyTexts, textsOf } from './history-texts.ts';

const concurrentReads = 10;

/** All executions of a task queue, for whoever has to know what they say. */
export function createHistories(options: { client: Client; codec: PayloadCodec; taskQueue: string }) {
  const { client, codec, taskQueue } = options;
  return {
    /** How many executions say what is looked for, in their history, their id or their search attributes. */
    async count(finds: (text: string) => boolean): Promise<number> {
      let found = 0;
      const executions = client.workflow.list({ query: `TaskQueue = '${taskQueue}'` })[Symbol.asyncIterator]();
      async function readNext(): Promise<void> {
        for (let next = await executions.next(); next.done !== true; next = await executions.next()) {
          const { workflowId, searchAttributes, memo } = next.value;
          const said = textsOf([workflowId, searchAttributes, memo]) + (await historyTexts(client, workflowId, codec));
          if (finds(said)) found += 1;
        }
      }
      await Promise.all(Array.from({ length: concurrentReads }, readNext));
      return found;
    },
  };
}

export type Histories = ReturnType<typeof createHistories>;
