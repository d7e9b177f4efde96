/** The public suite is JavaScript without types: what is used of it, as its code has it. */
declare module 'http-cache-tests/tests/index.mjs' {
  const suites: import('./suite.ts').Suite[];
  export default suites;
}

declare module 'http-cache-tests/tests/surrogate-control.mjs' {
  const suite: import('./suite.ts').Suite;
  export default suite;
}

declare module 'http-cache-tests/client/runner.mjs' {
  export function runTests(
    suites: readonly import('./suite.ts').Suite[],
    fetch: typeof globalThis.fetch,
    isBrowser: boolean,
    baseUrl: string,
    chunkSize: number,
  ): Promise<void>;
  export function getResults(): import('./suite.ts').Results;
}

declare module 'http-cache-tests/server/handle-config.mjs' {
  const handle: import('./origin.ts').Handle;
  export default handle;
}

declare module 'http-cache-tests/server/handle-state.mjs' {
  const handle: import('./origin.ts').Handle;
  export default handle;
}

declare module 'http-cache-tests/server/handle-test.mjs' {
  const handle: import('./origin.ts').Handle;
  export default handle;
}
