/** A cache of so many keys. */
export interface Subject {
  /** @returns whether the key was there; it is now. */
  ask(key: string): boolean;
}
