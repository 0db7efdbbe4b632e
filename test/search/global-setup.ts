import type { TestProject } from 'vitest/node';
import setup from '../global-setup.ts';
import { startEngine } from './engine.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** An engine for all files; each uses an alias of its own. */
    searchUrl: string;
  }
}

/** What every test has, and one search engine. */
export default async function setupWithEngine(project: TestProject): Promise<() => Promise<void>> {
  const tearDown = await setup(project);
  try {
    const engine = await startEngine('shared');
    project.provide('searchUrl', engine.url);
    return async () => {
      await engine.close();
      await tearDown();
    };
  } catch (error) {
    await tearDown();
    throw error;
  }
}
