/** A handler's gate: calls arrive and wait until they are let through. */
export interface Gate {
  readonly arrived: number;
  pass(): Promise<void>;
  open(count?: number): void;
}

export function createGate(): Gate {
  const waiting: (() => void)[] = [];
  return {
    get arrived() {
      return waiting.length;
    },
    pass: () => new Promise<void>((resolve) => waiting.push(resolve)),
    open(count = waiting.length) {
      for (const resolve of waiting.splice(0, count)) resolve();
    },
  };
}
