/** Every path that a workflow can take, by the name of the file that shows it: its steps, and how it ended. */
export const paths = {
  acted: 'begin, enrich, decide, act, finish: COMPLETED, acted',
  'acted-traced': 'begin, enrich, decide, act, finish: COMPLETED, acted',
  'acted-twice': 'begin, enrich, decide, act, act, finish: COMPLETED, acted',
  'batch-canceled': 'beginBatch, enrichBatch canceled, endBatch: CANCELED, Canceled',
  'batch-canceled-before-it-began': 'endBatch: CANCELED, Canceled',
  'batch-decided': 'beginBatch, enrichBatch, decideBatch: COMPLETED',
  'batch-empty': 'beginBatch: COMPLETED',
  'batch-given-up': 'beginBatch, enrichBatch x3 failed, endBatch: FAILED, Unexpected',
  'canceled-before-it-began': 'finish: CANCELED, failed, Canceled',
  'canceled-while-acting': 'begin, enrich, decide, act canceled, finish, wait, finish: CANCELED, failed, Canceled',
  'canceled-while-asking': 'begin, enrich, decide, consult canceled, finish: CANCELED, failed, Canceled',
  'canceled-while-looking-up': 'begin, enrich canceled, finish: CANCELED, failed, Canceled',
  'decided-in-a-batch': 'begin, decide, act, finish: COMPLETED, acted',
  echo: 'begin, finish: COMPLETED, echo',
  'effect-refused': 'begin, enrich, decide, act failed, finish: FAILED, failed, GmailRejected',
  'effect-retried': 'begin, enrich, decide, act x2, finish: COMPLETED, acted',
  'effect-unknown': 'begin, enrich, decide, act canceled, finish, wait, finish: FAILED, failed, EffectUnknown',
  erased: 'begin, finish: COMPLETED, erased',
  'look-up-failed': 'begin, enrich x3 failed, finish: FAILED, failed, Unexpected',
  'lead-captured': 'begin, capture, act, act, act, finish: COMPLETED, captured',
  'lead-refused': 'begin, capture, act, act failed, act, finish: FAILED, failed, MarketingRejected',
  'person-erased':
    'begin, shutGate, quietIn, removeKeys, quietIn, clearDatabase, act, act, act, clearCopies, verifyErasure, signReceipt, finish: COMPLETED, acted',
  'erasure-refused':
    'begin, shutGate, quietIn, removeKeys, quietIn, clearDatabase, act, act failed, act, clearCopies, finish: FAILED, failed, MarketingRejected',
  'erasure-awaited':
    'begin, shutGate, quietIn, wait, quietIn, removeKeys, quietIn, clearDatabase, act, clearCopies, verifyErasure, signReceipt, finish: COMPLETED, acted',
  'residue-found':
    'begin, shutGate, quietIn, removeKeys, quietIn, clearDatabase, clearCopies, verifyErasure x5 failed, finish: FAILED, failed, ResidueFound',
  'looked-up-with-gaps': 'begin, enrich x3, decide, finish: COMPLETED, undecided',
  'model-accepted': 'begin, enrich, decide, consult, act, finish: COMPLETED, acted',
  'model-failed': 'begin, enrich, decide, consult, finish: COMPLETED, no_action',
  'model-given-up': 'begin, enrich, decide, consult x2 failed, decide, finish: COMPLETED, no_action',
  'nothing-to-look-up': 'begin, decide, finish: COMPLETED, undecided',
  'compaction-canceled': ': CANCELED',
  'compaction-done': 'compactDays: COMPLETED',
  'retention-applied': 'retain, retain, retain, retain: COMPLETED',
  'retention-canceled': ': CANCELED',
  'retention-cut-short': 'retain, retain: COMPLETED',
  'retention-of-one-failed': 'retain x3 failed, retain: FAILED, Unexpected',
  stale: 'begin, enrich, decide, act, finish: COMPLETED, stale',
  superseded: 'begin: COMPLETED, superseded',
  undecided: 'begin, enrich, decide, finish: COMPLETED, undecided',
  'waited-for-the-database': 'begin retried, enrich, decide, act, finish: COMPLETED, acted',
};

export type PathName = keyof typeof paths;
