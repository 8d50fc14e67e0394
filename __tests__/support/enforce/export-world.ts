import { generateKeyPairSync } from 'node:crypto';
import type { Exported, ExportTarget } from '../../../src/enforce/export-target.js';
import { verdictOf } from '../../../src/gate/verdict.js';
import type { Policy } from '../../../src/policy/policy.js';
import type { ImageSource } from '../../../src/registry/image-source.js';
import { LayoutSource } from '../../../src/registry/layout/layout.js';
import type { Report } from '../../../src/reports/report.js';
import { rules } from '../../../src/rules/index.js';
import { gateRun } from '../gate-run.js';
import { fallbackTag, type MadeContent, makeImage, makeIndex } from '../image/image-maker.js';
import { type LayoutEntry, writeLayout } from '../image/image-maker-layout.js';
import { validPolicy } from '../load-policy-text.js';
import { makeDirectory } from '../process/scratch-repository.js';
import { keySigner, type TestSigner } from '../signing/signer-identity.js';
import { classicSignature, cosignManifest, simpleSigningPayload } from '../signing/sigstore-forms.js';

export const NOW = new Date('2026-12-01T12:00:00Z');

/** Keys of a suite; made once, since each costs more than the tests that use it. */
export function makeSigner(): TestSigner {
  return keySigner(generateKeyPairSync('ec', { namedCurve: 'prime256v1' }));
}

/** An image for two platforms, which differs by its name. */
export async function makeMultiPlatform(name: string): Promise<MadeContent> {
  const layers = [[{ path: 'etc/name', content: `${name}\n` }]];
  const images = await Promise.all(
    ['linux/amd64', 'linux/arm64'].map((platform) => makeImage({ platform, layers, config: { User: '65532' } })),
  );
  return makeIndex(images);
}

/** The image under a name, and cosign's manifest with a signature of each signer. */
export async function signedEntries(
  name: string,
  content: MadeContent,
  signers: readonly TestSigner[],
): Promise<readonly LayoutEntry[]> {
  const repository = name.slice(0, name.lastIndexOf(':'));
  const { digest } = content.descriptor;
  const layers = await Promise.all(
    signers.map((signer) =>
      classicSignature(signer, simpleSigningPayload(digest, { identity: { 'docker-reference': repository } }), {
        entry: 'none',
      }),
    ),
  );
  return [
    { content, name },
    ...(layers.length === 0
      ? []
      : [{ content: cosignManifest(layers), name: `${repository}:${fallbackTag(digest, '.sig')}` }]),
  ];
}

/** A source of the images given. */
export async function sourceOf(entries: readonly LayoutEntry[]): Promise<ImageSource> {
  const directory = makeDirectory({});
  await writeLayout(directory, entries);
  return new LayoutSource(directory);
}

export interface ExportRun {
  readonly dockerfile: string;
  readonly policy: string;
  readonly policyFiles?: Readonly<Record<string, string>>;
  readonly source: ImageSource;
  readonly now?: Date;
}

/** Runs the gate over one Dockerfile. */
export async function runGateFor(run: ExportRun): Promise<{ readonly report: Report; readonly policy: Policy }> {
  const { dockerfile, policyFiles = {}, now = NOW } = run;
  const report = await gateRun({
    files: { Dockerfile: dockerfile },
    policy: run.policy,
    policyFiles,
    source: run.source,
    now,
  });
  return { report, policy: await validPolicy(run.policy, { rules, files: policyFiles }) };
}

/** Runs the gate over one Dockerfile, and exports what it verified. */
export async function exportFor(
  target: ExportTarget,
  run: ExportRun,
): Promise<Exported & { readonly report: Report; readonly policy: Policy }> {
  const made = await runGateFor(run);
  return { ...made, ...target.render({ ...made, now: run.now ?? NOW }) };
}

/** A reference that is asked for after an export, and what the gate says of it. */
export interface Probe {
  readonly kind: string;
  /** As a Dockerfile writes it. */
  readonly reference: string;
  readonly platform: 'linux/amd64' | 'linux/arm64';
  /** Whether the gate lets a build file name it on this platform. */
  readonly gate: boolean;
  /** Why an export decides otherwise, where it does, by the name of its target. */
  readonly differs: Readonly<Record<string, string>>;
}

/** The probes with what the gate says of a Dockerfile that names them. A tag alone counts: the export pins it. */
export async function withGate(run: ExportRun, asked: readonly Omit<Probe, 'gate'>[]): Promise<readonly Probe[]> {
  const lines = asked.map(({ reference, platform }, index) => `FROM --platform=${platform} ${reference} AS p${index}`);
  const { report } = await runGateFor({ ...run, dockerfile: `${lines.join('\n')}\n` });
  return asked.map((probe, index) => {
    const use = report.uses.find(({ line }) => line === index + 1);
    const answers = report.answers.filter((answer) => answer.use === use?.id && answer.rule !== 'pinned-by-digest');
    return { ...probe, gate: use !== undefined && answers.length > 0 && verdictOf(answers) === 'pass' };
  });
}
