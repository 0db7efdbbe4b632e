/** Every path that a gtmEvent can take, by the name of the file that shows it: its steps, and how it ended. */
export const paths = {
  acted: 'begin, enrich, decide, act, finish: COMPLETED, acted',
  'acted-traced': 'begin, enrich, decide, act, finish: COMPLETED, acted',
  'acted-twice': 'begin, enrich, decide, act, act, finish: COMPLETED, acted',
  'canceled-before-it-began': 'finish: CANCELED, failed, Canceled',
  'canceled-while-acting': 'begin, enrich, decide, act canceled, finish, wait, finish: CANCELED, failed, Canceled',
  'canceled-while-looking-up': 'begin, enrich canceled, finish: CANCELED, failed, Canceled',
  'effect-refused': 'begin, enrich, decide, act failed, finish: FAILED, failed, GmailRejected',
  'effect-retried': 'begin, enrich, decide, act x2, finish: COMPLETED, acted',
  'effect-unknown': 'begin, enrich, decide, act canceled, finish, wait, finish: FAILED, failed, EffectUnknown',
  erased: 'begin, finish: COMPLETED, erased',
  'look-up-failed': 'begin, enrich x3 failed, finish: FAILED, failed, Unexpected',
  'looked-up-with-gaps': 'begin, enrich x3, decide, finish: COMPLETED, undecided',
  'nothing-to-look-up': 'begin, decide, finish: COMPLETED, undecided',
  superseded: 'begin: COMPLETED, superseded',
  undecided: 'begin, enrich, decide, finish: COMPLETED, undecided',
  'waited-for-the-database': 'begin retried, enrich, decide, act, finish: COMPLETED, acted',
};

export type PathName = keyof typeof paths;
