/** Makes an object that has its keys in order, each with what `next` gives. */
export type MakeShaped = (next: () => unknown) => object;

/** Code is made of nothing else: such a key is one name, and no more than a name, wherever it stands in a program. */
const NAME = /^[A-Za-z_$][\w$]*$/;

/** Longer code is not optimized. */
const MAX_KEYS = 64;

/**
 * A function that has the keys in its code, `undefined` where there is to be none.
 *
 * V8 writes to a key that stands in the code at once, and looks up one that does not, a hundred instructions each: for all shapes
 * one function took a third of what it takes to read a value. What lies in Redis may be hostile, so code is made only of keys that
 * are names by {@link NAME}; all other shapes are filled key by key.
 */
export function makerOf(keys: readonly string[]): MakeShaped | undefined {
  if (keys.length > MAX_KEYS || !keys.every(isName)) return undefined;
  const properties = keys.map((key) => `${key}: next()`);
  try {
    return new Function('next', `return { ${properties.join(', ')} };`) as MakeShaped;
  } catch (error) {
    // Node was told --disallow-code-generation-from-strings.
    if (error instanceof EvalError) return undefined;
    throw error;
  }
}

/** In a literal `__proto__` would be the prototype. */
function isName(key: string): boolean {
  return NAME.test(key) && key !== '__proto__';
}
