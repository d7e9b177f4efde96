/** Bytes to be found again, made ready to be compared four at a time. */
export interface BytePattern {
  readonly length: number;
  /** Little-endian. */
  readonly words: Int32Array;
  /** The last ones, which are no word. */
  readonly rest: Uint8Array;
}

export function patternOf(bytes: Uint8Array): BytePattern {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const words = Int32Array.from({ length: bytes.length >> 2 }, (_, index) => view.getInt32(index * 4, true));
  return { length: bytes.length, words, rest: bytes.slice(words.length * 4) };
}

/** Whether the bytes lie in the view from `at` on, where as many of them lie. */
export function liesAt({ words, rest }: BytePattern, view: DataView, at: number): boolean {
  for (let index = 0; index < words.length; index += 1) {
    if (view.getInt32(at + index * 4, true) !== words[index]) return false;
  }
  const restAt = at + words.length * 4;
  for (let index = 0; index < rest.length; index += 1) {
    if (view.getUint8(restAt + index) !== rest[index]) return false;
  }
  return true;
}
