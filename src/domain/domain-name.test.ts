import { describe, expect, test } from 'vitest';
import { readCompanyDomain, readDomain } from './domain-name.ts';

/** Protects companies from being taken for one another by a site at which many have a page, and from losing a domain of their own. */

describe('is the domain of no company', () => {
  test.each([
    'linkedin.com',
    'https://www.linkedin.com/company/acme',
    'https://de.linkedin.com/company/acme',
    'LinkedIn.com.',
    'm.facebook.com/acme',
    'pt-br.facebook.com',
    'https://mobile.twitter.com/acme',
    'x.com/acme',
    'https://linktr.ee/acme',
    'https://sites.google.com/view/acme',
    'https://medium.com/@acme',
    'github.com/acme',
    'github.io',
    'gmail.com',
    'web.de',
  ])('%s', (text) => {
    expect(readCompanyDomain(text)).toBeUndefined();
  });
});

test.each(['.', 'https://.', 'www.', 'localhost.', 'Acme.', ''])('%j names no host', (text) => {
  expect(readDomain(text)).toBeUndefined();
});

describe('is a domain', () => {
  test.each([
    ['https://www.Example.com/about', 'example.com'],
    ['example.com.', 'example.com'],
    ['www.com', 'www.com'],
    ['acme.wixsite.com', 'acme.wixsite.com'],
    ['https://acme.github.io', 'acme.github.io'],
    ['ab.github.io', 'ab.github.io'],
    ['acme.medium.com', 'acme.medium.com'],
    ['business.linkedin.com', 'business.linkedin.com'],
    ['netflix.com', 'netflix.com'],
    ['my-linkedin.com', 'my-linkedin.com'],
    ['de.example.com', 'de.example.com'],
    ['google.com', 'google.com'],
  ])('%s: %s', (text, domain) => {
    expect(readCompanyDomain(text)).toBe(domain);
  });
});
