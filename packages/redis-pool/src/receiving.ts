import { createConnection, type NetConnectOpts, type Socket } from 'node:net';
import { AbstractConnector, type RedisOptions } from 'ioredis';

/** As much as Node reads at a time. */
const RECEIVED_AT_MOST = 64 * 1024;
/** Larger pieces are handed over as they are: to copy them would cost more than the next buffer. */
const COPIED_AT_MOST = 4 * 1024;

/**
 * Connects a socket that receives all its answers in one buffer. Node would make a new one of 64 KB for every read, to
 * shrink it to the 200 bytes that came: a third of what reading a small answer costs.
 */
export class ReceivingConnector extends AbstractConnector {
  readonly #place: NetConnectOpts;

  constructor(options: unknown) {
    const { path, host, port, family, disconnectTimeout = 0 } = options as RedisOptions;
    super(disconnectTimeout);
    this.#place = path ? { path } : { host, port: port as number, family };
  }

  async connect(): Promise<Socket> {
    this.connecting = true;
    // In the meantime ioredis may be told to disconnect. The text is the one by which it knows that it was itself.
    await undefined;
    if (!this.connecting) throw new Error('Connection is closed.');
    const socket = receive(this.#place);
    this.stream = socket;
    socket.once('error', (error) => {
      this.firstError = error;
    });
    return socket;
  }
}

/** Whether a connection with these settings is a plain one to a place that they name. */
export function isReceivable({ tls, sentinels, Connector }: RedisOptions): boolean {
  return tls === undefined && !sentinels?.length && Connector === undefined;
}

function receive(place: NetConnectOpts): Socket {
  let buffer = Buffer.allocUnsafeSlow(RECEIVED_AT_MOST);
  const socket = createConnection({
    ...place,
    onread: {
      buffer: () => buffer,
      callback(bytes) {
        const received = buffer.subarray(0, bytes);
        if (bytes > COPIED_AT_MOST) buffer = Buffer.allocUnsafeSlow(RECEIVED_AT_MOST);
        // Whoever reads an answer may keep a part of what it came in.
        socket.emit('data', bytes > COPIED_AT_MOST ? received : Buffer.from(received));
        return true;
      },
    },
  });
  return socket;
}
