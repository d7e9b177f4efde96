/** Which tags end with a tag. */
export interface Dependencies {
  /** `tags`, then all that depends on them, however far, each once. */
  withDependents(tags: readonly string[]): readonly string[];
}

/** Walks the graph once, here: what a tag carries along is then a look-up. */
export function createDependencies(graph: Readonly<Record<string, readonly string[]>>): Dependencies {
  const dependents = new Map(Object.keys(graph).map((source) => [source, reachableFrom(source, graph)]));

  return {
    withDependents(tags) {
      if (!tags.some((tag) => dependents.has(tag))) return tags;
      return [...new Set([...tags, ...tags.flatMap((tag) => dependents.get(tag) ?? [])])];
    },
  };
}

function reachableFrom(source: string, graph: Readonly<Record<string, readonly string[]>>): readonly string[] {
  const reached = new Set<string>();
  const open = [source];
  for (let tag = open.pop(); tag !== undefined; tag = open.pop()) {
    for (const dependent of Object.hasOwn(graph, tag) ? (graph[tag] ?? []) : []) {
      if (reached.has(dependent)) continue;
      reached.add(dependent);
      open.push(dependent);
    }
  }
  return [...reached];
}
