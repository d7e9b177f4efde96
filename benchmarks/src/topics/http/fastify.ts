import { fastify } from 'fastify';
import type { RunCount } from '../../topic.ts';
import { BODY, CONTENT_TYPE, PATH } from './quotes.ts';

export async function serveFastifyBuffer(handler: RunCount): Promise<string> {
  const app = fastify();
  app.get(PATH, (_request, reply) => {
    handler.runs += 1;
    reply.header('Content-Type', CONTENT_TYPE).send(BODY);
  });
  return app.listen({ host: '127.0.0.1', port: 0 });
}
