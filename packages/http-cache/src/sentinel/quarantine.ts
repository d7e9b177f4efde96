/** Policies whose responses are neither stored nor served. */
export interface Quarantine {
  has(policyName: string): boolean;
  add(policyName: string): void;
  /** @returns whether it was in quarantine. */
  release(policyName: string): boolean;
  names(): readonly string[];
}

export function createQuarantine(): Quarantine {
  const names = new Set<string>();
  return {
    has: (policyName) => names.size > 0 && names.has(policyName),
    add: (policyName) => void names.add(policyName),
    release: (policyName) => names.delete(policyName),
    names: () => [...names],
  };
}
