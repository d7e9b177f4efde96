import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { get, type IncomingMessage } from 'node:http';
import { connect } from 'node:net';
import { fileURLToPath } from 'node:url';
import { eventually, freePort, startRedis } from '@breakwater/testkit';
import { expect, it } from 'vitest';

// Beside this file, so that it finds what the example finds.
const program = fileURLToPath(new URL('readme.generated.mts', import.meta.url));
const readme = readFileSync(new URL('../../../../README.md', import.meta.url), 'utf8');
const [, code = ''] = /```ts\n(.*?)```/s.exec(readme) ?? [];
const [, dialogue = ''] = /```console\n(.*?)```/s.exec(readme) ?? [];

/** Without what depends on how often, and when, was asked. */
const withoutCounts = (text: string) => text.replaceAll(/\b(ttl|t|r)=\d+/g, '$1=…');

/** As `curl -si` prints them. */
async function headersOf(url: string): Promise<string[]> {
  const [answer] = (await once(get(url), 'response')) as [IncomingMessage];
  answer.resume();
  const { rawHeaders } = answer;
  return rawHeaders.flatMap((name, index) => (index % 2 === 0 ? `${name}: ${rawHeaders[index + 1]}` : []));
}

it('the application of the README answers what the README says', async () => {
  const [server, port] = await Promise.all([startRedis(), freePort()]);
  // No machine is so slow that the second request comes an hour after the first.
  writeFileSync(program, code.replace("ttl: '5s'", "ttl: '1h'"));
  const env = { ...process.env, REDIS_URL: server.url, PORT: String(port) };
  const app = spawn(process.execPath, ['--conditions=@breakwater/source', program], { env, stdio: 'inherit' });
  try {
    await eventually(async () => {
      const socket = connect(port, '127.0.0.1');
      await once(socket, 'connect');
      socket.destroy();
    });
    const asked = [...dialogue.matchAll(/^\$ curl -si localhost:3000(\S+) \| grep -i -E '(.+)'\n((?:[^$].*\n)+)/gm)];
    expect(asked).toHaveLength(2);
    for (const [, path = '', pattern = '', printed = ''] of asked) {
      // What was stored is a hit when it has come to Redis.
      await eventually(async () => {
        const headers = await headersOf(`http://127.0.0.1:${port}${path}`);
        const shown = headers.filter((line) => new RegExp(pattern, 'i').test(line));
        expect(withoutCounts(shown.join('\n'))).toBe(withoutCounts(printed.trim()));
      });
    }
  } finally {
    app.kill();
    rmSync(program, { force: true });
    await server.stop();
  }
});
