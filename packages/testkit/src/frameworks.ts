import express5 from 'express';
import express4 from 'express4';
import { type FastifyInstance, fastify } from 'fastify';
import { type RunningServer, serve } from './serve.ts';

type ExpressApp = ReturnType<typeof express5>;

/** One framework a door is tested on. A door's test gives both set-ups and gets the same table run on each. */
export interface Framework {
  readonly name: string;
  serve(setUp: {
    express: (app: ExpressApp) => void;
    fastify: (app: FastifyInstance) => void | Promise<void>;
  }): Promise<RunningServer>;
}

/** Express 4, Express 5 and Fastify 5, for `describe.each(frameworks)`. */
export const frameworks: readonly Framework[] = [
  { name: 'Express 4', serve: ({ express }) => serveExpress(express4, express) },
  { name: 'Express 5', serve: ({ express }) => serveExpress(express5, express) },
  {
    name: 'Fastify 5',
    async serve(setUp) {
      const app = fastify();
      await setUp.fastify(app);
      const url = await app.listen({ host: '127.0.0.1', port: 0 });
      return {
        url,
        async close() {
          app.server.closeAllConnections();
          await app.close();
        },
      };
    },
  },
];

function serveExpress(create: typeof express5, setUp: (app: ExpressApp) => void): Promise<RunningServer> {
  const app = create();
  setUp(app);
  return serve(app);
}
