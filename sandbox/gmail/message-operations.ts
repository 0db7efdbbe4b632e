import type { Operation } from '../vendor.ts';
import { gmailPaths, searchDrafts, showMessage } from './drafts.ts';
import { gmailFailure } from './failure.ts';

export const messageOperations: readonly Operation[] = [
  {
    name: 'messages.list',
    method: 'GET',
    paths: gmailPaths('/messages'),
    run({ path, query, state }) {
      const found = searchDrafts(state, path['userId'] ?? '', query.get('q') ?? '');
      if (!found) return { answer: gmailFailure(400, 'the sandbox searches by rfc822msgid: only') };
      const messages = found.map(({ message: { id, threadId } }) => ({ id, threadId }));
      return {
        answer: {
          status: 200,
          body: { ...(messages.length > 0 ? { messages } : {}), resultSizeEstimate: messages.length },
        },
      };
    },
  },
  {
    name: 'messages.get',
    method: 'GET',
    paths: gmailPaths('/messages/:id'),
    run({ path, query, state }) {
      const draft = searchDrafts(state, path['userId'] ?? '', '')?.find(({ message }) => message.id === path['id']);
      if (!draft) return { answer: gmailFailure(404, 'Requested entity was not found.') };
      const payload = { headers: [{ name: 'Message-ID', value: `<${draft.message.rfc822MessageId}>` }] };
      const content = query.get('format') === 'raw' ? { raw: draft.message.raw } : { payload };
      return { answer: { status: 200, body: { ...showMessage(draft), ...content } } };
    },
  },
];
