import { randomUUID } from 'node:crypto';
import type { ModelAnswer } from '../connectors/ports.ts';
import type { EventRun, OpenEvent } from '../db/event-steps.ts';
import {
  beginModelCall,
  endModelCall,
  giveBackModelCall,
  type ModelCallRow,
  readModelCalls,
} from '../db/model-calls.ts';
import { judge, type Judgement } from '../decisions/model/judge.ts';
import type { Offer } from '../decisions/model/offers.ts';
import type { Prompt } from '../decisions/model/prompt.ts';
import { modelVerdict } from '../domain/decision.ts';
import { VendorError } from '../domain/failure.ts';
import { eventLabels } from '../intake/event-labels.ts';
import { sealedAnswer, sealedPrompt } from '../privacy/sealed-records.ts';
import { inSpan } from '../telemetry/traces.ts';
import type { ActivityDependencies, ModelDependencies } from './dependencies.ts';

export interface Asked {
  name: string;
  promptHash: string;
  judgement: Judgement;
}

/** A run asks once; a second time only when a worker died over the first call, so that nobody knows how it ended. */
const maxCalls = 2;

/**
 * Asks the model about one event, counted and recorded. An answer that was recorded is judged again instead of asked for
 * again. Whatever the model does, this ends with a judgement.
 */
export function createAskModel({ queries, metrics, log }: ActivityDependencies, model: ModelDependencies) {
  const { port, settings, confidenceThreshold, timeoutMs, maxDailyCalls } = model;

  function recorded(call: ModelCallRow, key: Buffer, offers: readonly Offer[]): Judgement {
    if (call.answerSealed) {
      return judge(sealedAnswer.open(key, call.id, call.answerSealed), offers, confidenceThreshold);
    }
    const verdict = modelVerdict.exclude(['accepted']).catch('failed').parse(call.verdict);
    return { verdict, confidence: null };
  }

  return async function askModel(
    run: EventRun,
    row: OpenEvent,
    key: Buffer,
    { prompt, offers }: { prompt: Prompt; offers: readonly Offer[] },
  ): Promise<Asked> {
    const { system, user, jsonSchema, hash: promptHash } = prompt;
    const calls = await readModelCalls(queries, run);
    const last = calls.at(-1);
    if (last?.verdict) {
      return { name: last.model, promptHash: last.promptHash, judgement: recorded(last, key, offers) };
    }
    const asked = { name: settings.name, promptHash };
    if (calls.length >= maxCalls) return { ...asked, judgement: { verdict: 'failed', confidence: null } };

    const id = randomUUID();
    const promptSealed = sealedPrompt.seal(key, id, { system, user });
    const call = { id, model: settings.name, promptHash, promptSealed, dailyLimit: maxDailyCalls };
    if (!(await beginModelCall(queries, run, call))) {
      log.warn(
        { ...eventLabels(row), daily_limit: maxDailyCalls },
        "model not asked: the day's calls are used up, or somebody is being erased",
      );
      return { ...asked, judgement: { verdict: 'over-budget', confidence: null } };
    }

    const startedAt = performance.now();
    async function end(judgement: Judgement, answer?: ModelAnswer, reason?: string): Promise<void> {
      const { verdict, confidence } = judgement;
      const latencyMs = Math.round(performance.now() - startedAt);
      const cost = answer ? Math.round(costOf(answer.usage, model)) : null;
      await endModelCall(queries, id, {
        verdict,
        confidence,
        answerSealed: answer ? sealedAnswer.seal(key, id, { status: answer.status, text: answer.text }) : null,
        model: answer?.model ?? null,
        requestId: answer?.requestId ?? null,
        inputTokens: answer?.usage.inputTokens ?? null,
        outputTokens: answer?.usage.outputTokens ?? null,
        costMicrodollars: cost,
        latencyMs,
      });
      metrics.modelCostDollars.inc((cost ?? 0) / 1_000_000);
      log.info(
        {
          ...eventLabels(row),
          model: settings.name,
          verdict,
          confidence,
          latency_ms: latencyMs,
          reason,
          ...answer?.usage,
          cost_microdollars: cost,
        },
        'model asked',
      );
    }

    try {
      const answer = await inSpan('ask the model', { kind: 'client' }, () =>
        port.ask({
          model: settings.name,
          system,
          user,
          schemaName: 'decision',
          jsonSchema,
          maxOutputTokens: settings.maxOutputTokens,
          temperature: settings.temperature,
          timeoutMs,
        }),
      );
      const judgement = judge(answer, offers, confidenceThreshold);
      await end(judgement, answer);
      return { name: answer.model, promptHash, judgement };
    } catch (error) {
      if (!(error instanceof VendorError)) throw error;
      const judgement: Judgement = { verdict: verdictOf(error), confidence: null };
      if (error.asked) await end(judgement, undefined, error.message);
      else {
        await giveBackModelCall(queries, id);
        log.warn({ ...eventLabels(row), reason: error.message }, 'model not asked: it is left alone');
      }
      return { ...asked, judgement };
    }
  };
}

function verdictOf({ kind }: VendorError): 'late' | 'invalid' | 'failed' {
  if (kind === 'Timeout') return 'late';
  return kind === 'Malformed' ? 'invalid' : 'failed';
}

/** Dollars per million tokens are millionths of a dollar per token. */
const costOf = ({ inputTokens, outputTokens }: ModelAnswer['usage'], model: ModelDependencies): number =>
  inputTokens * model.inputPricePerMillion + outputTokens * model.outputPricePerMillion;
