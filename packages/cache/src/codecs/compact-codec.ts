import type { Codec } from './codec.ts';
import { readCompact } from './compact-reader.ts';
import { writeCompact } from './compact-writer.ts';

/**
 * What {@link jsonCodec} holds, in fewer bytes, and faster to write and to read: `compact-format.ts` says how it lies. Values are
 * frozen as they are read.
 */
export const compactCodec: Codec<unknown> = Object.freeze({
  name: 'compact',
  encode: writeCompact,
  decode: (bytes: Buffer) => readCompact(bytes),
});
