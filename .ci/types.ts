// Checks the types of everything, and with it those of the snippets on all pages: a snippet that no longer compiles is seen here.
import { spawnSync } from 'node:child_process';
import { copyFileSync, globSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

const root = resolve(import.meta.dirname, '..');
const folder = join(root, '.ci/pages/snippets');
const SNIPPET = /^```(?:ts|js)\n(.*?)^```/gms;
/** Whatever a snippet declares counts as used. */
const DECLARED = /^(?:const|let|class|(?:async )?function) (?:(\w+)|\{ ([\w, ]+) \})/gm;

/** The example has all packages; what else pages name is their packages' own. */
const config = {
  extends: '../../../tsconfig.check.json',
  compilerOptions: {
    paths: {
      fastify: ['../../../packages/http-cache/node_modules/fastify/fastify.d.ts'],
      'rate-limiter-flexible': ['../../../packages/rate-limit/node_modules/rate-limiter-flexible/types.d.ts'],
    },
  },
  include: ['*', ...included('tsconfig.check.json').map((path) => `../../../${path}`)],
};

function included(file: string): string[] {
  return JSON.parse(readFileSync(join(root, file), 'utf8')).include;
}

function writeSnippets(page: string): void {
  for (const [index, [, code = '']] of [...readFileSync(join(root, page), 'utf8').matchAll(SNIPPET)].entries()) {
    const names = [...code.matchAll(DECLARED)].map(([, name, several]) => name ?? several);
    writeFileSync(
      join(folder, `${page.replaceAll('/', '-')}-${index + 1}.mts`),
      `${code}export { ${names.join(', ')} };\n`,
    );
  }
}

rmSync(folder, { recursive: true, force: true });
mkdirSync(folder);
try {
  symlinkSync(join(root, 'examples/trading-api/node_modules'), join(folder, 'node_modules'));
  copyFileSync(join(folder, '../names.d.mts'), join(folder, 'names.d.mts'));
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(config));
  for (const page of ['README.md', ...globSync(['packages/*/README.md', 'docs/*.md'], { cwd: root })])
    writeSnippets(page);
  const { status } = spawnSync('tsc', ['-p', folder], { stdio: 'inherit' });
  process.exitCode = status ?? 1;
} finally {
  rmSync(folder, { recursive: true });
}
