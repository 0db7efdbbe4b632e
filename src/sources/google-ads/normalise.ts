import { namesOf } from '../lead/full-name.ts';
import type { ConsentQuestion } from '../source.ts';
import { type Column, lead } from './schema.ts';

/**
 * A lead of a form in Google Ads as one of ours. The forms have no field for consent: only the answer to a question of one's own
 * that is named gives it. A test lead is about nobody, so nobody has consented to anything.
 */
export function leadOf(body: object, question?: ConsentQuestion): Readonly<Record<string, unknown>> {
  const { lead_id, user_column_data: columns, is_test, lead_submit_time, ...ids } = lead.parse(body);
  const answers = new Map(columns.map(({ column_id, string_value = '' }) => [column_id, string_value.trim()]));
  const first = (...names: string[]) => names.find((name) => Boolean(answers.get(name)));
  const email = first('EMAIL', 'WORK_EMAIL');
  const phone = first('PHONE_NUMBER', 'WORK_PHONE');
  const given = { first_name: answers.get('FIRST_NAME'), last_name: answers.get('LAST_NAME') };
  const taken: readonly (string | undefined)[] = [email ?? 'EMAIL', phone ?? 'PHONE_NUMBER', 'FIRST_NAME', 'LAST_NAME'];
  return {
    idempotency_key: lead_id === undefined ? undefined : `google-ads:${lead_id}`,
    source: 'google-ads',
    email: email && answers.get(email),
    phone: phone && answers.get(phone),
    ...(given.first_name || given.last_name ? given : namesOf(answers.get('FULL_NAME'))),
    consent: !is_test && consents(columns, question),
    occurred_at: lead_submit_time,
    metadata: {
      ...ids,
      ...(is_test && { is_test }),
      columns: Object.fromEntries(
        columns
          .filter(({ column_id }) => !taken.includes(column_id))
          .map(({ column_id, column_name, string_value }) => [column_id ?? column_name ?? '', string_value]),
      ),
    },
  };
}

function consents(columns: readonly Column[], question: ConsentQuestion | undefined): boolean {
  const asked = columns.filter(({ column_id, column_name }) => {
    return question !== undefined && [column_id, column_name?.trim()].includes(question.field);
  });
  return asked.length > 0 && asked.every(({ string_value }) => string_value?.trim() === question?.answer);
}
