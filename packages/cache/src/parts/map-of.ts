/** What was found, by its key. */
export function mapOf(
  keys: readonly string[],
  found: readonly ({ readonly value: unknown } | undefined)[],
): Map<string, unknown> {
  const map = new Map<string, unknown>();
  for (const [index, key] of keys.entries()) {
    const one = found[index];
    if (one) map.set(key, one.value);
  }
  return map;
}
