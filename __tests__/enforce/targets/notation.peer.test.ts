import { execFile } from 'node:child_process';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { notation } from '../../../src/enforce/targets/notation.js';
import { toPem } from '../../../src/signatures/notation/trust-store.js';
import {
  type ExportRun,
  exportFor,
  makeMultiPlatform,
  type Probe,
  withGate,
} from '../../support/enforce/export-world.js';
import { type MadeContent, makeArtifact, subjectOf } from '../../support/image/image-maker.js';
import { describeWithPeers } from '../../support/process/peers.js';
import { makeDirectory } from '../../support/process/scratch-repository.js';
import { closeRegistries, openFor } from '../../support/registry/registry-open.js';
import { type RegistryServer, startRegistry } from '../../support/registry/registry-server.js';
import { asCertificates, type Chain, makeChain, makeJws } from '../../support/signing/notation-maker.js';

const ACME = 'x509.subject: C=US, ST=Washington, O=Acme';
const UNSEEN = 'notation has no patterns, and nothing in the repository names it';
const WHOLE = 'notation knows whole repositories alone';

type By = 'acme' | 'other' | 'outsider' | 'nobody';

describeWithPeers(['notation'], 'the notation CLI', () => {
  let registry: RegistryServer;
  let run: ExportRun;
  let probes: readonly Probe[];
  beforeAll(async () => {
    registry = await startRegistry();
    const { host } = registry;
    const acme = await makeChain();
    const [, intermediate, root] = acme;
    if (intermediate === undefined || root === undefined) throw new Error('no chain');
    const other: Chain = await makeChain({
      root: { subject: 'CN=Other,O=Other,C=US' },
      leaf: { subject: 'C=US,ST=Washington,O=Other' },
    });
    // Under the same root, by a name that the policy does not have.
    const outsider: Chain = [
      (await makeChain({ leaf: { issuer: intermediate, subject: 'C=US,ST=Oregon,O=Acme' } }))[0],
      intermediate,
      root,
    ];
    const chains = { acme, other, outsider };
    const digests = new Map<string, string>();
    const push = async (path: string, by: By, image?: MadeContent) => {
      const [repository = '', tag = ''] = path.split(':');
      const content = image ?? (await makeMultiPlatform(path));
      registry.push(repository, content, tag);
      digests.set(path, content.descriptor.digest);
      if (by === 'nobody') return;
      const target = subjectOf(content);
      const bytes = await makeJws(chains[by], { target });
      registry.push(
        repository,
        makeArtifact({
          subject: target,
          config: { mediaType: 'application/vnd.cncf.notary.signature', content: '{}' },
          layers: [{ mediaType: 'application/jose+json', content: bytes }],
        }),
      );
    };
    const pushed: readonly (readonly [path: string, by: By])[] = [
      ['acme/base:1', 'acme'],
      ['acme/base:2', 'nobody'],
      ['acme/base:3', 'other'],
      ['acme/base:4', 'outsider'],
      ['acme/tools/go:1', 'acme'],
      ['acme/unused:1', 'acme'],
      ['acme/base-evil:1', 'other'],
      ['acme/old/base:1', 'acme'],
      ['acme/older:1', 'acme'],
      ['acme/bad:1', 'acme'],
      ['acme/strict/app:1', 'other'],
      ['acme/strict/app:2', 'acme'],
      ['acme/strict/application:1', 'acme'],
      ['vendor/app:1', 'acme'],
      ['vendor/app:2', 'nobody'],
      ['vendor/tagged:1.2', 'acme'],
      ['vendor/tagged:2.0', 'acme'],
      ['open/data:1', 'nobody'],
      ['open/data:2', 'other'],
      ['open/database:1', 'nobody'],
      ['evil/base:1', 'acme'],
    ];
    for (const [path, by] of pushed) await push(path, by);
    const signer = (file: string, identity: string) =>
      `[{ notation: { roots: [${file}], identities: ["${identity}"], revocation: skip, timestamps: after-expiry } }]`;
    const byAcme = signer('acme.pem', ACME);
    const pem = (chain: Chain) => asCertificates(chain.slice(-1)).map(toPem).join('');
    run = {
      policy: `version: 1
profile: baseline
allow:
  - { image: "${host}/acme/**", authorities: ${byAcme} }
  - { image: "${host}/acme/strict/app", authorities: ${signer('other.pem', 'x509.subject: C=US, ST=Washington, O=Other')} }
  - { image: "${host}/vendor/app", authorities: ${byAcme} }
  - { image: "${host}/vendor/tagged:1.*", authorities: ${byAcme} }
  - { image: "${host}/open/data", signed: false, reason: nobody signs it }
deny:
  - { image: "${host}/acme/old/**", reason: no longer maintained }
  - { image: "${host}/acme/bad", reason: broken }
rules: { allowed-base: error, signature-verified: error }
registries: { "${host}": { private-network: true, insecure: true } }
`,
      policyFiles: { 'acme.pem': pem(acme), 'other.pem': pem(other) },
      dockerfile: ['acme/base:1', 'acme/tools/go:1', 'acme/strict/app:1', 'vendor/app:1', 'open/data:1']
        .map((name, index) => `FROM ${host}/${name} AS s${index}\n`)
        .join(''),
      source: await openFor(host),
    };
    const differs: Readonly<Record<string, string>> = {
      'acme/unused:1': UNSEEN,
      'acme/older:1': UNSEEN,
      'acme/strict/application:1': UNSEEN,
      'vendor/tagged:1.2': WHOLE,
    };
    const asked = [...digests].flatMap(([path, digest]) => {
      const why = differs[path];
      const probe = {
        kind: path,
        platform: 'linux/amd64' as const,
        differs: why === undefined ? {} : { notation: why },
      };
      const byDigest = path.startsWith('vendor/tagged') ? {} : probe.differs;
      const [repository = ''] = path.split(':');
      return [
        { ...probe, reference: `${host}/${path}` },
        { ...probe, differs: byDigest, reference: `${host}/${repository}@${digest}` },
      ];
    });
    probes = await withGate(run, asked);
  }, 120_000);
  afterAll(async () => {
    await closeRegistries();
    await registry.close();
  });

  test('decides by the trust policy as the gate does, but for what is listed', async () => {
    const { files } = await exportFor(notation, run);
    const configuration = makeDirectory(
      Object.fromEntries(Object.entries(files).map(([path, text]) => [`notation/${path}`, text])),
    );
    const rows: { reference: string; allowed: boolean; expected: boolean; output: string }[] = [];
    for (const { reference, gate, differs } of probes) {
      const { passed, output } = await verify(configuration, reference);
      rows.push({ reference, allowed: passed, expected: differs['notation'] === undefined ? gate : !gate, output });
    }
    expect(rows.length).toBeGreaterThanOrEqual(40);
    expect(rows.filter(({ allowed, expected }) => allowed !== expected)).toEqual([]);
    expect(new Set(rows.map(({ allowed }) => allowed))).toEqual(new Set([true, false]));
  }, 300_000);
});

/** Not by a synchronous call: the registry that it asks is in this process. */
function verify(
  configuration: string,
  reference: string,
): Promise<{ readonly passed: boolean; readonly output: string }> {
  const env = { PATH: process.env['PATH'], HOME: configuration, XDG_CONFIG_HOME: configuration };
  return new Promise((resolve) => {
    execFile('notation', ['verify', '--insecure-registry', reference], { env }, (error, stdout, stderr) =>
      resolve({ passed: error === null, output: `${stdout}${stderr}` }),
    );
  });
}
