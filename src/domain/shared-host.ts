const words = (text: string): ReadonlySet<string> => new Set(text.trim().split(/\s+/));

/** Sites on which many have a page under the one host, which they also have by country, language or device: `de.linkedin.com`, `m.facebook.com`. */
const sites = words(`
  about.me behance.net bsky.app crunchbase.com dribbble.com etsy.com eventbrite.com facebook.com fb.com fb.me github.com gitlab.com
  instagram.com kununu.com linkedin.com linktr.ee lnkd.in meetup.com pinterest.com snapchat.com soundcloud.com t.me telegram.me
  threads.com threads.net tiktok.com twitch.tv twitter.com vimeo.com vk.com wa.me wellfound.com x.com xing.com yelp.com youtu.be
  youtube.com
`);

/** Alike, where what stands before the host is somebody's own, such as `acme.github.io`, or where there are no such versions. */
const hosts = words(`
  bio.link bit.ly bitbucket.org blogger.com blogspot.com business.facebook.com business.site carrd.co docs.google.com g.co g.page github.io goo.gl maps.app.goo.gl maps.google.com
  medium.com notion.site sites.google.com substack.com t.co tumblr.com webflow.io weebly.com wixsite.com wordpress.com
`);

/** At which anybody has a mailbox. */
const freeMail = words(`
  aol.com bluewin.ch free.fr freenet.de gmail.com gmx.at gmx.ch gmx.com gmx.de gmx.net googlemail.com hotmail.co.uk hotmail.com hotmail.de
  hotmail.es hotmail.fr hotmail.it hotmail.nl icloud.com laposte.net libero.it live.com live.de live.fr live.nl mac.com mail.com mail.de
  mail.ru me.com msn.com naver.com o2.pl orange.fr outlook.com outlook.de outlook.es outlook.fr outlook.it pm.me posteo.de proton.me
  protonmail.com qq.com rocketmail.com t-online.de tuta.com tutanota.com virgilio.it wanadoo.fr web.de wp.pl yahoo.co.uk yahoo.com
  yahoo.de yahoo.es yahoo.fr yahoo.it yandex.com yandex.ru ymail.com zohomail.com 126.com 163.com
`);

const version = /^(?:m|mobile|mbasic|web|[a-z]{2}|[a-z]{2}-[a-z]{2})\./;

/** Whether a host, in lower case and without www, is that of many: of pages, or of free mailboxes. It says nothing of who a company is. */
export const isSharedHost = (host: string): boolean =>
  hosts.has(host) || freeMail.has(host) || sites.has(host) || sites.has(host.replace(version, ''));
