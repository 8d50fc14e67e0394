import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { startCollection } from '../../src/evidence/collect.js';
import { collectors } from '../../src/evidence/collectors.js';
import { builtInPolicy } from '../../src/policy/baseline.js';
import type { Authority } from '../../src/policy/policy.js';
import { openRegistries } from '../../src/registry/open-registries.js';
import { makeImage } from '../support/image/image-maker.js';
import { writeLayout } from '../support/image/image-maker-layout.js';
import { describeWithPeers } from '../support/process/peers.js';
import { type PeerRegistry, run, startReferrersRegistry } from '../support/registry/registry-peers.js';
import { allowEntry, reference } from '../support/signing/signer-context.js';
import { RELEASE_WORKFLOW } from '../support/signing/signer-identity.js';
import { type SigstoreServer, startSigstore } from '../support/signing/sigstore-server.js';
import { makeSigstore } from '../support/signing/sigstore-trust.js';

const IDENTITY: Authority = { kind: 'keyless', subject: RELEASE_WORKFLOW.subject, issuer: RELEASE_WORKFLOW.issuer };

describeWithPeers(
  ['cosign', 'sign-image', 'crane', 'referrers-registry'],
  'images signed by independent programs',
  () => {
    const directory = mkdtempSync(join(tmpdir(), 'signers-'));
    const environment = { HOME: directory, COSIGN_PASSWORD: '', XDG_RUNTIME_DIR: directory };
    let registry: PeerRegistry;
    let sigstore: SigstoreServer;
    let trustedRootFile: string;
    let images = 0;

    beforeAll(async () => {
      registry = await startReferrersRegistry();
      const authorities = await makeSigstore();
      sigstore = await startSigstore(authorities);
      trustedRootFile = join(directory, 'trusted_root.json');
      writeFileSync(trustedRootFile, JSON.stringify(authorities.trustedRoot()));
      await run('cosign', ['generate-key-pair', '--output-key-prefix', join(directory, 'own')], environment);
      await run('cosign', ['generate-key-pair', '--output-key-prefix', join(directory, 'other')], environment);
    }, 60_000);
    afterAll(async () => {
      await sigstore.close();
      await registry.close();
    });

    const key = (name: 'own' | 'other'): Authority => ({
      kind: 'key',
      name: `${name}.pub`,
      pem: readFileSync(join(directory, `${name}.pub`), 'utf8'),
      log: 'ignored',
    });

    async function pushed(): Promise<{ readonly layout: string; readonly name: string }> {
      const layout = join(directory, `layout-${++images}`);
      await writeLayout(layout, [
        { content: await makeImage({ config: { Labels: { images: String(images) } } }), name: 'latest' },
      ]);
      const repository = `${registry.host}/base/${images}`;
      await run('crane', ['push', layout, `${repository}:latest`], environment);
      const digest = await run('crane', ['digest', `${repository}:latest`], environment);
      return { layout, name: `${repository}@${digest.trim()}` };
    }

    async function verdict(name: string, authority: Authority) {
      const policy = builtInPolicy('hardened');
      const registries = await openRegistries({
        registries: { [registry.host]: { privateNetwork: true, insecure: true, tokenHosts: [] } },
        isListed: () => true,
        environment: {},
        workspace: directory,
      });
      if (!registries.ok) throw new Error(registries.error);
      const { source, close } = registries.value;
      const settings = { now: new Date(Date.now() + 60_000), offline: false, trustedRootFile };
      const evidence = startCollection({ policy, source, settings, collectors });
      const about = reference(name);
      const subject = {
        reference: about,
        pullFrom: about,
        verifiedBy: allowEntry([authority]),
        platform: { os: 'linux', architecture: 'amd64' },
      };
      const collected = await evidence.collect(subject, ['signatures', 'statements']).finally(() => close());
      const { signatures, statements } = collected;
      return {
        signatures:
          signatures?.status === 'present' ? signatures.value.verified.map(({ form }) => form) : signatures?.status,
        statements:
          statements?.status === 'present'
            ? statements.value.verified.map(({ predicateType }) => predicateType)
            : statements?.status,
      };
    }

    const keyless = () => [
      '--use-signing-config=false',
      '--fulcio-url',
      sigstore.url,
      '--rekor-url',
      sigstore.url,
      '--trusted-root',
      trustedRootFile,
      '--identity-token',
      sigstore.token(RELEASE_WORKFLOW.subject, RELEASE_WORKFLOW.issuer),
      '--yes',
    ];
    const withoutLog = [
      '--key',
      join(directory, 'own.key'),
      '--use-signing-config=false',
      '--tlog-upload=false',
      '--yes',
    ];

    test.each(['true', 'false'])(
      'cosign with a key (bundle: %s)',
      async (bundle) => {
        const { name } = await pushed();
        await run('cosign', ['sign', ...withoutLog, `--new-bundle-format=${bundle}`, name], environment);
        const predicate = join(directory, 'predicate.json');
        writeFileSync(predicate, '{"spdxVersion":"SPDX-2.3"}');
        const attest = [
          'attest',
          ...withoutLog,
          `--new-bundle-format=${bundle}`,
          '--type',
          'spdxjson',
          '--predicate',
          predicate,
        ];
        await run('cosign', [...attest, name], environment);
        expect(await verdict(name, key('own'))).toEqual({
          signatures: [bundle === 'true' ? 'Sigstore bundle' : 'cosign signature'],
          statements: ['https://spdx.dev/Document'],
        });
        expect(await verdict(name, key('other'))).toEqual({ signatures: [], statements: [] });
      },
      60_000,
    );

    test.each(['true', 'false'])(
      'cosign with an identity of a local sigstore (bundle: %s)',
      async (bundle) => {
        const { name } = await pushed();
        await run('cosign', ['sign', ...keyless(), `--new-bundle-format=${bundle}`, name], environment);
        expect(await verdict(name, IDENTITY)).toMatchObject({
          signatures: [bundle === 'true' ? 'Sigstore bundle' : 'cosign signature'],
        });
        expect(await verdict(name, { ...IDENTITY, subject: `${RELEASE_WORKFLOW.subject}x` })).toMatchObject({
          signatures: [],
        });
      },
      60_000,
    );

    test('containers/image with a key, which is how skopeo signs', async () => {
      const { layout, name } = await pushed();
      const lookaside = join(directory, 'registries.d');
      mkdirSync(lookaside, { recursive: true });
      writeFileSync(join(lookaside, 'default.yaml'), 'default-docker:\n  use-sigstore-attachments: true\n');
      const to = `${name.slice(0, name.indexOf('@'))}:latest`;
      await run('sign-image', [`${layout}:latest`, to, join(directory, 'own.key'), lookaside], environment);
      expect(await verdict(name, key('own'))).toMatchObject({ signatures: ['cosign signature'] });
      expect(await verdict(name, key('other'))).toMatchObject({ signatures: [] });
    }, 60_000);
  },
);
