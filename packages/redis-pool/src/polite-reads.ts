import type { Duplex } from 'node:stream';

/** As much as a record of TLS holds: what is smaller ends an answer, or is a small one. */
const PIECE_BYTES = 16 * 1024;

/**
 * Reads a large answer a piece in each turn of the event loop. Node would read up to 32 times 64 KB from one socket before
 * it looks at the next, and the small answers on the others would wait for as long as that takes.
 */
export function readInTurns(socket: Duplex): void {
  socket.on('data', (piece: Uint8Array) => {
    if (piece.length < PIECE_BYTES) return;
    socket.pause();
    setImmediate(() => socket.resume());
  });
}
