import type { FastifyReply } from 'fastify';
import { sendProblem } from '../../problem.ts';

export const sendUnreadableCursor = (reply: FastifyReply): FastifyReply =>
  sendProblem(reply, 400, {
    reason: 'unreadable_cursor',
    detail: 'send the cursor as it stood in `next` of the page before, or none for the first page',
  });
