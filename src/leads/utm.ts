import { type LeadEvent, type UtmField, utmFields } from '../domain/lead.ts';
import { cutAt } from '../domain/characters.ts';

const columnLimit = 255;

/** The UTM columns, and the whole values of those that had to be cut. Case stays: analytics tells values apart by it. */
export function utmColumns(lead: Pick<LeadEvent, UtmField>): {
  columns: Record<UtmField, string | null>;
  cut: Partial<Record<UtmField, string>>;
} {
  const columns: Record<UtmField, string | null> = {
    utm_source: null,
    utm_medium: null,
    utm_campaign: null,
    utm_content: null,
    utm_term: null,
  };
  const cut: Partial<Record<UtmField, string>> = {};
  for (const field of utmFields) {
    const whole = lead[field] ?? null;
    columns[field] = whole === null ? null : cutAt(whole, columnLimit);
    if (whole !== null && columns[field] !== whole) cut[field] = whole;
  }
  return { columns, cut };
}
