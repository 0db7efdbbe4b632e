import type { JobFunction } from '../../domain/buyer-group.ts';
import { offices } from './offices.ts';
import type { Phrases } from './phrases.ts';

/**
 * The words by which titles name a function; by language within each: English, German, French, Spanish, Italian, Dutch, Portuguese,
 * Polish, Swedish and Danish. `null` takes words away from all others: a security guard has no part in security.
 */
export const functionPhrases: readonly (readonly [JobFunction | null, Phrases])[] = [
  [
    'sales',
    `
      sales, sales engineer, sales engineering, sales operations, presales, pre sales, account executive,
      account manager, account management, account director, key account, business development, revenue, commercial,
      cro, cco, partnerships, alliances, channel, channel partner, partner manager, partner sales, bdr, sdr,
      sales development, digital sales, solutions consultant, solution consultant, inside sales, go to market, new
      business,
      vertrieb*, verkauf*, geschaftsentwicklung, aussendienst*, innendienst, *vertrieb, absatz*,
      commercial*, ventes, vente, vendeur*, technico commercial, chef des ventes, grands comptes, avant vente,
      ventas, vendedor*, comercial, desarrollo de negocio, desenvolvimento de negocios, preventa,
      vendite, venditore, venditrice, commerciale, sviluppo commerciale,
      verkoop*, commercieel, accountmanager, salesmanager, buitendienst,
      vendas, comerciais, sprzedaz*, handlow*, przedstawiciel handlowy,
      forsaljning*, salj*, salg*, saelger, key account manager`,
  ],
  [
    'marketing',
    `
      marketing, product marketing, marketing operations, brand, demand generation, demand gen, growth, content,
      communications, communication, public relations, pr, cmo, seo, social media, creative director, art director,
      community, events, partner marketing, lead generation, digital marketing, digital communications, customer
      marketing, copywriter, advertising, media, e commerce, ecommerce, field marketing,
      marketing*, offentlichkeitsarbeit, kommunikation*, unternehmenskommunikation, werbung, werbe*, redakteur*,
      mercatique, publicite, relations publiques, relations presse, mercadotecnia, mercadeo, publicidad, comunicacion,
      comunicazione, comunicacao, pubblicita, communicatie*, marknad*, markedsforing*, markeds*,
      reklamy, komunikacji, marketingu`,
  ],
  [
    'customer_success',
    `
      customer success, customer experience, customer support, support, customer service, customer care, client success,
      client services, technical support, support engineer, implementation, onboarding, customer, cxo,
      kundenservice, kundenbetreuung, kundendienst*, kundenberat*, kundenerfolg, relation client, service client,
      relations clients,
      atencion al cliente, servicio al cliente, exito del cliente, assistenza clienti, servizio clienti, klantenservice*,
      atendimento ao cliente, sucesso do cliente, suporte, obslugi klienta, obsluga klienta, kundtjanst*, kundeservice*,
      kundservice*`,
  ],
  [
    'product',
    `
      product, products, product management, product manager, product owner, product operations, digital product, product
      design,
      product designer, ux, ui, user experience, cpo, design, designer, user research, ux researcher,
      produkt*, produit*, chef de produit, producto, productos, prodotto, prodotti, produto, produtos,
      productmanager, producteigenaar, produktu, produktchef, produktagare, formgivare`,
  ],
  [
    'engineering',
    `
      engineering, engineer, engineers, software, developer, development, devops, cto, architect, architecture,
      technology, technical, r d, research, programmer, sre, site reliability, platform, backend, frontend, full stack,
      qa, tech lead, tech, machine learning engineer, embedded, innovation, hardware, mobile, scientist,
      product engineering, product engineer, product development, design engineer, platform owner,
      entwickl*, *entwickler, *entwicklerin, *entwicklung, ingenieur*, *ingenieur, *ingenieurin, technisch*, technik*,
      forschung*, f e,
      konstruktion*, softwareentwick*, technologie*, developpeu*, developpement, ingenieurie, ingenierie, technique,
      logiciel*,
      recherche, desarrollador*, desarrollo, ingenier*, tecnico, tecnica, tecnologia, i d, investigacion,
      sviluppatore, sviluppatrice, sviluppo, ingegner*, ricerca, tecnologico, sviluppo prodotto,
      ontwikkel*, *ontwikkelaar, techniek, onderzoek, desenvolvedor*, desenvolvimento, engenh*, engenheir*, pesquisa,
      programist*, inzynier*, technologii, techniczn*, rozwoju oprogramowania, utveckl*, *utvecklare, ingenjor*, teknisk*,
      teknik*, udvikl*, *udvikler`,
  ],
  [
    'data',
    `
      data, data engineer, data engineering, data scientist, data science, data analyst, analytics, business intelligence,
      bi, machine learning, ai, artificial intelligence, cdo, data architect, insights, analytics engineer, data platform,
      data product, data owner,
      daten*, donnees, datos, dati, dados, danych, kunstliche intelligenz, intelligence artificielle, dataanal*`,
  ],
  [
    'it',
    `
      it, information technology, cio, information officer, information systems, information, systems administrator,
      system administrator, sysadmin, infrastructure, network, helpdesk, help desk, service desk, digital, cdio, it
      operations,
      it infrastructure, it architect, enterprise architect, business systems, end user computing, workplace technology,
      digital transformation, it support, it engineer, network engineer, systems engineer, infrastructure engineer, cloud
      infrastructure, enterprise applications, it project, data center, service owner, system owner, application owner,
      service delivery,
      edv, informatik*, fachinformatik*, systemadministrat*, netzwerk*, digitalisierung, rechenzentrum, wirtschaftsinformatik*,
      informationstechn*,
      informatique, administrateur systeme*, dsi, systemes d information, systeme d information, systemes, reseau*, informatica, sistemas, sistemas
      de informacion,
      ti, tic, sistemas de informacao, sistemi informativi, sistemi, ict, automatisering, systeembeheer*, informatyk*,
      informatycz*,
      systemow informatycznych, digitale, numerique, transformation digitale, transformacion digital, itchef,
      driftsansvarig, it drift`,
  ],
  [
    'security',
    `
      security, information security, it security, cyber, cybersecurity, cyber security, ciso, cso, infosec, appsec,
      product security, application security, network security, cloud security, security engineer, security architect,
      security operations, soc analyst, penetration tester, data security, security engineering,
      informationssicherheit*, it sicherheit*, itsicherheit*, sicherheit*, cybersicherheit, rssi, securite, securite
      informatique, cybersecurite, securite des systemes d information,
      seguridad, seguridad informatica, seguridad de la informacion, ciberseguridad, sicurezza, sicurezza informatica,
      cybersicurezza,
      beveiliging*, informatiebeveiliging*, seguranca, seguranca da informacao, ciberseguranca, bezpieczenstw*,
      cyberbezpieczenstw*,
      sakerhet*, informationssakerhet*, it sakerhet*, sikkerhed*, informationssikkerhed*, it sikkerhed*, itsikkerhed*,
      bezpieczenstwa informacji, bezpieczenstwa it`,
  ],
  [
    'finance',
    `
      finance, financial, financial officer, cfo, accounting, accountant, controller, controlling, treasurer, treasury, fp
      a,
      tax, audit, auditor, internal audit, internal auditor, investor relations, payroll, revenue accounting, risk owner,
      finance business partner, billing, accounts payable, accounts receivable, bookkeep*, risk, finance operations,
      finanz*, buchhalt*, *buchhalter, *buchhalterin, rechnungswesen, kaufmannisch*, revision, revisor, steuern,
      steuerberat*, bilanz*,
      financier*, finances, daf, raf, comptab*, controleur de gestion, controle de gestion, administratif et financier,
      tresor*, auditeur*,
      financier, financiero, financiera, finanzas, contab*, contador*, tesorer*, auditor*, finanziar*, amministrativo,
      amministrazione e finanza, contabil*, controllo di gestione, ragioniere,
      financie*, boekhoud*, financeiro, financeira, financas, tesouraria, controladoria, finansow*, finanse, finansow,
      ksiegow*,
      ekonomi*, okonomi*, finans*, redovisning*, regnskab*, bogholder*, intern revisor, internrevis*, redovisningsekonom`,
  ],
  [
    'procurement',
    `
      procurement, purchasing, purchaser, buyer, sourcing, category manager, category management, vendor management,
      supplier management, it procurement, purchase, strategic sourcing,
      einkauf*, einkaufer*, beschaffung*, *einkauf, *einkaufer, achats, acheteu*, approvisionnement*, compras, comprador*,
      aprovisionamiento, acquisti, approvvigionament*, inkoop*, inkoper, suprimentos, aprovisionamento, zakup*, kupiec,
      inkop*, indkob*, inkopare, it einkauf*, materialwirtschaft`,
  ],
  [
    'legal',
    `
      legal, counsel, general counsel, lawyer, attorney, compliance, privacy, data protection, data protection officer,
      dpo, clo, paralegal, company secretary, regulatory, contracts, contract manager, data privacy,
      recht, rechts*, jurist*, chefjurist*, syndikus*, datenschutz*, justiziar*, juridique, avocat*, conformite,
      protection des donnees,
      legale, legales, juridic*, abogad*, asesoria juridica, cumplimiento, proteccion de datos, affari legali, avvocat*,
      giuridic*,
      juridisch*, advocaat, juridico, advogad*, prawn*, prawnik, radca prawny, adwokat, ochrony danych, juridik,
      juridisk*, advokat*, dataskydd*, databeskyttelse*, bolagsjurist, protezione dei dati, protecao de dados`,
  ],
  [
    'operations',
    `
      operations, operation, operating, operational, coo, supply chain, logistics, manufacturing, production, plant,
      facilities, quality,
      warehouse, project, program, programme, pmo, office manager, business operations, process, process owner, business
      process owner, transformation, maintenance, sustainability, ehs, real estate, procurement operations, project
      engineer,
      betrieb*, produktionsleit*, produktion, produktions*, logistik*, lieferkette, qualitat*, werkleit*, werksleit*,
      projekt*, fertigung*, prozess*, instandhaltung*,
      exploitation, logistique, qualite, usine, projet*, operaciones, logistica, produccion, calidad, proyectos, proyecto,
      planta, cadena de suministro,
      operazioni, produzione, qualita, stabilimento, progetti, progetto, operationeel, productie*, logistiek*, kwaliteit*,
      projectleider, projectmanager, bedrijfsvoering, bedrijfsleider,
      operacoes, producao, qualidade, projetos, projeto, operacyjn*, produkcji, logistyki, jakosci, projektu, projektow,
      lancucha dostaw,
      drift, drift*, inkops och logistik, kvalitet*, forsyningskaede, projektled*, verksamhet*, fabriks*, fabrik,
      produktionschef, logistikchef`,
  ],
  [
    'hr',
    `
      hr, human resources, human capital, people, people operations, people analytics, talent, talent acquisition,
      recruiting, recruiter, recruitment, chro, learning development, compensation, employee experience, culture, people
      and culture, hr business partner, hr operations, people partner, learning and development, training, happiness,
      personalleit*, personalabteilung, personalreferent*, personalwesen, personalentwickl*, personalchef*,
      personalmanag*, leiter personal, leiterin personal, leitung personal, bereich personal, personalvorstand,
      personalsach*, personalgewinnung, human resources*, arbeitsdirektor*, recruiting*, ausbildungsleit*,
      ressources humaines, rh, drh, rrh, recrutement, recruteu*, recursos humanos, rrhh, talento, seleccion de personal,
      risorse umane, personale, selezione del personale, personeel*, personeelszaken, p o, gestao de pessoas, pessoas,
      recrutamento, zasobow ludzkich, zasoby ludzkie, kadr, kadry, personalnych, rekrutacji, rekruter*,
      rekryter*, rekrutter*, personalavdelning, hr chef, personal och organisation, medarbejder*`,
  ],
  [
    'general_management',
    `
      ceo, chief executive, chief executive officer, managing director, president, general manager, founder, cofounder,
      owner, business owner, chairman, chairwoman, chairperson, board member, chief of staff, country manager, managing
      partner, founding partner, senior partner, entrepreneur, strategy, corporate development, business unit, general
      partner, proprietor,
      geschaftsfuhr*, geschaftsleit*, vorstand*, inhaber*, grunder*, mitgrunder*, unternehmer*, aufsichtsrat*,
      niederlassungsleit*, filialleit*, strategie, unternehmensentwicklung, gesellschafter*, prokurist*,
      pdg, directeur general, directrice generale, direction generale, dga, dg, gerant*, fondateur*, fondatrice,
      cofondat*, proprietaire, chef d entreprise, president directeur general, dirigeant*, secretaire general,
      director general, directora general, consejero delegado, consejera delegada, gerente general, fundador*,
      cofundador*, presidente, presidenta, propietari*, dueno, duena, socio director, empresari*,
      amministratore delegato, amministratrice delegata, amministratore unico, direttore generale, direttrice generale,
      titolare, fondatore, cofondatore, imprenditore, imprenditrice,
      algemeen directeur, bestuurder, bestuursvoorzitter, zaakvoerder, eigenaar*, mede eigenaar, oprichter*, mede
      oprichter, ondernemer,
      diretor geral, diretora geral, presidente executivo, presidente executiva, socio gerente, proprietari*, dono,
      prezes*, wiceprezes*, czlonek zarzadu, czlonkini zarzadu, dyrektor generaln*, dyrektor zarzadzajac*, wlasciciel*,
      zalozyciel*, wspolzalozyciel*, wspolwlasciciel*,
      vd, verkstallande direktor, administrerende direktor, adm direktor, adm dir, agare, delagare, grundare, medgrundare,
      ejer, medejer, stifter, medstifter, daglig leder, styrelseordforande, bestyrelsesformand, platschef, koncernchef,
      vice vd`,
  ],
  [
    null,
    `
      security guard, vice president, vice presidente, agent de securite, vigilante de seguridad,
      ${offices}`,
  ],
];
