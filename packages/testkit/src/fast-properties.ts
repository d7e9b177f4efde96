import { setFlagsFromString } from 'node:v8';

setFlagsFromString('--allow-natives-syntax');
const ask = new Function('object', 'return %HasFastProperties(object)') as (object: object) => boolean;

/**
 * Whether V8 finds the object's properties by its shape, and not in a table of its own, where optimised code takes several
 * times as long for each and can inline no method.
 */
export function hasFastProperties(object: object): boolean {
  return ask(object);
}
