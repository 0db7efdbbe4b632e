import { coreSignal } from './coresignal/index.ts';
import { googleAds } from './google-ads/index.ts';
import { hubspotForms } from './hubspot-forms/index.ts';
import { hubspot } from './hubspot/index.ts';
import { lusha } from './lusha/index.ts';
import { personChange } from './person-change/index.ts';
import type { Source } from './source.ts';
import { typeform } from './typeform/index.ts';

/** Every vendor whose events Causeway understands as they come. Others are set up in `causeway.yaml`, see `standard-webhooks`. */
export const sources: readonly Source[] = [hubspot, hubspotForms, googleAds, typeform, personChange, lusha, coreSignal];
