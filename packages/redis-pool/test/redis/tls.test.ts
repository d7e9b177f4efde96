import { eventually, freePort, type RedisServer, startRedis } from '@breakwater/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createRedisPool } from '../../src/index.ts';
import { type Certificates, makeCertificates } from './certificates.ts';
import { logEvents } from './event-log.ts';

describe('a Redis behind TLS that wants to know its clients', () => {
  let certificates: Certificates;
  let server: RedisServer;
  let url: string;
  let tls: { readonly ca: string; readonly cert: string; readonly key: string };
  beforeAll(async () => {
    certificates = await makeCertificates();
    const port = await freePort();
    server = await startRedis({ 'tls-port': String(port), ...certificates.serverSettings });
    url = `rediss://localhost:${port}`;
    const { certificate, key } = certificates.client;
    tls = { ca: certificates.authority, cert: certificate, key };
  });
  afterAll(async () => {
    await server.stop();
    certificates.remove();
  });

  it('is reached with the certificates that its settings name', async () => {
    const pool = createRedisPool({ url, deadlineMs: '20s', redis: { tls } });
    await expect(pool.set('key', 'v', 'PX', 60_000)).resolves.toBe('OK');
    // On lanes and on the connections of their own alike.
    const subscriber = pool.duplicate();
    await expect(subscriber.subscribe('channel')).resolves.toBe(1);
    await pool.close();
  });

  it('is an outage with its reason where the certificate is of nobody we trust', async () => {
    const pool = createRedisPool({
      url,
      lanes: 1,
      deadlineMs: '20s',
      redis: { tls: { cert: tls.cert, key: tls.key } },
    });
    const log = logEvents(pool);
    await expect(pool.get('key')).rejects.toMatchObject({ code: 'ERR_REDIS_UNAVAILABLE' });
    await eventually(() => log.last('outage:began') !== undefined);
    expect(log.last('outage:began')?.reason).toMatch(/certificate/);
    await pool.close();
  });

  it('is an outage where it does not get to know us', async () => {
    const pool = createRedisPool({ url, lanes: 1, deadlineMs: '20s', redis: { tls: { ca: tls.ca } } });
    await expect(pool.get('key')).rejects.toMatchObject({ code: 'ERR_REDIS_UNAVAILABLE' });
    await pool.close();
  });
});
