/** What happens to one chunk on its way. */
export interface Shape {
  /** The chunk vanishes. */
  readonly silent?: boolean;
  readonly delayMs?: number;
  readonly bytesPerSecond?: number;
  /** The chunk leaves in pieces of this size. @default what flows in 20 ms */
  readonly pieceBytes?: number;
}

/** Passes chunks on in their order, late or in pieces. */
export interface Shaper {
  pass(chunk: Buffer, shape: Shape): void;
  stop(): void;
}

const PIECE_MS = 20;

export function createShaper(deliver: (chunk: Buffer) => void): Shaper {
  const timers = new Set<NodeJS.Timeout>();
  const waiting: Buffer[] = [];
  let freeAtMs = 0;

  function deliverAt(atMs: number, chunk: Buffer): void {
    waiting.push(chunk);
    const timer = setTimeout(
      () => {
        timers.delete(timer);
        // Timers of nearly equal times may fire in either order; the bytes may not.
        const next = waiting.shift();
        if (next) deliver(next);
      },
      Math.max(0, atMs - performance.now()),
    );
    timers.add(timer);
  }

  return {
    pass(chunk, shape) {
      if (shape.silent) return;
      const now = performance.now();
      const startMs = Math.max(now + (shape.delayMs ?? 0), freeAtMs);
      if (shape.bytesPerSecond === undefined) {
        freeAtMs = startMs;
        if (startMs <= now && timers.size === 0) deliver(chunk);
        else deliverAt(startMs, chunk);
        return;
      }
      const bytesPerMs = shape.bytesPerSecond / 1000;
      const pieceBytes = shape.pieceBytes ?? Math.max(1, Math.ceil(bytesPerMs * PIECE_MS));
      for (let offset = 0; offset < chunk.length; offset += pieceBytes) {
        const piece = chunk.subarray(offset, offset + pieceBytes);
        freeAtMs = Math.max(freeAtMs, startMs) + piece.length / bytesPerMs;
        deliverAt(freeAtMs, piece);
      }
    },
    stop() {
      for (const timer of timers) clearTimeout(timer);
      timers.clear();
    },
  };
}
