import { execFile } from 'node:child_process';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { startRedis } from '@breakwater/testkit';
import { expect, it } from 'vitest';

// Beside this file, so that it finds what the package finds.
const program = fileURLToPath(new URL('example.generated.mts', import.meta.url));

it.each([
  ['README', '../../README.md'],
  ['page on encryption', '../../../../docs/cache-encryption.md'],
])('the first example of the %s runs as it stands', async (_name, page) => {
  const [, code = ''] = /```ts\n(.*?)```/s.exec(readFileSync(new URL(page, import.meta.url), 'utf8')) ?? [];
  const server = await startRedis();
  try {
    writeFileSync(program, code);
    const env = { ...process.env, REDIS_URL: server.url, CACHE_SECRET: 'a secret of the test, which is long enough' };
    await promisify(execFile)(process.execPath, ['--conditions=@breakwater/source', program], { env });
    expect(code).toContain('await cache.close();');
  } finally {
    rmSync(program, { force: true });
    await server.stop();
  }
});
