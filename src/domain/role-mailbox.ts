/** Local parts that name a desk and nobody who sits at it; English, German, French, Spanish, Italian, Dutch, Portuguese, Polish, Swedish, Danish. */
const desks: ReadonlySet<string> = new Set(
  `
  abuse accounting accounts admin administration admissions ads all anfrage anfragen assistenz backoffice bestellung bestellungen
  bewerbung bewerbungen billing board bookings buchhaltung buero booking business careers ceo cfo cio cmo compliance contact
  contactus coo cto customercare customerservice customersupport datenschutz dpo einkauf empfang enquiries enquiry everyone
  export feedback finance firma general gdpr geschaeftsfuehrung geschaeftsleitung gf hallo hello help helpdesk hi hilfe
  hostmaster hr humanresources import info infos information inquiries inquiry investors invoice invoices it jobs karriere kontakt
  kundenservice kundendienst legal logistics logistik mail mailbox mailer marketing media noc noreply office operations orders
  partners partner payments people personal post postmaster presse press privacy procurement purchasing rechnung
  rechnungen reception recruiting recruitment resources returns root sales security sekretariat service services shop
  staff support team technik techsupport treasury verkauf vertrieb verwaltung webmaster zentrale

  accueil achats bonjour commande commandes commercial communication compta comptabilite direction facturation
  recrutement rh secretariat serviceclient ventes

  administracion atencion atencionalcliente ayuda clientes comercial compras comunicacion contabilidad contacto correo
  direccion empleo facturacion gerencia hola oficina pedidos recepcion rrhh secretaria ventas

  acquisti amministrazione assistenza ciao commerciale contabilita contatti contatto direzione fatture fatturazione ordini
  personale posta segreteria ufficio vendite

  administratie algemeen bestellingen boekhouding directie facturen inkoop klantenservice receptie secretariaat verkoop
  vragen welkom

  atendimento comunicacao contato contabilidade contacto diretoria encomendas escritorio faturacao financeiro geral loja
  vendas

  biuro faktury handlowy ksiegowosc kadry kontakty obsluga poczta praca rekrutacja reklamacje sekretariat sklep sprzedaz
  zakupy zamowienia zarzad

  bestallning ekonomi faktura forsaljning fraga hej inkop kundtjanst order reception vaxel
  bogholderi indkob kundeservice ordre regnskab salg`
    .trim()
    .split(/\s+/),
);

const isDesk = (word: string): boolean => desks.has(word) || desks.has(word.replace(/\d+$/, ''));

/**
 * Whether an address is that of a desk: `info@`, `sales-de@`, `customer.service@`. Several people read it, and another one next year, so that
 * it says of nobody who they are.
 */
export function isRoleMailbox(email: string): boolean {
  const [local = ''] = email.trim().toLowerCase().split(/[@+]/, 1);
  const words = local
    .normalize('NFKD')
    .replaceAll(/\p{M}/gu, '')
    .split(/[._-]+/)
    .filter((word) => word !== '');
  if (words.length > 1 && words.every(({ length }) => length > 1) && isDesk(words.join(''))) return true;
  // A country, a language or a number stands behind it.
  const [first = '', ...others] = words;
  return isDesk(first) && others.every((word) => isDesk(word) || /^(?:\p{L}{2}|\d{1,4})$/u.test(word));
}
