import { execFileSync, spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, test } from '@jest/globals';
import { onlyFile } from '../../../src/enforce/export-target.js';
import { buildkit } from '../../../src/enforce/targets/buildkit.js';
import { buildx } from '../../../src/enforce/targets/buildx.js';
import { formatReference, parseReference } from '../../../src/references/reference.js';
import { type BuildProbes, makeBuildProbes } from '../../support/enforce/build-probes.js';
import { BUILDER, makeBuildxRun, SIGNER, withAttestation } from '../../support/enforce/buildx-run.js';
import { exportFor, NOW, type Probe } from '../../support/enforce/export-world.js';
import { describeWithPeers } from '../../support/process/peers.js';
import { makeDirectory } from '../../support/process/scratch-repository.js';

interface Answer {
  readonly source: string;
  readonly decision: 'allow' | 'convert' | 'deny' | 'error';
  readonly result?: string;
  readonly messages?: readonly string[];
  readonly asked?: readonly string[];
  readonly error?: string;
}

const NOT_IMAGES = ['local://context', 'https://example.com/x.tar', 'git://github.com/acme/app.git'];
const OTHER_IMAGES = ['oci-layout://base@sha256:0', 'docker-image+blob://ghcr.io/acme/base:1'];
/** What a tag names when the build asks: no image of the run. */
const MOVED = `sha256:${'d'.repeat(64)}`;

let world: BuildProbes;
beforeAll(async () => {
  world = await makeBuildProbes();
}, 60_000);

function answers(program: string, args: readonly string[]): readonly Answer[] {
  const lines = execFileSync(program, args, { encoding: 'utf8' }).trim().split('\n');
  return lines.map((line): Answer => JSON.parse(line));
}

/** A reference as BuildKit names it when it asks. */
function source(written: string): string {
  const parsed = parseReference(written);
  if (!parsed.ok) throw new Error(parsed.error.reason);
  return `docker-image://${formatReference(parsed.value)}`;
}

/** Compares decisions about all probes with the gate's, but for the listed differences. */
function compareWithGate(target: string, decide: (probe: Probe) => Answer | undefined): void {
  const rows = world.probes.map((probe) => {
    const answer = decide(probe);
    const allowed = answer?.decision === 'allow' || answer?.decision === 'convert';
    return { ...probe, answer, allowed, expected: probe.differs[target] === undefined ? probe.gate : !probe.gate };
  });
  expect(rows.length).toBeGreaterThanOrEqual(40);
  expect(rows.filter(({ allowed, expected }) => allowed !== expected)).toEqual([]);
}

function expectVerifiedDigest(answer: Answer | undefined, name: string): void {
  expect(answer).toMatchObject({ decision: 'convert', result: `docker-image://${name}@${world.digests.get(name)}` });
}

describeWithPeers(['source-policy-evaluator'], "BuildKit's own engine", () => {
  test('decides by the source policy as the gate does', async () => {
    const file = join(makeDirectory({}), 'source-policy.json');
    writeFileSync(file, onlyFile(await exportFor(buildkit, world.run)));
    const references = world.probes.map(({ reference }) => reference);
    const given = answers('source-policy-evaluator', ['-normalize', file, ...references]);
    compareWithGate('buildkit', (probe) => given[world.probes.indexOf(probe)]);
    expectVerifiedDigest(given[0], 'docker.io/library/alpine:3.20');
    const others = answers('source-policy-evaluator', [file, ...NOT_IMAGES, ...OTHER_IMAGES]);
    expect(others.map(({ decision }) => decision)).toEqual(['allow', 'allow', 'allow', 'deny', 'deny']);
  });
});

describeWithPeers(['build-policy-evaluator'], "buildx's own evaluator", () => {
  test('decides by the Rego policy as the gate does, and replaces no digest that is written', async () => {
    const file = join(makeDirectory({}), 'Dockerfile.rego');
    writeFileSync(file, onlyFile(await exportFor(buildx, world.run)));
    const query = (platform: string, sources: readonly string[]) =>
      answers('build-policy-evaluator', ['check', '-platform', platform, '-digest', MOVED, file, ...sources]);
    const given = new Map<string, Answer>();
    for (const platform of ['linux/amd64', 'linux/arm64']) {
      const probes = world.probes.filter((probe) => probe.platform === platform);
      const of = query(
        platform,
        probes.map(({ reference }) => source(reference)),
      );
      for (const [index, { reference }] of probes.entries()) {
        const answer = of[index];
        if (answer !== undefined) given.set(`${platform} ${reference}`, answer);
      }
    }
    compareWithGate('buildx', ({ platform, reference }) => given.get(`${platform} ${reference}`));
    expectVerifiedDigest(given.get('linux/amd64 alpine:3.20'), 'docker.io/library/alpine:3.20');
    // It answers from what is written alone: what a registry says can't change it.
    expect([...given.values()].flatMap(({ asked = [] }) => asked)).toEqual([]);
    const pinned = world.probes.filter(({ reference }) => reference.includes('@'));
    expect(pinned.map(({ platform, reference }) => given.get(`${platform} ${reference}`)?.decision)).not.toContain(
      'convert',
    );
    const denied = given.get('linux/amd64 ghcr.io/evil/base:1');
    expect(denied?.messages).toEqual([expect.stringContaining('did not verify ghcr.io/evil/base:1 for linux/amd64')]);
    const [local, http, git, layout, blob] = query('linux/amd64', [...NOT_IMAGES, ...OTHER_IMAGES]);
    expect([local, http, git].map((answer) => answer?.decision)).toEqual(['allow', 'allow', 'allow']);
    expect([layout, blob].map((answer) => answer?.decision)).toEqual(['error', 'error']);
  });

  test('checks again whom an image runs as, who signed its attestation manifest and who built it', async () => {
    const made = withAttestation(await makeBuildxRun(), ['non-root', 'provenance-attested']);
    const { digest } = made.image.descriptor;
    const image = {
      ref: `ghcr.io/acme/base:1@${digest}`,
      fullRepo: 'ghcr.io/acme/base',
      tag: '1',
      checksum: digest,
      isCanonical: true,
      platform: 'linux/amd64',
      user: '65532',
      hasProvenance: true,
      provenance: { builderID: BUILDER },
    };
    const signer = {
      issuer: SIGNER.issuer,
      subjectAlternativeName: SIGNER.subject,
      sourceRepositoryURI: SIGNER.source,
    };
    const signed = { ...image, signatures: [{ kind: 'self-signed-github-repo', type: 'bundle-v0.3', signer }] };
    const by = (changes: object) => ({ ...signed, signatures: [{ signer: { ...signer, ...changes } }] });
    const cases: Readonly<Record<string, object>> = {
      allow_as_verified: signed,
      allow_pins_a_tag_before_it_asks: { ...image, isCanonical: undefined },
      deny_unsigned: image,
      deny_other_issuer: by({ issuer: 'https://accounts.google.com' }),
      deny_other_subject: by({ subjectAlternativeName: SIGNER.subject.replace('/acme/', '/evil/') }),
      deny_other_caller: by({ sourceRepositoryURI: 'https://github.com/evil/images' }),
      deny_longer_subject: by({ subjectAlternativeName: `${SIGNER.subject}-evil` }),
      deny_other_builder: { ...signed, provenance: { builderID: `${BUILDER}2` } },
      deny_no_provenance: { ...signed, provenance: {} },
      deny_root: { ...signed, user: 'root' },
      deny_no_user: { ...signed, user: '' },
      deny_other_platform: { ...signed, platform: 'linux/arm64' },
      deny_other_digest: { ...signed, checksum: MOVED },
    };
    const tests = Object.entries(cases).map(([name, asked]) => {
      const expected = name.startsWith('allow') ? 'decision.allow' : 'not decision.allow';
      return `test_${name} if {\n\t${expected} with input as ${JSON.stringify({ image: asked })}\n}\n`;
    });
    const directory = makeDirectory({
      'Dockerfile.rego': onlyFile(buildx.render({ ...made, now: NOW })),
      'Dockerfile_test.rego': `package docker\n\n${tests.join('\n')}`,
    });
    const { stdout: output } = spawnSync('build-policy-evaluator', ['test', directory], { encoding: 'utf8' });
    const results = output.match(/^(?:PASS|FAIL) \S+/gm) ?? [];
    expect(results.toSorted()).toEqual(
      Object.keys(cases)
        .map((name) => `PASS test_${name}`)
        .toSorted(),
    );
    // A registry's answer without attestations is none that was verified.
    const file = join(directory, 'Dockerfile.rego');
    const [asked] = answers('build-policy-evaluator', ['check', file, `docker-image://${image.ref}`]);
    expect(asked).toMatchObject({ decision: 'deny', asked: ['config+attestations'] });
  });

  test('denies what rests on a waiver once that has ended', async () => {
    const file = join(makeDirectory({}), 'Dockerfile.rego');
    const query = async (expires: string) => {
      const now = new Date(`${expires}T12:00:00Z`);
      const policy = world.run.policy.replace('2026-12-20', expires);
      writeFileSync(file, onlyFile(await exportFor(buildx, { ...world.run, policy, now })));
      return answers('build-policy-evaluator', ['check', file, 'docker-image://ghcr.io/acme/waived:1'])[0]?.decision;
    };
    expect(await query('2020-01-31')).toBe('deny');
    expect(await query(new Date(Date.now() + 86_400_000).toISOString().slice(0, 10))).toBe('convert');
  });
});
