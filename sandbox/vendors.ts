import { gmail } from './gmail/index.ts';
import { hubspot } from './hubspot/index.ts';
import { openai } from './openai/index.ts';
import { slack } from './slack/index.ts';
import type { Vendor } from './vendor.ts';

export const vendors: readonly Vendor[] = [hubspot, slack, gmail, openai];
