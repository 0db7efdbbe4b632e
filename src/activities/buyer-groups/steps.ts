import type { ActivityDependencies } from '../dependencies.ts';
import { createBeginRefresh } from './begin-refresh.ts';
import { createCloseRefresh } from './close-refresh.ts';
import { createDiscoverMembers } from './discover-members.ts';
import { createEnrichMembers } from './enrich-members.ts';
import { createNoteGap } from './note-gap.ts';
import { createPlanNotice } from './plan-notice.ts';
import { createResolveCompany } from './resolve-company.ts';
import { createSaveGroup } from './save-group.ts';
import { createScoreMembers } from './score-members.ts';

/** The steps of a refresh, in the order in which they are taken. */
export const createBuyerGroupSteps = (dependencies: ActivityDependencies) => ({
  beginRefresh: createBeginRefresh(dependencies),
  resolveCompany: createResolveCompany(dependencies),
  discoverMembers: createDiscoverMembers(dependencies),
  scoreMembers: createScoreMembers(dependencies),
  enrichMembers: createEnrichMembers(dependencies),
  noteGap: createNoteGap(dependencies),
  saveGroup: createSaveGroup(dependencies),
  planNotice: createPlanNotice(dependencies),
  closeRefresh: createCloseRefresh(dependencies),
});
