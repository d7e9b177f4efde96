import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { eventually, freePort } from '@breakwater/testkit';
import type { RunCount } from '../../topic.ts';
import { serveBareNode } from './bare-node.ts';

/** Why nginx cannot be measured on this machine, `undefined` where it can. */
export function whyNoNginx(): string | undefined {
  if (process.platform !== 'linux') return 'its CPU time is read where only Linux tells it';
  return spawnSync('nginx', ['-v']).error ? 'there is no nginx on the PATH' : undefined;
}

/** nginx with a proxy_cache in front of the bare handler: one process on one core, as every other case. It ends with this one. */
export async function serveNginx(handler: RunCount): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'breakwater-nginx-'));
  const url = `http://127.0.0.1:${await freePort()}`;
  writeFileSync(join(folder, 'nginx.conf'), configuration(new URL(url).host, await serveBareNode(handler)));
  const nginx = spawn('nginx', ['-p', folder, '-c', 'nginx.conf', '-e', 'error.log'], { stdio: 'inherit' });
  process.once('exit', () => {
    nginx.kill('SIGKILL');
    rmSync(folder, { recursive: true, force: true });
  });
  handler.othersCpuMicros = () => cpuMicrosOf(nginx.pid);
  await eventually(() => fetch(url, { method: 'HEAD' }));
  return url;
}

/** As its packages ship it, but for the log of accesses, which none of the others writes. */
function configuration(listen: string, origin: string): string {
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map((of) => `${of}_temp_path temporary;`);
  return `
daemon off;
master_process off;
pid nginx.pid;
events { worker_connections 1024; }
http {
  access_log off;
  sendfile on;
  tcp_nopush on;
  keepalive_requests 1000000000;
  ${temporary.join(' ')}
  proxy_cache_path stored keys_zone=stored:1m;
  server {
    listen ${listen};
    location / {
      proxy_pass ${origin};
      proxy_cache stored;
      proxy_cache_valid 200 1h;
    }
  }
}
`;
}

/** USER_HZ is 100 for all that Linux tells of processes, whatever its own clock runs at. */
const TICK_MICROS = 10_000;

/** User and system time of a process: proc(5), the 14th and 15th field, of which the second may hold spaces. */
function cpuMicrosOf(pid: number | undefined): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  const [user, system] = stat
    .slice(stat.lastIndexOf(')') + 2)
    .split(' ')
    .slice(11, 13);
  return (Number(user) + Number(system)) * TICK_MICROS;
}
