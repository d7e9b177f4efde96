/** The one of `names` that `given` is most likely a misspelling of; `undefined` where none is near. */
export function nearestName(given: string, names: readonly string[]): string | undefined {
  // A third of its letters: a short name is soon another one.
  const farthest = Math.max(1, Math.floor(given.length / 3));
  const [nearest] = names
    .map((name) => ({ name, edits: editsBetween(given.toLowerCase(), name.toLowerCase()) }))
    .filter(({ edits }) => edits <= farthest)
    .toSorted((one, other) => one.edits - other.edits);
  return nearest?.name;
}

/** Letters to add, to leave out or to replace (Levenshtein), row by row of the usual table. */
function editsBetween(one: string, other: string): number {
  let above = Array.from({ length: other.length + 1 }, (_, index) => index);
  for (const [row, letter] of [...one].entries()) {
    const edits = [row + 1];
    for (const [column, facing] of [...other].entries()) {
      const replaced = (above[column] ?? 0) + (letter === facing ? 0 : 1);
      edits.push(Math.min(replaced, (above[column + 1] ?? 0) + 1, (edits[column] ?? 0) + 1));
    }
    above = edits;
  }
  return above.at(-1) ?? 0;
}
