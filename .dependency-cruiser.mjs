// The floors (docs/architecture.md): an import goes down a floor, never up and never sideways.
const suite = ['core', 'testkit', 'redis-pool', 'cache', 'rate-limit', 'session', 'http-cache', 'monitor'];
const mayImport = {
  core: [],
  testkit: [],
  'redis-pool': ['core'],
  cache: ['core'],
  'rate-limit': ['core'],
  session: ['core'],
  'http-cache': ['core', 'cache'],
  monitor: ['core', 'cache', 'rate-limit', 'session', 'http-cache', 'redis-pool'],
};
const tests = '(\\.test\\.ts$|/test/)';

const betweenPackages = Object.entries(mayImport).map(([name, below]) => ({
  name: `floor-of-${name}`,
  comment: `packages/${name} may import only: ${below.join(', ') || 'nothing of this repo'}.`,
  severity: 'error',
  from: { path: `^packages/${name}/`, pathNot: tests },
  to: { path: `^packages/(${suite.filter((other) => other !== name && !below.includes(other)).join('|')})/` },
}));

export default {
  forbidden: [
    ...betweenPackages,
    {
      name: 'nobody-imports-the-top',
      comment: 'examples and benchmarks import everything; nobody imports them.',
      severity: 'error',
      from: { path: '^packages/' },
      to: { path: '^(examples|benchmarks)/' },
    },
    {
      name: 'no-dependencies-in-core',
      comment: 'core has no runtime dependencies.',
      severity: 'error',
      from: { path: '^packages/core/src/', pathNot: tests },
      to: { dependencyTypes: ['npm', 'npm-dev', 'npm-peer', 'npm-no-pkg', 'unknown'] },
    },
    {
      name: 'testkit-only-in-tests',
      severity: 'error',
      from: { path: '^(packages|examples)/[^/]+/src/', pathNot: `(${tests}|^packages/testkit/)` },
      to: { path: '^packages/testkit/' },
    },
    {
      name: 'doors-are-apart',
      comment: 'The engine never imports a door, and the doors never import each other.',
      severity: 'error',
      from: { path: '^packages/[^/]+/src/', pathNot: tests },
      to: { path: '^packages/[^/]+/src/(express|fastify|flexible)\\.ts$' },
    },
    { name: 'no-cycles', severity: 'error', from: {}, to: { circular: true } },
    { name: 'resolvable', severity: 'error', from: {}, to: { couldNotResolve: true } },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '(^|/)dist/' },
    enhancedResolveOptions: {
      conditionNames: ['@breakwater/source', 'import', 'node', 'types', 'default'],
      exportsFields: ['exports'],
      extensions: ['.ts', '.js', '.mjs', '.cjs', '.d.ts', '.json'],
    },
    tsPreCompilationDeps: true,
  },
};
