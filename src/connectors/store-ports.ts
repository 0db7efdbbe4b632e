import type { LeadCriteria, SearchDocument } from '../domain/lead-search.ts';
import type { Call, Receipt } from './call.ts';

/** One lead as analysts read it: the columns of the table of leads that they need, by their names there. */
export interface WarehouseLead {
  tenant_id: string;
  lead_id: string;
  event_id: string;
  source: string;
  received_at: Date;
  created_at: Date;
  /** Of two rows of one event the one that was updated later holds, whichever was put last. */
  updated_at: Date;
  first_name: string | null;
  last_name: string | null;
  email: string | null;
  phone: string | null;
  message: string | null;
  submission_type: string | null;
  consent: boolean;
  user_agent: string | null;
  geo_country: string | null;
  geo_city: string | null;
  utm_source: string | null;
  utm_medium: string | null;
  utm_campaign: string | null;
  utm_content: string | null;
  utm_term: string | null;
  metadata: Readonly<Record<string, unknown>> | null;
}

/** Days of `received_at` in UTC, as `2026-03-31`, both included; an end that is absent is open. */
export interface WarehouseDays {
  from?: string | undefined;
  to?: string | undefined;
}

export interface WarehouseQuery extends Call, WarehouseDays {
  maxRows: number;
}

/** Rows in the order of `columns`; timestamps, decimals and whole numbers beyond 2^53 as text. */
export interface WarehouseAnswer {
  columns: readonly string[];
  rows: readonly (readonly unknown[])[];
  /** Whether there were more rows than were asked for. */
  cut: boolean;
}

/** What one day was brought down to. */
export interface CompactedDay {
  day: string;
  files: number;
  rows: number;
}

/** Where analysts read leads: one row for each lead event. Every method throws `VendorError`. */
export interface WarehousePort {
  /** Puts the row of one event; a row that is put again replaces the earlier one. Receipt: `file`. */
  put(row: WarehouseLead, call: Call): Promise<Receipt>;
  /**
   * Removes every row of these events from every file and says how many rows went. The caller has seen to it that none of
   * them is still being put.
   */
  erase(eventIds: readonly string[], call: Call): Promise<number>;
  /** Those of these events of which anything is left, an unfinished file included. */
  holds(eventIds: readonly string[], call: Call): Promise<readonly string[]>;
  /** The files in which one of these texts is found, in a value (upper or lower case) or in the plain bytes. */
  filesWith(texts: readonly string[], call: Call): Promise<readonly string[]>;
  /** Makes one file of the many of each day; days that have no more than one are left alone. */
  compact(days: WarehouseDays, call: Call): Promise<readonly CompactedDay[]>;
  /** One SELECT over the view `leads`, which reaches nothing else. Throws `QueryRefused` for what it may not do. */
  query(sql: string, query: WarehouseQuery): Promise<WarehouseAnswer>;
}

export type { SearchDocument } from '../domain/lead-search.ts';

/** A document and how old it is: of two of one lead the one that was updated later holds, whichever is written last. */
export interface VersionedDocument {
  document: SearchDocument;
  updatedAt: Date;
}

export interface SearchRequest extends Call {
  tenantId: string;
  criteria: LeadCriteria;
  /** Goes on behind this lead. */
  after?: { at: string; id: string } | undefined;
  limit: number;
}

export interface SearchStatus {
  /** What answers: `OpenSearch 2.19.1`. */
  engine: string;
  /** The index that is searched; `null` until one is made. */
  index: string | null;
  documents: number;
}

/**
 * Where leads are searched, by the ids of their rows. There is one index for all tenants; it is made when it is first written to.
 * Every method throws `VendorError`.
 */
export interface SearchPort {
  /** Writes one document; an older one never replaces a newer. Receipt: `document`. */
  index(versioned: VersionedDocument, call: Call): Promise<Receipt>;
  /**
   * Removes these leads, also from an index that is being built, and says how many were there. What was under way for one of them is
   * refused for ten minutes after it; the caller has seen to it that nothing begins anew.
   */
  erase(leadIds: readonly string[], call: Call): Promise<number>;
  /** Those of these leads of which a document is left. */
  holds(leadIds: readonly string[], call: Call): Promise<readonly string[]>;
  /** The ids of the documents in which one of these texts is found, in whichever field, upper or lower case. */
  documentsWith(texts: readonly string[], call: Call): Promise<readonly string[]>;
  /** The leads that fit, newest first, without what was written within the last second. */
  search(request: SearchRequest): Promise<readonly { id: string; receivedAt: string }[]>;
  status(call: Call): Promise<SearchStatus>;
  /** Makes an empty index beside the one that is searched, in place of any other that was begun, and says what it is called. */
  beginIndex(call: Call): Promise<string>;
  /** Writes into that index what is not there in a newer version. */
  fillIndex(index: string, documents: readonly VersionedDocument[], call: Call): Promise<void>;
  /** From one moment to the next that index is written to and searched; the former ones are removed. */
  adoptIndex(index: string, call: Call): Promise<void>;
  /** The ids in the index that is searched, in their order, from behind `after` on. */
  listIds(after: string | undefined, limit: number, call: Call): Promise<readonly string[]>;
}

/** A store beside PostgreSQL that has copies of leads, by their ids. */
export interface LeadCopies {
  name: 'warehouse' | 'search';
  /** Says how many rows or documents went. */
  erase(leadIds: readonly string[], call: Call): Promise<number>;
  /** Those of these leads of which anything is left. */
  holds(leadIds: readonly string[], call: Call): Promise<readonly string[]>;
}
