import { connect } from 'node:net';
import type { Settings } from './settings.ts';

interface Address {
  readonly host: string;
  readonly port: number;
}

/** Where a Redis listens that was installed and left as it is. */
const LOCAL: Address = Object.freeze({ host: 'localhost', port: 6379 });
const ANSWER_WITHIN_MS = 300;

/** The Redis to use: the one that is set, else one that answers on this machine, else none. */
export async function findRedis(setting: Settings['redisUrl'], local = LOCAL): Promise<string | undefined> {
  if (setting === 'off') return undefined;
  if (setting !== 'auto') return setting;
  return (await answersPing(local)) ? `redis://${local.host}:${local.port}` : undefined;
}

/** Whether a Redis that wants no password listens there. Anything else on that port is not ours to use. */
function answersPing(address: Address): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(address, () => socket.write('PING\r\n'));
    const settle = (found: boolean): void => {
      socket.destroy();
      resolve(found);
    };
    socket.setTimeout(ANSWER_WITHIN_MS, () => settle(false));
    socket.once('data', (reply) => settle(reply.toString().startsWith('+PONG')));
    socket.once('error', () => settle(false));
    socket.once('close', () => settle(false));
  });
}
