import { array, assert, constantFrom, property, record } from 'fast-check';
import { describe, expect, it } from 'vitest';
import { effectKeys, eventWorkflowId } from './ids.ts';

/** Protects the two names that make things happen once: of a run, and of an effect. */

describe('the id of a workflow', () => {
  it('is made of the hash of the key and the generation, so that a redrive is another run', () => {
    expect(eventWorkflowId('0123456789abcdef0123456789abcdef', 0)).toBe('evt:0123456789abcdef0123456789abcdef:0');
    expect(eventWorkflowId('0123456789abcdef0123456789abcdef', 12)).toBe('evt:0123456789abcdef0123456789abcdef:12');
  });
});

describe('the keys of effects', () => {
  const event = '0190f0e4-0000-7000-8000-000000000001';

  it('name event and action, and the target only where an action has several', () => {
    expect(effectKeys(event, [{ type: 'draft_followup', targetId: '7' }])).toEqual([
      { key: `${event}:draft_followup`, type: 'draft_followup', targetId: '7' },
    ]);
    expect(
      effectKeys(event, [
        { type: 'notify_ae', targetId: '1' },
        { type: 'draft_followup', targetId: '7' },
        { type: 'notify_ae', targetId: '2' },
      ]).map(({ key }) => key),
    ).toEqual([`${event}:notify_ae:1`, `${event}:draft_followup`, `${event}:notify_ae:2`]);
  });

  it('are the same for the same plan, one for each action, and equal only for the same action on the same target', () => {
    const action = record({
      type: constantFrom('draft_followup', 'notify_ae'),
      targetId: constantFrom('default', '1', '2', '1:2'),
    });
    assert(
      property(array(action, { maxLength: 6 }), (actions) => {
        const keys = effectKeys(event, actions);
        expect(keys.map(({ type, targetId }) => ({ type, targetId }))).toEqual(actions);
        expect(effectKeys(event, actions)).toEqual(keys);
        for (const one of keys)
          for (const other of keys)
            expect(one.key === other.key).toBe(one.type === other.type && one.targetId === other.targetId);
      }),
    );
  });

  it('of two events are never the same', () => {
    const plan = [{ type: 'notify_ae', targetId: '1' }];
    expect(effectKeys(event, plan)[0]?.key).not.toBe(effectKeys(event.replace(/1$/, '2'), plan)[0]?.key);
  });
});
