import type { DirectoryAnswer } from '../../domain/provider-answers.ts';
import { sealedObjects } from '../../privacy/sealed-records.ts';
import { createCachedAnswers } from './cached-answers.ts';
import { directorySource } from './person-keys.ts';

/** What the directory of companies told of people, whoever paid for it. */
export const createDirectoryAnswers = (dependencies: Parameters<typeof createCachedAnswers>[0]) =>
  createCachedAnswers<DirectoryAnswer>(dependencies, {
    provider: directorySource,
    objectType: 'member',
    sealed: sealedObjects.member,
  });
