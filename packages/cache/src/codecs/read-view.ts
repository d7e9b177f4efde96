/** More is read where it lies: to copy it would cost more than to make a view of it. */
const SCRATCH_BYTES = 64 * 1024;

const scratch = new Uint8Array(SCRATCH_BYTES);
const scratchView = new DataView(scratch.buffer);

/**
 * A view of the bytes, until the next one is asked for. Those of a value of usual size are copied: a view of a Buffer from the
 * socket takes three calls out of compiled code, ten times as long as to copy 200 bytes. Behind the end of the bytes, the view may
 * go on, with those of others: who reads has to mind the end.
 */
export function viewToRead(bytes: Buffer): DataView {
  if (bytes.length > SCRATCH_BYTES) return new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  scratch.set(bytes);
  return scratchView;
}
