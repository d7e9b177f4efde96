import { once } from 'node:events';
import { createServer } from 'node:net';

/**
 * Below what the system gives to outgoing connections (from 32768 on Linux), and so is the bus of a cluster's node,
 * 10,000 above. Otherwise a client that tries again and again to reach a server that is down may be given the server's
 * own port to call from, and be connected with itself; the server cannot come back then.
 */
const FIRST_PORT = 10_000;
const PORTS = 10_000;

/** A loopback port that was free a moment ago. */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = FIRST_PORT + Math.floor(Math.random() * PORTS);
    if (await isFree(port)) return port;
  }
}

async function isFree(port: number): Promise<boolean> {
  const server = createServer().listen(port, '127.0.0.1');
  try {
    await once(server, 'listening');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EADDRINUSE') return false;
    throw error;
  }
  server.close();
  await once(server, 'close');
  return true;
}
