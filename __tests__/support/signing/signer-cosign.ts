import { execFile } from 'node:child_process';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { RegistryServer } from '../registry/registry-server.js';
import type { Case } from './signer-case.js';
import type { Scene } from './signer-forgery.js';

export interface CosignVerdict {
  readonly verdict: 'passed' | 'refused';
  /** The last line it printed. */
  readonly why: string;
}

/** Runs cosign without a network but the loopback's, and without a home. */
export function runCosign(args: readonly string[]): Promise<CosignVerdict & { readonly output: string }> {
  const home = mkdtempSync(join(tmpdir(), 'cosign-home-'));
  const env = { PATH: process.env['PATH'], HOME: home, COSIGN_PASSWORD: '', TUF_ROOT: join(home, 'tuf') };
  return new Promise((resolve) => {
    execFile('cosign', [...args], { env, timeout: 60_000, maxBuffer: 64 * 1024 * 1024 }, (error, stdout, stderr) => {
      const lines = stderr.trim().split('\n');
      const why = lines.findLast((line) => line.startsWith('Error:') || line.startsWith('error')) ?? lines.at(-1) ?? '';
      resolve({ verdict: error === null ? 'passed' : 'refused', why, output: stdout + stderr });
    });
  });
}

/** What cosign says of a case that lies in a registry. */
export async function cosignVerdict(
  scene: Scene,
  made: Case,
  registry: RegistryServer,
  repository: string,
): Promise<CosignVerdict> {
  for (const content of [scene.index, scene.platform, scene.otherImage]) registry.push(repository, content);
  for (const { content, tag } of made.pushed) registry.push(repository, content, tag);
  const directory = mkdtempSync(join(tmpdir(), 'cosign-case-'));
  const root = join(directory, 'trusted_root.json');
  writeFileSync(root, JSON.stringify(made.trustedRoot));
  return runCosign([
    made.form.endsWith('attestation') ? 'verify-attestation' : 'verify',
    ...(made.form.endsWith('attestation') ? ['--type', made.type] : []),
    '--trusted-root',
    root,
    ...asked(made, directory),
    `${registry.host}/${repository}@${made.subject.descriptor.digest}`,
  ]);
}

function asked({ asked: authority }: Case, directory: string): readonly string[] {
  if (authority.kind === 'kms' || authority.kind === 'notation') return [];
  if (authority.kind === 'keyless')
    return ['--certificate-identity', authority.subject, '--certificate-oidc-issuer', authority.issuer];
  const key = join(directory, 'key.pub');
  writeFileSync(key, authority.pem);
  return ['--key', key];
}
