import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A certificate authority of this test's own, and what it has signed, as files. */
export interface Certificates {
  readonly authority: string;
  readonly server: { readonly certificate: string; readonly key: string };
  readonly client: { readonly certificate: string; readonly key: string };
  remove(): void;
}

/** Made anew for each run, so that none expires: a day each, for localhost. */
export function makeCertificates(): Certificates {
  const folder = mkdtempSync(join(tmpdir(), 'breakwater-tls-'));
  const inFolder = (name: string) => join(folder, name);
  const openssl = (...words: string[]) => execFileSync('openssl', words, { cwd: folder, stdio: 'pipe' });
  const request = ['req', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-x509', '-days', '1'];
  const signing = ['-CA', 'authority.pem', '-CAkey', 'authority.key'];
  openssl(...request, '-subj', '/CN=Test authority', '-keyout', 'authority.key', '-out', 'authority.pem');
  for (const name of ['server', 'client']) {
    const subject = ['-subj', `/CN=${name}`, '-addext', 'subjectAltName=DNS:localhost'];
    const leaf = ['-addext', 'basicConstraints=critical,CA:FALSE'];
    openssl(...request, ...signing, ...subject, ...leaf, '-keyout', `${name}.key`, '-out', `${name}.pem`);
  }
  const pairOf = (name: string) => ({ certificate: inFolder(`${name}.pem`), key: inFolder(`${name}.key`) });
  return {
    authority: inFolder('authority.pem'),
    server: pairOf('server'),
    client: pairOf('client'),
    remove: () => rmSync(folder, { recursive: true }),
  };
}

export function readPem(path: string): string {
  return readFileSync(path, 'utf8');
}
