/** The paths of events and leads, of batches, and of what keeps or clears data. */
const eventPaths = {
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

/** The paths of role changes, of refreshes of buyer groups, and of the companies that these are of. */
const buyerGroupPaths = {
  'role-change-recorded': 'begin, recordChange, finish: COMPLETED, acted',
  'role-change-coalesced': 'begin, recordChange, finish: COMPLETED, coalesced',
  'role-change-canceled-before-it-began': 'finish: CANCELED, failed, Canceled',
  'role-change-erased': 'begin, finish: COMPLETED, erased',
  'role-change-superseded': 'begin: COMPLETED, superseded',
  'notice-read': 'begin, recordChange, readChange, recordChange, finish: COMPLETED, acted',
  'notice-of-no-company': 'begin, recordChange, readChange, recordChange, finish: COMPLETED, no_action',
  'notice-of-nobody': 'begin, recordChange, readChange, finish: COMPLETED, no_action',
  'notice-without-credits': 'begin, recordChange, readChange failed, finish: FAILED, failed, CoreSignalPaymentRequired',
  'notice-canceled': 'begin, recordChange, readChange canceled, finish: CANCELED, failed, Canceled',

  'group-told':
    'begin, beginRefresh, resolveCompany, discoverMembers, scoreMembers, enrichMembers, scoreMembers, saveGroup, planNotice, act, act, closeRefresh, finish: COMPLETED, acted',
  'group-told-to-nobody':
    'begin, beginRefresh, resolveCompany, discoverMembers, scoreMembers, saveGroup, planNotice, closeRefresh, finish: COMPLETED, no_action',
  'group-unchanged':
    'begin, beginRefresh, resolveCompany, discoverMembers, scoreMembers, enrichMembers, scoreMembers, saveGroup, closeRefresh, finish: COMPLETED, no_action',
  'group-of-nobody':
    'begin, beginRefresh, resolveCompany, discoverMembers, scoreMembers, saveGroup, closeRefresh, finish: COMPLETED, no_action',
  'group-not-resolved':
    'begin, beginRefresh, resolveCompany failed, noteGap, discoverMembers, scoreMembers, saveGroup, closeRefresh, finish: COMPLETED, no_action',
  'group-not-discovered':
    'begin, beginRefresh, resolveCompany, discoverMembers failed, noteGap, scoreMembers, saveGroup, closeRefresh, finish: COMPLETED, no_action',
  'group-not-enriched':
    'begin, beginRefresh, resolveCompany, discoverMembers, scoreMembers, enrichMembers failed, noteGap, scoreMembers, saveGroup, planNotice, act, act, closeRefresh, finish: COMPLETED, acted',
  'group-out-of-time':
    'begin, beginRefresh, resolveCompany, discoverMembers timed out, noteGap, scoreMembers, saveGroup, closeRefresh, finish: COMPLETED, no_action',
  'group-failed':
    'begin, beginRefresh, resolveCompany, discoverMembers x3 failed, closeRefresh, finish: FAILED, failed, Unexpected',
  'group-refused':
    'begin, beginRefresh, resolveCompany, discoverMembers, scoreMembers, saveGroup, planNotice, act failed, act, closeRefresh, finish: FAILED, failed, SlackRejected',
  'group-told-later': 'begin, beginRefresh, saveGroup, planNotice, act, act, closeRefresh, finish: COMPLETED, acted',
  'group-of-somebody-erased':
    'begin, beginRefresh, saveGroup, planNotice, act failed, act failed, closeRefresh, finish: COMPLETED, erased',
  'group-coalesced': 'begin, beginRefresh, closeRefresh, finish: COMPLETED, coalesced',
  'group-merged': 'begin, beginRefresh, resolveCompany, closeRefresh, finish: COMPLETED, coalesced',
  'group-canceled-before-it-began': 'closeRefresh, finish: CANCELED, failed, Canceled',
  'group-canceled-while-discovering':
    'begin, beginRefresh, resolveCompany, discoverMembers canceled, closeRefresh, finish: CANCELED, failed, Canceled',
  'group-canceled-while-telling':
    'begin, beginRefresh, resolveCompany, discoverMembers, scoreMembers, saveGroup, planNotice, act canceled, act canceled, closeRefresh, finish, wait, finish: CANCELED, failed, Canceled',
  'group-erased': 'begin, closeRefresh, finish: COMPLETED, erased',
  'group-superseded': 'begin: COMPLETED, superseded',

  'company-once': 'nextRefresh, wait, nextRefresh, nextRefresh: COMPLETED',
  'company-idle': 'nextRefresh: COMPLETED',
  'company-again':
    'nextRefresh, wait, nextRefresh, nextRefresh, wait, nextRefresh, wait, nextRefresh, wait, nextRefresh, nextRefresh: COMPLETED',
  'company-forced':
    'nextRefresh, wait, nextRefresh, nextRefresh, wait, nextRefresh, nextRefresh, nextRefresh: COMPLETED',
  'company-in-turn': 'nextRefresh, wait, nextRefresh, wait, nextRefresh, nextRefresh: COMPLETED',
  'company-taken-over': 'nextRefresh, wait, nextRefresh: COMPLETED',
  'company-went-on': 'nextRefresh, wait, nextRefresh: CONTINUED_AS_NEW',
  'company-canceled': 'nextRefresh, wait, nextRefresh, nextRefresh, wait: CANCELED',
  'company-canceled-before-it-began': ': CANCELED',
};

/** Every path that a workflow can take, by the name of the file that shows it: its steps, and how it ended. */
export const paths = { ...eventPaths, ...buyerGroupPaths };

export type EventPathName = keyof typeof eventPaths;
export type BuyerGroupPathName = keyof typeof buyerGroupPaths;
export type PathName = EventPathName | BuyerGroupPathName;
