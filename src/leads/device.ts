import Bowser from 'bowser';

/** No browser says more in its first words, and what a stranger sends bounds the time of the expressions it is held against. */
const readCharacters = 512;

const browsers = new Set(Object.values(Bowser.BROWSER_MAP));

/** Coarse on purpose: versions would tell people apart. Only names of our library's lists come out, never text that was sent. */
export function deviceOf(userAgent: string): string | null {
  const text = userAgent.slice(0, readCharacters);
  if (text === '') return null;
  const { browser, os, platform } = Bowser.parse(text);
  if (browser.name === undefined || !browsers.has(browser.name)) return null;
  const system = os.name === undefined ? '' : ` on ${os.name}`;
  return `${browser.name}${system}${platform.type === undefined ? '' : `, ${platform.type}`}`;
}
