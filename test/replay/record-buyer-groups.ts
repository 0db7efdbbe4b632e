import { companyScenarios } from './company-scenarios.ts';
import { groupScenarios } from './group-scenarios.ts';
import type { BuyerGroupPathName } from './paths.ts';
import { record, type Scenario } from './recording.ts';
import { roleChangeScenarios } from './role-change-scenarios.ts';

// What record.ts does for events, for role changes, for refreshes of buyer groups, and for the companies that these are of.

const scenarios: Record<BuyerGroupPathName, Scenario> = {
  ...roleChangeScenarios,
  ...groupScenarios,
  ...companyScenarios,
};

record(scenarios);
