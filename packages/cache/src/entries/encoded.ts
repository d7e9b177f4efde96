/** A value as memory is to hold it. */
export interface HeldValue {
  readonly value: unknown;
  readonly validator: string | undefined;
  /** The length of what Redis gets, or would get, uncompressed. */
  readonly bytes: number;
}

/** A value in the forms of both tiers. */
export interface Encoded extends HeldValue {
  /** Empty where there is no Redis to get it, and the codec can tell its length without it. */
  readonly payload: Buffer;
}
