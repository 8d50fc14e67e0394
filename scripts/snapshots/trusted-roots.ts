import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { TrustedRoot } from '@sigstore/protobuf-specs';
import { GITHUB_UPDATE_ROOT } from '../../src/signatures/sigstore/github-update-root.js';
import { PUBLIC_GOOD_UPDATE_ROOT } from '../../src/signatures/sigstore/public-good-update-root.js';
import { readTrustedRoot, type SigstoreInstance } from '../../src/signatures/sigstore/trusted-root.js';
import { readUpdatedRoot, type UpdateOptions } from '../../src/signatures/sigstore/update-repository.js';

const REFRESH_MS = 60_000;

interface Snapshot {
  readonly instance: SigstoreInstance;
  /** The file that it is written to, below src/signatures/sigstore/. */
  readonly file: string;
  readonly constant: string;
  readonly about: readonly string[];
  readonly mirror: string;
  /** The root that the update framework starts from. */
  readonly start: string;
}

const SNAPSHOTS: readonly Snapshot[] = [
  {
    instance: 'public-good',
    file: 'public-good-root.ts',
    constant: 'PUBLIC_GOOD_ROOT',
    about: ["The trusted root of Sigstore's public-good instance."],
    mirror: 'https://tuf-repo-cdn.sigstore.dev',
    start: PUBLIC_GOOD_UPDATE_ROOT,
  },
  {
    instance: 'github',
    file: 'github-root.ts',
    constant: 'GITHUB_ROOT',
    about: ["The trusted root of GitHub's own Sigstore instance, which private repositories sign through."],
    mirror: 'https://tuf-repo.github.com',
    start: GITHUB_UPDATE_ROOT,
  },
];

/** Where an instance's root is had from, for tests: another mirror, its network, and the root to start from. */
export interface SnapshotOptions {
  readonly mirror?: string;
  readonly start?: string;
  readonly network?: UpdateOptions['network'];
  readonly now: Date;
}

/** The source file of an instance's root as its update repository has it now. Fails where that is no root of it. */
export async function snapshotOf(
  instance: SigstoreInstance,
  { mirror, start, network, now }: SnapshotOptions,
): Promise<{ readonly file: string; readonly text: string }> {
  const snapshot = SNAPSHOTS.find((one) => one.instance === instance);
  if (snapshot === undefined) throw new Error(`there is no snapshot of ${instance}`);
  const directory = mkdtempSync(join(tmpdir(), 'base-image-gate-root-'));
  try {
    const repository = { url: mirror ?? snapshot.mirror, start: start ?? snapshot.start };
    const root: unknown = JSON.parse(
      Buffer.from(await readUpdatedRoot(repository, { directory, timeMs: REFRESH_MS, network })).toString('utf8'),
    );
    const json = JSON.stringify(TrustedRoot.toJSON(TrustedRoot.fromJSON(root)));
    const read = await readTrustedRoot(Buffer.from(json), snapshot.mirror);
    if (!read.ok) throw new Error(read.error.reason);
    if (read.value.instance !== instance) throw new Error(`${snapshot.mirror} has a root of another instance`);
    return { file: snapshot.file, text: sourceOf(snapshot, json, now.toISOString().slice(0, 10)) };
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

function sourceOf({ constant, about, mirror }: Snapshot, json: string, date: string): string {
  const lines = json.match(/.{1,110}/g) ?? [];
  return [
    '/**',
    ...[...about, `The target trusted_root.json of ${mirror}, on the day given. Made by`].map((line) => ` * ${line}`),
    ' * scripts/snapshot-trusted-roots.mjs; it is used where the network does not allow a newer one.',
    ' */',
    `export const ${constant} = {`,
    `  date: '${date}',`,
    '  json: [',
    ...lines.map((line) => `    '${line.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}',`),
    "  ].join(''),",
    '};',
    '',
  ].join('\n');
}

/** Writes the snapshots of both instances. */
export async function run(root: string): Promise<void> {
  for (const { instance } of SNAPSHOTS) {
    const { file, text } = await snapshotOf(instance, { now: new Date() });
    writeFileSync(join(root, 'src/signatures/sigstore', file), text);
  }
}
