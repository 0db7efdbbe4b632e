import type { FastifyReply } from 'fastify';
import { sendProblem } from '../problem.ts';

export const sendUnknownCompany = (reply: FastifyReply): FastifyReply =>
  sendProblem(reply, 404, {
    reason: 'unknown_company',
    detail:
      'no company is known by this id or domain; GET /api/v1/intelligence/companies lists them, and a POST to it adds one',
  });
