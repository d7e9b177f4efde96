import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { generate } from 'selfsigned';

interface KeyPair {
  readonly certificate: string;
  readonly key: string;
}

/** A certificate authority of this test's own, and what it has signed, as PEM texts. */
export interface Certificates {
  readonly authority: string;
  readonly client: KeyPair;
  /** The settings a TLS server takes, which it wants as files. */
  readonly serverSettings: Readonly<Record<string, string>>;
  remove(): void;
}

/** Made anew for each run, so that none expires: for localhost. */
export async function makeCertificates(): Promise<Certificates> {
  const kind = { keyType: 'ec', algorithm: 'sha256' } as const;
  const authority = await generate([{ name: 'commonName', value: 'Test authority' }], {
    ...kind,
    extensions: [
      { name: 'basicConstraints', cA: true, critical: true },
      { name: 'keyUsage', keyCertSign: true, critical: true },
    ],
  });

  async function sign(name: string): Promise<KeyPair> {
    const { cert, private: key } = await generate([{ name: 'commonName', value: name }], {
      ...kind,
      ca: { key: authority.private, cert: authority.cert },
      extensions: [
        { name: 'basicConstraints', cA: false, critical: true },
        { name: 'subjectAltName', altNames: [{ type: 2, value: 'localhost' }] },
      ],
    });
    return { certificate: cert, key };
  }

  const [server, client] = await Promise.all([sign('server'), sign('client')]);
  const folder = mkdtempSync(join(tmpdir(), 'breakwater-tls-'));
  const fileOf = (name: string, text: string) => {
    const path = join(folder, name);
    writeFileSync(path, text);
    return path;
  };
  return {
    authority: authority.cert,
    client,
    serverSettings: {
      'tls-cert-file': fileOf('server.pem', server.certificate),
      'tls-key-file': fileOf('server.key', server.key),
      'tls-ca-cert-file': fileOf('authority.pem', authority.cert),
    },
    remove: () => rmSync(folder, { recursive: true }),
  };
}
