import type { SpacedKey } from '../bus/announcement.ts';
import { keyIn } from '../entries/address.ts';
import { matchesGlob } from './glob.ts';

/** Whether an id is that of a key in the pattern's space which it matches. */
export function matcherOf([space, glob]: SpacedKey): (id: string) => boolean {
  return (id) => {
    const key = keyIn(space, id);
    return key !== undefined && matchesGlob(glob, key);
  };
}
