import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { createShaper, type Shape } from './traffic-shaper.ts';

/** What the network does to a connection. Requests flow to the server, replies back to the client. */
export type Fault =
  /** Bytes pass at once. */
  | { readonly kind: 'none' }
  /** Every chunk waits, in order, in both directions: `ms`, and up to `jitterMs` more. */
  | { readonly kind: 'latency'; readonly ms: number; readonly jitterMs?: number }
  /** At most this many bytes a second, in both directions. */
  | { readonly kind: 'bandwidth'; readonly bytesPerSecond: number }
  /** Replies leave a byte at a time. */
  | { readonly kind: 'slow-drip'; readonly everyMs: number }
  /** Connections are accepted and stay open; nothing is ever passed on. */
  | { readonly kind: 'black-hole' }
  /** One direction is silent: the server gets the commands but the client no reply, or the reverse. */
  | { readonly kind: 'one-way'; readonly silent: 'requests' | 'replies' }
  /** Connections are closed, and new ones too, as soon as they are accepted. */
  | { readonly kind: 'drop' }
  /** Each connection is reset (RST) once this many reply bytes have passed. */
  | { readonly kind: 'reset-mid-reply'; readonly afterBytes: number };

/** A TCP proxy in front of a real server, whose fault can be switched while connections are open. */
export interface FaultProxy {
  readonly port: number;
  readonly url: string;
  /** Applies to open and new connections from now on. What a silent fault has swallowed stays lost. */
  inject(fault: Fault): void;
  heal(): void;
  readonly connections: number;
  close(): Promise<void>;
}

export async function startFaultProxy(targetPort: number): Promise<FaultProxy> {
  let fault: Fault = { kind: 'none' };
  const pairs = new Set<readonly [Socket, Socket]>();

  const server = createServer({ noDelay: true }, (client) => {
    if (fault.kind === 'drop') {
      client.destroy();
      return;
    }
    const upstream = connect({ port: targetPort, host: '127.0.0.1', noDelay: true });
    const pair = [client, upstream] as const;
    pairs.add(pair);
    for (const socket of pair) {
      // An error ends in 'close', which takes the other side down as well.
      socket.on('error', () => {});
      socket.on('close', () => {
        pairs.delete(pair);
        client.destroy();
        upstream.destroy();
      });
    }
    let repliedBytes = 0;
    pump(client, upstream, () => shapeOf(fault, 'requests'));
    pump(upstream, client, (bytes) => {
      repliedBytes += bytes;
      if (fault.kind === 'reset-mid-reply' && repliedBytes > fault.afterBytes) {
        client.resetAndDestroy();
        return { silent: true };
      }
      return shapeOf(fault, 'replies');
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;

  function destroyAll(): void {
    for (const [client, upstream] of pairs) {
      client.destroy();
      upstream.destroy();
    }
  }

  return {
    port,
    url: `redis://127.0.0.1:${port}`,
    inject(next) {
      fault = next;
      if (fault.kind === 'drop') destroyAll();
    },
    heal() {
      fault = { kind: 'none' };
    },
    get connections() {
      return pairs.size;
    },
    async close() {
      destroyAll();
      server.close();
      await once(server, 'close');
    },
  };
}

function pump(from: Socket, to: Socket, shape: (bytes: number) => Shape): void {
  const shaper = createShaper((chunk) => void (to.destroyed || to.write(chunk)));
  from.on('data', (chunk: Buffer) => shaper.pass(chunk, shape(chunk.length)));
  from.on('close', () => shaper.stop());
}

function shapeOf(fault: Fault, direction: 'requests' | 'replies'): Shape {
  switch (fault.kind) {
    case 'latency':
      return { delayMs: fault.ms + Math.random() * (fault.jitterMs ?? 0) };
    case 'bandwidth':
      return { bytesPerSecond: fault.bytesPerSecond };
    case 'slow-drip':
      return direction === 'replies' ? { bytesPerSecond: 1000 / fault.everyMs, pieceBytes: 1 } : {};
    case 'black-hole':
      return { silent: true };
    case 'one-way':
      return { silent: fault.silent === direction };
    default:
      return {};
  }
}
