import { coresignal } from './coresignal/index.ts';
import { gmail } from './gmail/index.ts';
import { hubspot } from './hubspot/index.ts';
import { lusha } from './lusha/index.ts';
import { openai } from './openai/index.ts';
import { slack } from './slack/index.ts';
import type { Vendor } from './vendor.ts';
import { assistant, marketing } from './webhook-receivers/index.ts';

export const vendors: readonly Vendor[] = [hubspot, slack, gmail, openai, coresignal, lusha, marketing, assistant];
