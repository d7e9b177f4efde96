import { type RunningServer, serve } from '@breakwater/testkit';
import { agent as createAgent } from 'supertest';
import { createTradingApi, readSettings, type TradingApi, type TradingApiOptions } from '../src/app.ts';

/** An application that listens. */
export interface RunningApi extends TradingApi {
  readonly server: RunningServer;
  /** Sends requests and keeps cookies, as one browser does. */
  browser(): ReturnType<typeof createAgent>;
  /** A browser whose account is logged in. */
  loggedIn(username: string): Promise<ReturnType<typeof createAgent>>;
  stop(): Promise<void>;
}

const SESSION_SECRET = 'a secret that every instance of these tests has';
/** What is dead says so at once: no machine is too slow for a deadline that no test is about. */
const PATIENT = '10s';

/** @param env over the defaults of an empty environment. */
export async function startTradingApi(
  options: { env?: NodeJS.ProcessEnv } & Omit<TradingApiOptions, 'settings'> = {},
): Promise<RunningApi> {
  const { env = {}, ...rest } = options;
  const settings = readSettings({
    BREAKWATER_SESSION_SECRET: SESSION_SECRET,
    BREAKWATER_REDIS_TIMEOUT: PATIENT,
    ...env,
  });
  const api = await createTradingApi({ settings, ...rest });
  const server = await serve(api.app);
  const browser = () => createAgent(server.url);
  return {
    ...api,
    server,
    browser,
    async loggedIn(username) {
      const agent = browser();
      await agent.post('/api/login').send({ username, password: username }).expect(200);
      return agent;
    },
    async stop() {
      await server.close();
      await api.close();
    },
  };
}
