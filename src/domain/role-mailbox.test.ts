import { describe, expect, test } from 'vitest';
import { isRoleMailbox } from './role-mailbox.ts';

/** Protects people from being taken for one another by an address that several read, and from not being known by their own. */

describe('is the address of a desk', () => {
  test.each([
    'info@a.example',
    'Sales@a.example',
    ' office@a.example ',
    'kontakt@a.example',
    'contact@a.example',
    'buero@a.example',
    'vertrieb@a.example',
    'accueil@a.example',
    'ventas@a.example',
    'amministrazione@a.example',
    'verkoop@a.example',
    'atendimento@a.example',
    'księgowość@a.example',
    'försäljning@a.example',
    'kundeservice@a.example',
    'info+web@a.example',
    'sales-de@a.example',
    'sales.uk@a.example',
    'customer.service@a.example',
    'human-resources@a.example',
    'no-reply@a.example',
    'support2@a.example',
    'support-24@a.example',
  ])('%s', (email) => {
    expect(isRoleMailbox(email)).toBe(true);
  });
});

describe('is the address of a person', () => {
  test.each([
    'ada@a.example',
    'ada.sales@a.example',
    'sales.lovelace@a.example',
    'i.nfo@b.example',
    'informer@a.example',
    'maria@info.example',
    'a.office@a.example',
    '',
    '@a.example',
    'teamberlin@a.example',
  ])('%s', (email) => {
    expect(isRoleMailbox(email)).toBe(false);
  });
});
