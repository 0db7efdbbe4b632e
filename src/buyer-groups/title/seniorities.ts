import type { Seniority } from '../../domain/buyer-group.ts';
import { offices } from './offices.ts';
import type { Phrases } from './phrases.ts';

/**
 * The words by which titles name a rank. Of those that a title has the highest holds, so a longer phrase stands for what its parts must
 * not say: "account manager" leads nobody, "vice president" is no president. `null`: says nothing, and takes its words away.
 */
export const seniorityPhrases: readonly (readonly [Seniority | null, Phrases])[] = [
  [
    'c_level',
    `
      ceo, cfo, cto, coo, cio, ciso, cso, cmo, cro, cco, cpo, chro, cdo, clo, cxo, cdio, cpto, caio, chief … officer,
      chief executive,
      managing director, president, chairman, chairwoman, chairperson, board member, c level, group md,
      geschaftsfuhrer, geschaftsfuhrerin, geschaftsfuhrung, geschaftsfuhrend*, geschaftsleiter, geschaftsleiterin,
      geschaftsleitung, vorstand, vorstand*, *vorstand, mitglied des vorstands, arbeitsdirektor*, aufsichtsratsvorsitzend*,
      pdg, president directeur general, directeur general, directrice generale, direction generale, dg, gerant*,
      presidente directrice generale, dirigeant*, chef d entreprise,
      director general, directora general, consejero delegado, consejera delegada, gerente general, presidente, presidenta,
      amministratore delegato, amministratrice delegata, amministratore unico, direttore generale, direttrice generale,
      algemeen directeur, bestuurder, bestuursvoorzitter, zaakvoerder, lid raad van bestuur,
      diretor geral, diretora geral, presidente executivo, presidente executiva,
      prezes, prezeska, prezes zarzadu, czlonek zarzadu, czlonkini zarzadu, dyrektor generaln*, dyrektor zarzadzajac*,
      vd, verkstallande direktor, administrerende direktor, adm direktor, adm dir, koncernchef, daglig leder,
      styrelseordforande, bestyrelsesformand, koncerndirektor`,
  ],
  [
    'owner',
    `
      owner, business owner, co owner, founder, cofounder, co founder, founding partner, managing partner, senior partner,
      general partner, equity partner, partner, proprietor, entrepreneur,
      inhaber, inhaberin, mitinhaber*, grunder, grunderin, mitgrunder*, unternehmer, unternehmerin, gesellschafter,
      gesellschafterin,
      fondateur, fondatrice, cofondateur, cofondatrice, co fondateur, co fondatrice, proprietaire, associe gerant,
      fundador, fundadora, cofundador, cofundadora, co fundador, dueno, duena, propietario, propietaria, socio, socia,
      empresario, empresaria,
      titolare, fondatore, cofondatore, imprenditore, imprenditrice, eigenaar, eigenaresse, mede eigenaar, oprichter,
      oprichtster, mede oprichter, ondernemer, dono, dona, proprietario, proprietaria,
      wlasciciel, wlascicielka, wspolwlasciciel*, zalozyciel, zalozycielka, wspolzalozyciel*, agare, delagare, grundare,
      medgrundare, ejer, medejer, stifter, medstifter`,
  ],
  [
    'vp',
    `
      vp, vice president, senior vice president, executive vice president, group vice president, svp, evp, rvp, gvp,
      senior vp, v p, vicepresident, regional vice president, deputy ceo, deputy cfo, deputy cto, deputy managing director,
      vizeprasident*, vice president*, dga, directeur general adjoint, directrice generale adjointe, directeur general
      delegue, vicepresidente, vicepresidenta, vice presidente, subdirector general, vicepresidente ejecutivo,
      wiceprezes*, vice vd, vvd, vicedirektor, vicedirektorin, stellvertretend* geschaftsfuhr*, vice direttore generale,
      vicedirettore generale, adjunct directeur`,
  ],
  [
    'head',
    `
      head, global head, group head, general manager, country manager, general counsel, country head, country director,
      site lead,
      leiter, leiterin, leitung, leitend*, *leiter, *leiterin, *leitung, bereichsleit*, abteilungsleit*, ressortleit*,
      hauptabteilungsleit*, chefjurist*, it leiter, it leiterin,
      hoofd, afdelingshoofd, *hoofd, responsable de la securite des systemes d information, rssi,
      *chef, it chef, hr chef, teknisk chef, administrativ chef, *chefen, afdelingschef, avdelningschef, avdelningsleder, afdelingsleder, underdirektor,
      omradechef, chefsjurist, chief accountant, glown* ksiegow*, chief architect, chief engineer, chief scientist,
      chefarchitekt, hr chefen`,
  ],
  [
    'director',
    `
      director, senior director, executive director, associate director, managing consultant, group director, chief of
      staff, avp, assistant vice president, associate vice president, non executive director, director of engineering,
      secretary general, dir,
      direktor, direktorin, *direktor, *direktorin, prokurist, prokuristin, directeur, directrice, direction, daf, dsi,
      drh, secretaire general, secretaire generale, directeur adjoint,
      directora, subdirector, subdirectora, direttore, direttrice, *directeur, diretor, diretora, dyrektor, dyrektorka,
      *direktoren, direktionsmedlem, director adjunto`,
  ],
  [
    'manager',
    `
      manager, managers, senior manager, group product manager, team lead, team leader, teamlead, supervisor,
      superintendent, engineering manager, regional manager, assistant director, deputy director, deputy head, group
      manager, foreman, company secretary, controller, financial controller, treasurer, managing editor, raf, rrh,
      *manager, *managerin, managerin, teamleit*, gruppenleit*, schichtleit*, filialleit*, stellvertretend* leit*,
      referatsleit*, ausbildungsleit*, abteilungsleit* stellvertret*, meister, teamlead*, stellv leit*,
      responsable, adjoint* de direction, chef, chef de service, chef d equipe, chef des ventes, chef de departement, jefe, jefa, gerente,
      encargado, encargada, supervisor*, responsabile, capo, capoufficio, coordinatore, coordinatrice, coordenador,
      coordenadora, chefe, coordinador, coordinadora, subgerente,
      teamleider, ploegleider, bedrijfsleider, leidinggevende, kierownik, kierowniczka, menedzer*, brygadzista,
      teamledare, gruppchef, arbetsledare, enhetschef, teamleder, leder, *leder, gruppeleder, teamchef, lider zespolu`,
  ],
  [
    'senior',
    `
      senior, sr, principal, staff, lead, distinguished, fellow, expert, tech lead, senior product manager, senior project
      manager, senior account manager, senior account executive, senior program manager, senior product owner, senior
      customer success manager, senior key account manager, chief editor, art director, assistant manager, senior office
      manager, lead product manager, principal product manager, senior category manager,
      leitender ingenieur, chefentwickler*, starszy specjalista, starsza specjalistka, starszy, starsza, glowny
      specjalista, confirme, specialiste senior, seniorkonsult*, chefkonsulent, seniorberater*, sachgebietsleit*, experto,
      experta, esperto, esperta, especialista senior, specjalista senior`,
  ],
  [
    'individual',
    `
      account manager, key account manager, product manager, project manager, program manager, programme manager, customer
      success manager, office manager, community manager, category manager, partner manager, social media manager, content
      manager, case manager, contract manager, technical account manager, strategic account manager, campaign manager,
      event manager, relationship manager, partner success manager, territory manager, area sales manager, business
      development manager, delivery manager, release manager, vendor manager, partner account manager, channel partner
      manager, product marketing manager, channel account manager, enterprise account manager, asset manager, portfolio
      manager,
      product owner, process owner, service owner, data owner, platform owner, application owner, risk owner, system
      owner, business process owner, business partner, hr business partner, talent partner, acquisition partner, people
      partner, finance business partner, partner marketing, partner success, partner sales, partner development, partner
      engineer, channel partner, partner solutions, account director, scrum master, board advisor, advisory board,
      advisory board member, lead generation, funeral director, information officer, data protection officer, head chef,
      sous chef, executive chef, staff accountant, staff nurse, project lead, partner enablement, head hunter,
      projektleiter, projektleiterin, projektmanager*, produktmanager*, bauleiter, bauleiterin, key account managerin,
      kundenbetreuer*, vertriebsbeauftragt*, chef de projet, cheffe de projet, chef de produit, cheffe de produit, charge
      d affaires, charge* de, responsable de compte, chef de cuisine, chef de partie, chef de mission,
      jefe de proyecto, jefa de proyecto, jefe de producto, gestor*, capo progetto, capoprogetto, projectleider,
      projectmanager, accountmanager, productmanager, gerente de conta, gerente de contas, gerente de projeto, gerente de
      projetos, gerente de produto, chefe de projeto, kierownik projektu, projektledare, projektleder, produktchef,
      projektchef, produktagare, producteigenaar, chefredakteur*, chefassistent, kundechef, lead auditor, responsable de
      proyecto`,
  ],
  [
    null,
    `
      head of state, senior living, senior care, ${offices}`,
  ],
];

/** An assistant, whomever he assists, and whoever was something once: what else the title says of a rank is somebody else's, or over. */
export const individualPhrases: Phrases = `
  executive assistant, personal assistant, administrative assistant, assistant, secretary, ea to, pa to, founder s associate,
  founders associate, founder associate, ceo s associate, ceo associate, ceo office manager, ceo s office manager,
  entrepreneur in residence, executive in residence, former, formerly,
  ex, retired, emeritus, past president, previously, receptionist, aspiring, candidate,
  assistent, assistentin, assistenz, *assistent, *assistentin, *assistenz, sekretar*, *sekretar, *sekretarin, sekretariat,
  ehemalig*, assistant de, assistante, attache* de direction, secretaire, ancien, ancienne, asistente, ayudante, secretari*, exdirector*, antiguo, jubilad*,
  assistente, segretari*, secretaresse, *secretaresse, directiesecretaresse, *assistente, managementassistent*, voormalig, secretaria,
  asystent*, sekretarka, byly, assistent*, sekreterare, vd assistent, direktionssekretar*, direktionsassistent*, referent
  des vorstands, referentin des vorstands, vorstandsreferent*, rezeptionist*`;

/** Ranks that have "assistant" or "secretary" in their names all the same. */
export const noAssistants: Phrases = `
  assistant vice president, assistant director, assistant manager, assistant general counsel, assistant controller,
  assistant professor, company secretary, secretary general,
  secretaire general, secretaire generale, secretario general, secretaria general, segretario generale, staatssekretar*,
  assistant general manager, assistant treasurer`;

/** Whoever is still learning: it outweighs all else, so that a management trainee is no manager. */
export const entryPhrases: Phrases = `
  intern, trainee, apprentice, student, working student, junior, jr, entry level, graduate trainee, graduate engineer,
  graduate, co op student, undergraduate,
  praktikant, praktikantin, praktikum, werkstudent, werkstudentin, auszubildende, auszubildender, azubi, volontar,
  volontarin, aushilfe, schulerpraktikant, dualer student, duale studentin, referendar, referendarin,
  stagiaire, alternant, alternante, apprenti, apprentie, en alternance, etudiant, etudiante, becario, becaria,
  practicante, pasante, en practicas, aprendiz, stagista, tirocinante, apprendista,
  stagiair, leerling, estagiario, estagiaria, jovem aprendiz, stazysta, stazystka, praktykant, praktykantka, mlodszy,
  mlodsza, praktik, elev, larling, studentermedhjaelper, studentermedhjelper, sommarjobbare`;

/** Where the rest of a title is about somebody else: a company, somebody who is assisted, somebody that the person once was. */
export const endings: Phrases = `
  at, @, bei, chez, presso, hos, reporting to, reports to, helping, working with, supporting, coaching,
  former, formerly, previously, ex, ehemals, anciennement`;

/** The same, where the first of the words is still about the person. */
export const dependents: Phrases = `
  assistant to, ea to, pa to, office of, deputy to, advisor to, adviser to, coach for, secretary to,
  assistent* der, assistent* des, assistenz der, assistenz des, sekretariat der, sekretariat des, sekretar* der, sekretar*
  des, berater* der, referent* des, referent* der,
  assistante de, assistant de, secretaire de, adjoint* au, asistente de, secretari* de, assistente di, assistente da,
  assistente do, segretari* di, segretari* della,
  assistent* van, secretaresse van, asystent* zarzadu, asystent* prezesa, asystent* dyrektora, assistent* til, assistent*
  till`;
