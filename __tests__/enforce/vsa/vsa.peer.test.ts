import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { check } from '../../../src/cli/check.js';
import { makeImage } from '../../support/image/image-maker.js';
import { writeLayout } from '../../support/image/image-maker-layout.js';
import { describeWithPeers } from '../../support/process/peers.js';
import { runCommand } from '../../support/process/run-command.js';
import { git, makeRepository } from '../../support/process/scratch-repository.js';
import { type PeerRegistry, run, startReferrersRegistry } from '../../support/registry/registry-peers.js';

const TYPE = 'https://slsa.dev/verification_summary/v1';

describeWithPeers(['cosign', 'crane', 'referrers-registry'], 'a Verification Summary', () => {
  const directory = mkdtempSync(join(tmpdir(), 'vsa-'));
  const environment = { HOME: directory, COSIGN_PASSWORD: '', XDG_RUNTIME_DIR: directory };
  let registry: PeerRegistry;
  beforeAll(async () => {
    registry = await startReferrersRegistry();
    for (const name of ['image', 'gate', 'other'])
      await run('cosign', ['generate-key-pair', '--output-key-prefix', join(directory, name)], environment);
  }, 60_000);
  afterAll(() => registry.close());

  const withoutLog = ['--use-signing-config=false', '--tlog-upload=false', '--yes'];

  test('is signed by cosign, and demanded of an image by its signer, type and result', async () => {
    const layout = join(directory, 'layout');
    await writeLayout(layout, [{ content: await makeImage({ config: { User: '65532' } }), name: 'latest' }]);
    const name = `${registry.host}/base/app`;
    await run('crane', ['push', layout, `${name}:1`], environment);
    const image = `${name}@${(await run('crane', ['digest', `${name}:1`], environment)).trim()}`;
    await run('cosign', ['sign', '--key', join(directory, 'image.key'), ...withoutLog, image], environment);

    const repository = makeRepository({
      Dockerfile: `FROM ${name}:1\n`,
      'image.pub': readFileSync(join(directory, 'image.pub'), 'utf8'),
      '.github/base-image-gate.yml': `version: 1
profile: baseline
allow: [{ image: "${registry.host}/base/**", authorities: [{ key: { file: image.pub, log: ignored } }] }]
rules: { signature-verified: error, no-known-vulnerabilities: off, supported: off, current: off }
registries: { "${registry.host}": { private-network: true, insecure: true } }
`,
    });
    git(repository, '-c', 'user.name=a', '-c', 'user.email=a@example.com', 'commit', '--quiet', '--message', 'start');
    const summaries = join(directory, 'vsa');
    const checked = await runCommand(check, repository, '--vsa', summaries);
    expect([checked.code, checked.stderr]).toEqual([0, '']);
    const { summaries: listed } = JSON.parse(readFileSync(join(summaries, 'index.json'), 'utf8'));
    expect(listed.map(({ file, result }: Record<string, string>) => [file, result])).toEqual([
      ['image-1.json', 'PASSED'],
      ['commit.json', 'PASSED'],
    ]);

    const attest = ['attest', '--key', join(directory, 'gate.key'), ...withoutLog, '--type', TYPE];
    await run('cosign', [...attest, '--predicate', join(summaries, 'image-1.json'), image], environment);
    const policy = join(directory, 'passed.cue');
    writeFileSync(policy, 'predicate: verificationResult: "PASSED"\n');
    const verify = (key: string, more: readonly string[] = []) =>
      run(
        'cosign',
        [
          'verify-attestation',
          '--key',
          join(directory, `${key}.pub`),
          '--insecure-ignore-tlog',
          '--type',
          TYPE,
          ...more,
          image,
        ],
        environment,
      );
    const verified = await verify('gate', ['--policy', policy]);
    const [line = ''] = verified.split('\n').filter((text) => text.startsWith('{'));
    const statement = JSON.parse(Buffer.from(JSON.parse(line).payload, 'base64').toString());
    expect(statement).toMatchObject({
      predicateType: TYPE,
      predicate: { verificationResult: 'PASSED', verifiedLevels: ['BASE_IMAGE_GATE_BASELINE'] },
    });
    // Whoever may push an attestation may write one: the signer counts.
    await expect(verify('other')).rejects.toThrow();
    writeFileSync(policy, 'predicate: verificationResult: "FAILED"\n');
    await expect(verify('gate', ['--policy', policy])).rejects.toThrow();

    writeFileSync(join(repository, 'Dockerfile'), `FROM ${name}:1\nRUN true\n`);
    await runCommand(check, repository, '--vsa', summaries);
    expect(JSON.parse(readFileSync(join(summaries, 'commit.json'), 'utf8')).verificationResult).toBe('FAILED');
  }, 120_000);
});
