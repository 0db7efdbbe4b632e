import type { Phrases } from './phrases.ts';

const chiefs = 'ceo,cfo,coo,cto,cio,cmo,cro,chro'.split(',');
const leaders = [
  ...chiefs,
  ...'managing director,president,chairman,chairwoman,chair,founder,founders,owner,board'.split(','),
];

const ofEach = (names: readonly string[], words: (name: string) => readonly string[]): Phrases =>
  names.flatMap(words).join(', ');

/** Where whoever leads is named, and somebody else works: it says of nobody what they lead or work on. */
export const offices: Phrases = `
  ${ofEach(chiefs, (chief) => [`${chief} office`])}, ${ofEach(leaders, (leader) => [`${leader} s office`])}, founders office,
  executive office, executive support, founding office,
  vorstandsburo*, vorstandsbuero*, vorstandsstab*, vorstandsangelegenheit*, geschaftsfuhrungsburo*, geschaftsleitungsburo*,
  stabsstelle geschafts*, stabsstelle der geschafts*, stabsstelle vorstand*, stabsstelle des vorstand*,
  staff di direzione, staff del presidente, staff della direzione,
  biuro prezesa, biura prezesa, biurze prezesa, biuro zarzadu, biura zarzadu,
  vd s stab, vd stab, vd s kansli, vd kansli`;

/** What stands before whom somebody serves, whose rank is not theirs: "to the CEO" ends what a title says of the person. */
export const served: Phrases = `
  to the, to our, ${ofEach(leaders, (leader) => [`to ${leader}`, `for ${leader}`, `for the ${leader}`])},
  aupres de, aupres du, aupres des, aupres d`;

/** Helpers of leaders, by the first of the words alone. */
export const helpers: Phrases = `
  aide to, aide of, associate to, driver to, driver of, driver for, chauffeur to,
  mitarbeiter* der geschafts*, mitarbeiter* des geschafts*, mitarbeiter* des vorstand*, buro der geschafts*, buro des geschafts*,
  buro des vorstand*, buros der geschafts*, buros des vorstand*, beauftragt* der geschafts*, beauftragt* des vorstand*,
  fahrer* der geschafts*, fahrer* des geschafts*, fahrer* des vorstand*,
  conseill* du president, conseill* du pdg, conseill* du directeur, conseill* de la direction, collaborat* du president,
  collaborat* du pdg, collaborat* du directeur, collaborat* de la direction, cabinet du president, cabinet du pdg,
  cabinet du directeur, chauffeur du, chauffeur de,
  adjunt* a direccion, adjunt* a la direccion, adjunt* a presidencia, adjunt* al director, adjunt* al presidente, asesor* del presidente, asesor* de presidencia, asesor* de la presidencia,
  asesor* del director, asesor* de direccion, ayudante de, ayudante del, oficina del, oficina de presidencia, oficina de la
  presidencia, oficina de direccion,
  collaborat* del presidente, collaborat* del direttore, collaborat* della direzione, collaborat* dell amministratore,
  ufficio del presidente, ufficio di presidenza, ufficio della presidenza, ufficio del direttore, addett* alla direzione,
  adviseur van de, adviseur van het, bureau van de, kabinet van de, rechterhand van,
  assessor* do presidente, assessor* da presidencia, assessor* da diretoria, assessor* do diretor, gabinete do, gabinete da
  presidencia, adjunt* do diretor, adjunt* do presidente, adjunt* da direcao, adjunt* da presidencia,
  doradca prezesa, doradca zarzadu, doradca dyrektora, pelnomocnik prezesa, pelnomocnik zarzadu, pelnomocniczka zarzadu,
  radgivare till, radgiver til, radgiver for`;

/** The same, where the first two are. */
export const rightHands: Phrases =
  'bras droit, mano derecha, braccio destro, braco direito, hojre hand, hoger hand, rechte hand';
