import { hasConsent, utmFields } from '../../domain/lead.ts';
import { submission } from './schema.ts';

/** HubSpot's names of a contact's properties, and the columns that they are to us. */
const columns: Readonly<Record<string, string>> = {
  email: 'email',
  firstname: 'first_name',
  lastname: 'last_name',
  phone: 'phone',
  message: 'message',
  ...Object.fromEntries(utmFields.map((name) => [name, name])),
};

/** A submission to HubSpot's Forms API as a lead. It has no id of its own: the message that brings it has. */
export function leadOf(body: object, messageId: string): Readonly<Record<string, unknown>> {
  const { fields, submittedAt, context, legalConsentOptions } = submission.parse(body);
  const named = fields.map(({ objectTypeId = '0-1', name, value }) => {
    const isContact = objectTypeId === '0-1';
    const column = isContact && Object.hasOwn(columns, name) ? columns[name] : undefined;
    return { column, name: isContact ? name : `${objectTypeId}/${name}`, value };
  });
  const consent = legalConsentOptions?.consent;
  return {
    idempotency_key: `hubspot-forms:${messageId}`,
    source: 'hubspot-forms',
    ...utmsOf(context?.pageUri),
    ...Object.fromEntries(named.flatMap(({ column, value }) => (column === undefined ? [] : [[column, value]]))),
    consent: hasConsent(consent?.consentToProcess),
    occurred_at: submittedAt,
    metadata: {
      ...(context && { context }),
      ...(consent && { consent }),
      fields: Object.fromEntries(
        named.flatMap(({ column, name, value }) => (column === undefined ? [[name, value]] : [])),
      ),
    },
  };
}

/** HubSpot reads them from the address of the page; a form that has fields for them says so itself. */
function utmsOf(pageUri: string | undefined): Record<string, string> {
  const parameters = URL.parse(pageUri ?? '')?.searchParams;
  return Object.fromEntries(
    utmFields.flatMap((name) => {
      const value = parameters?.get(name);
      return value ? [[name, value]] : [];
    }),
  );
}
