import type { Company, Person } from './people.ts';

export const defaultCompanies: readonly Company[] = [
  {
    id: '7001',
    name: 'Nordlicht Software',
    domain: 'nordlicht.example',
    industry: 'Software',
    employees: 420,
    country: 'Germany',
  },
  {
    id: '7002',
    name: 'Atelier Meridien',
    domain: 'meridien.example',
    industry: 'Manufacturing',
    employees: 180,
    country: 'France',
  },
];

const northern: readonly (readonly [name: string, title: string])[] = [
  ['Astrid Berger', 'Geschäftsführerin'],
  ['Bruno Falk', 'CFO'],
  ['Carla Wendt', 'CTO'],
  ['Dana Okafor', 'Chief Revenue Officer'],
  ['Emil Sommer', 'Vertriebsleiter'],
  ['Frida Lang', 'Head of Marketing'],
  ['Gregor Novak', 'VP Sales'],
  ['Hanna Voss', 'Director of Sales Operations'],
  ['Ivo Kessler', 'Sales Operations Manager'],
  ['Jana Roth', 'Account Executive'],
  ['Kai Brandt', 'Key Account Manager'],
  ['Lena Thorn', 'Marketing Manager'],
  ['Malte Rieger', 'IT-Leiter'],
  ['Nora Stein', 'Leiterin Informationssicherheit'],
  ['Omar Haddad', 'Head of Procurement'],
  ['Paula Jung', 'Strategische Einkäuferin'],
  ['Quirin Adler', 'General Counsel'],
  ['Rita Maurer', 'Leiterin Personal'],
  ['Sven Holm', 'Software Engineer'],
  ['Tilda Krause', 'Senior Software Engineer'],
  ['Udo Ernst', 'Leiter Controlling'],
  ['Vera Pohl', 'Product Owner'],
  ['Wim Jansen', 'Customer Success Manager'],
  ['Xenia Blum', 'Assistentin der Geschäftsführung'],
  ['Yara Simon', 'Werkstudentin Marketing'],
];
const southern: readonly (readonly [name: string, title: string])[] = [
  ['Alix Fournier', 'Directrice générale'],
  ['Benoît Lacroix', 'Directeur administratif et financier'],
  ['Chloé Martin', 'Directrice commerciale'],
  ['Denis Petit', 'Directeur des achats'],
  ['Élise Garnier', "Directrice des systèmes d'information"],
  ['Fabien Roche', 'RSSI'],
  ['Gaëlle Simonet', 'Responsable marketing'],
  ['Hugo Perrin', 'Chef des ventes'],
  ['Inès Colas', 'Technico-commerciale'],
  ['Jules Barbier', 'Chef de projet'],
  ['Karine Leroy', 'Juriste'],
  ['Luc Besnard', 'Acheteur'],
  ['Maude Giraud', 'Directrice de production'],
  ['Noé Lambert', 'Stagiaire marketing'],
  ['Odile Chevalier', 'Assistante de direction'],
];

const withoutAccents = (text: string) => text.normalize('NFD').replaceAll(/\p{M}/gu, '').toLowerCase();

function peopleOf(company: Company | undefined, firstId: number, rows: typeof northern): Person[] {
  if (!company) return [];
  return rows.map(([name, title], index) => ({
    id: String(firstId + index),
    name,
    positions: [{ companyId: company.id, title, from: `20${10 + (index % 14)}-0${1 + (index % 9)}-01`, to: null }],
    email: `${withoutAccents(name).replace(' ', '.')}@${company.domain}`,
    phone: `+49 30 5550${String(100 + index)}`,
    isWithheld: false,
    updatedAt: '2026-01-15',
  }));
}

/** Forty made-up people, the same every time. */
export const defaultPeople: readonly Person[] = [
  ...peopleOf(defaultCompanies[0], 500_001, northern),
  ...peopleOf(defaultCompanies[1], 500_101, southern),
];
