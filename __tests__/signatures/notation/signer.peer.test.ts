import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { verify } from '../../../src/cli/verify.js';
import { type MadeContent, makeImage } from '../../support/image/image-maker.js';
import { describeWithPeers } from '../../support/process/peers.js';
import { runCommand } from '../../support/process/run-command.js';
import {
  type PeerRegistry,
  run,
  startDockerRegistry,
  startReferrersRegistry,
} from '../../support/registry/registry-peers.js';

const REPOSITORY = 'base/app';
const directory = mkdtempSync(join(tmpdir(), 'notation-signer-'));
const environment = { XDG_CONFIG_HOME: directory };
afterAll(() => rmSync(directory, { recursive: true, force: true }));

async function push({ host }: PeerRegistry, image: MadeContent): Promise<void> {
  const base = `http://${host}/v2/${REPOSITORY}`;
  for (const [digest, bytes] of image.blobs) {
    const begun = await fetch(`${base}/blobs/uploads/`, { method: 'POST' });
    const location = new URL(begun.headers.get('location') ?? '', base);
    location.searchParams.set('digest', digest);
    const put = await fetch(location, { method: 'PUT', body: Buffer.from(bytes) });
    expect(put.status).toBe(201);
  }
  for (const [digest, { mediaType, bytes }] of image.manifests) {
    const headers = { 'content-type': mediaType };
    const put = await fetch(`${base}/manifests/${digest}`, { method: 'PUT', headers, body: Buffer.from(bytes) });
    expect(put.status).toBe(201);
  }
}

describeWithPeers(['notation', 'docker-registry', 'referrers-registry'], "what notation's own signer signs", () => {
  let image: MadeContent;
  beforeAll(async () => {
    image = await makeImage();
    await run('notation', ['cert', 'generate-test', '--default', 'acme.example'], environment);
    const statement = {
      name: 'base',
      registryScopes: ['*'],
      signatureVerification: { level: 'strict' },
      trustStores: ['ca:acme.example'],
      trustedIdentities: ['*'],
    };
    writeFileSync(
      join(directory, 'notation/trustpolicy.json'),
      JSON.stringify({ version: '1.0', trustPolicies: [statement] }),
    );
  });

  test.each([
    ['JWS by the fallback tag', 'jws', 'true', startDockerRegistry],
    ['COSE by the fallback tag', 'cose', 'true', startDockerRegistry],
    ['JWS by the referrers API', 'jws', 'false', startReferrersRegistry],
    ['COSE by the referrers API', 'cose', 'false', startReferrersRegistry],
  ] as const)(
    'verifies as %s',
    async (_what, format, forceTag, start) => {
      const registry = await start();
      try {
        await push(registry, image);
        const reference = `${registry.host}/${REPOSITORY}@${image.descriptor.digest}`;
        writeFileSync(
          join(directory, 'policy.yml'),
          `version: 1\nregistries:\n  ${JSON.stringify(registry.host)}: { private-network: true, insecure: true }\n`,
        );
        const flags = ['--policy', 'policy.yml', '--notation-config', 'notation', reference];
        expect(await runCommand(verify, directory, ...flags)).toMatchObject({ code: 1 });
        const sign = ['sign', '--insecure-registry', `--force-referrers-tag=${forceTag}`, '--signature-format', format];
        await run('notation', [...sign, reference], environment);
        expect(await runCommand(verify, directory, ...flags)).toMatchObject({
          code: 0,
          stdout: expect.stringContaining('CN=acme.example'),
        });
      } finally {
        await registry.close();
      }
    },
    60_000,
  );
});
