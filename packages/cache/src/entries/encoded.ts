/** A value in the forms of both tiers. */
export interface Encoded {
  readonly value: unknown;
  readonly validator: string | undefined;
  /** Empty where there is no Redis to get it, and the codec can tell its length without it. */
  readonly payload: Buffer;
  /** The length of what Redis gets, or would get, uncompressed. */
  readonly bytes: number;
}
