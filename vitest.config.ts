import { defineConfig } from 'vitest/config';

const resolve = { conditions: ['@breakwater/source'] };
const ssr = { resolve: { conditions: ['@breakwater/source'] } };
// Only what hangs takes this long; a busy machine does not.
const timeouts = { testTimeout: 60_000, hookTimeout: 60_000 };

export default defineConfig({
  test: {
    reporters: ['default', '.ci/summary-line.ts'],
    maxWorkers: 2,
    projects: [
      {
        resolve,
        ssr,
        test: {
          name: 'unit',
          ...timeouts,
          include: ['{packages,examples}/*/src/**/*.test.ts', 'benchmarks/src/**/*.test.ts', '.ci/*.test.ts'],
        },
      },
      {
        resolve,
        ssr,
        test: {
          name: 'doors',
          ...timeouts,
          include: ['packages/*/test/doors*.test.ts', 'examples/*/test/doors*.test.ts'],
        },
      },
      {
        resolve,
        ssr,
        test: {
          name: 'redis',
          ...timeouts,
          include: ['packages/*/test/redis/**/*.test.ts', 'examples/*/test/redis/**/*.test.ts'],
        },
      },
      {
        resolve,
        ssr,
        test: { name: 'conformance', ...timeouts, include: ['packages/*/test/conformance/*.test.ts'] },
      },
    ],
  },
});
