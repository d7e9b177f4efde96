/**
 * How a part's values become bytes. A `decode` that throws makes the frame a miss; the bytes it is given may be kept views of,
 * and not be written to. Values are handed out as they are: what must not be written to, the codec freezes.
 */
export interface Codec<Value> {
  /** In the frame, so that another codec's bytes are a miss: one to 16 characters a-z0-9-. */
  readonly name: string;
  encode(value: Value): Buffer;
  decode(bytes: Buffer): Value;
  /** Bytes that `encode` makes of it. With it, a cache without Redis encodes nothing. @default what `encode` makes is measured */
  encodedLength?(value: Value): number;
  /** Bytes the decoded value holds in memory, for the memory bound. @default the encoded length */
  sizeOf?(value: Value): number;
}
