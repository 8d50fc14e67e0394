import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { containersPolicy } from '../../../src/enforce/targets/containers-policy.js';
import { type ClusterProbes, makeClusterProbes } from '../../support/enforce/cluster-probes.js';
import { exportFor } from '../../support/enforce/export-world.js';
import { describeWithPeers } from '../../support/process/peers.js';
import { makeDirectory } from '../../support/process/scratch-repository.js';
import { closeRegistries, openFor } from '../../support/registry/registry-open.js';
import { type RegistryServer, startRegistry } from '../../support/registry/registry-server.js';

interface Answer {
  readonly image: string;
  readonly allowed: boolean;
  readonly error?: string;
}

describeWithPeers(['policy-json-evaluator'], 'the library of podman, skopeo and CRI-O', () => {
  let registry: RegistryServer;
  let world: ClusterProbes;
  beforeAll(async () => {
    registry = await startRegistry();
    const { host } = registry;
    world = await makeClusterProbes(
      host,
      `{ "${host}": { private-network: true, insecure: true } }`,
      async (entries) => {
        for (const { content, name = '' } of entries) {
          const colon = name.lastIndexOf(':');
          registry.push(name.slice(host.length + 1, colon), content, name.slice(colon + 1));
        }
        return await openFor(host);
      },
    );
  }, 60_000);
  afterAll(async () => {
    await closeRegistries();
    await registry.close();
  });

  test('decides by policy.json and registries.d as the gate does, but for what is listed', async () => {
    const { files } = await exportFor(containersPolicy, world.run);
    const directory = makeDirectory(files);
    const references = [
      ...world.probes.map(({ reference }) => reference),
      // The same registry under a name that no policy has.
      world.probes[0]?.reference.replace('127.0.0.1', 'localhost') ?? '',
    ];
    const stdout = await query(directory, references);
    const answers = stdout
      .trim()
      .split('\n')
      .map((line): Answer => JSON.parse(line));
    const rows = world.probes.map(({ kind, reference, gate, differs }, index) => ({
      kind,
      reference,
      error: answers[index]?.error,
      allowed: answers[index]?.allowed,
      expected: differs['containers-policy'] === undefined ? gate : !gate,
    }));
    expect(rows.length).toBeGreaterThanOrEqual(40);
    expect(rows.filter(({ allowed, expected }) => allowed !== expected)).toEqual([]);
    expect(answers.at(-1)?.allowed).toBe(false);
  }, 120_000);

  test('reads identities by e-mail address, logged keys, and any of several keys', async () => {
    const { host } = registry;
    const signers = [
      '{ keyless: { issuer: "https://accounts.google.com", subject: release@acme.example } }',
      '{ key: { file: acme.pub } }',
      '{ key: { file: acme.pub, log: ignored } }, { key: { file: third.pub, log: ignored } }',
    ];
    const entries = signers.map((signer, index) => `{ image: "${host}/by/${index}/**", authorities: [${signer}] }`);
    const policy = world.run.policy.replace(/allow:[\s\S]*(?=deny:)/, `allow: [${entries.join(', ')}]\n`);
    const exported = await exportFor(containersPolicy, { ...world.run, policy });
    expect(exported.allowed).toBe(signers.length);
    const answer: Answer = JSON.parse(await query(makeDirectory(exported.files), [`${host}/acme/base:1`]));
    expect(answer).toMatchObject({ allowed: false, error: expect.stringContaining('rejected by policy') });
  }, 60_000);
});

/** Not by a synchronous call: the registry that it asks is in this process. */
function query(directory: string, references: readonly string[]): Promise<string> {
  const args = ['-insecure', '-registries.d', join(directory, 'registries.d'), join(directory, 'policy.json')];
  const images = references.map((reference) => `docker://${reference}`);
  return new Promise((resolve, reject) => {
    execFile('policy-json-evaluator', [...args, ...images], (error, stdout, stderr) => {
      if (error === null) resolve(stdout);
      else reject(new Error(stderr));
    });
  });
}
