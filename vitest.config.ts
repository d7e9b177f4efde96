import { defineConfig } from 'vitest/config';

const resolve = { conditions: ['@breakwater/source'] };
const ssr = { resolve: { conditions: ['@breakwater/source'] } };

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
          include: ['packages/*/src/**/*.test.ts', 'examples/*/src/**/*.test.ts', 'benchmarks/src/**/*.test.ts'],
        },
      },
      {
        resolve,
        ssr,
        test: { name: 'doors', include: ['packages/*/test/doors*.test.ts', 'examples/*/test/doors*.test.ts'] },
      },
      {
        resolve,
        ssr,
        test: {
          name: 'redis',
          include: ['packages/*/test/redis/**/*.test.ts', 'examples/*/test/redis/**/*.test.ts'],
          testTimeout: 30_000,
          hookTimeout: 30_000,
        },
      },
      {
        resolve,
        ssr,
        test: { name: 'conformance', include: ['packages/*/test/conformance/*.test.ts'], testTimeout: 60_000 },
      },
    ],
  },
});
