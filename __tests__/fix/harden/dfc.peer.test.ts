import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import type { DockerfileReading } from '../../../src/build-files/dockerfile/dockerfile.js';
import type { ImageUse } from '../../../src/build-files/image-use.js';
import type { Stage } from '../../../src/build-files/stage.js';
import { equivalentsOf } from '../../../src/catalog/equivalents.js';
import type { HardenedFile } from '../../../src/fix/harden/harden-file.js';
import { parseReference, type Reference, repositoryName } from '../../../src/references/reference.js';
import { rules } from '../../../src/rules/index.js';
import { expectDocument } from '../../support/held-table.js';
import { readAnswers } from '../../support/image/buildkit-answers.js';
import { chainguardPolicy, hardenDockerfile } from '../../support/image/harden-dockerfile.js';
import { kindOf } from '../../support/image/harden-reasons.js';
import { read } from '../../support/image/read-dockerfile.js';
import { validPolicy } from '../../support/load-policy-text.js';
import { describeWithPeers } from '../../support/process/peers.js';
import { makeDirectory } from '../../support/process/scratch-repository.js';
import { sharedData } from '../../support/shared-data.js';

const INTRODUCTION = `# Beside dfc

What \`fix --harden\` and [dfc](https://github.com/chainguard-dev/dfc) (commit 689b1d6, its own mappings, \`--org acme\`) make of the same 4,801 files, of images in \`FROM\`. dfc maps every reference that it reads, and knows no policy; here a stage is left alone unless all of it is understood, and a rewrite is written only if the gate lets the new image pass. The profile is \`baseline\`, so that no stage is split.

| what users of dfc report                                                                                                                                    | here                                                                               |
| ----------------------------------------------------------------------------------------------------------------------------------------------------------- | ---------------------------------------------------------------------------------- |
| \`adduser\` waits for a password ([#101](https://github.com/chainguard-dev/dfc/issues/101))                                                                   | \`-D\` is always written                                                             |
| \`USER root\` is added around \`RUN\` and \`useradd\`, and stays                                                                                                  | the image's own user comes back before it starts                                   |
| a package without a counterpart is kept, and fails when it is built                                                                                         | the stage is left alone, and the package is named                                  |
| sources of apt are kept ([#89](https://github.com/chainguard-dev/dfc/issues/89))                                                                            | the stage is left alone                                                            |
| what ships stays on the variant with tools ([#39](https://github.com/chainguard-dev/dfc/issues/39), [#94](https://github.com/chainguard-dev/dfc/issues/94)) | one stage becomes two where \`hardened\` wants it and all commands are understood    |
| the digest is dropped                                                                                                                                       | the new image's digest is written                                                  |
| here-documents, \`RUN\` in exec form and \`ONBUILD\` stay on the new image as they were                                                                         | the stage is left alone if they install packages or make accounts, or is \`ONBUILD\` |
| images that nobody has are invented from the last name                                                                                                      | left alone                                                                         |

Made by \`UPDATE_TABLES=1 npm run test:peers -- __tests__/fix/harden/dfc.peer.test.ts\`.
`;

const CORPUS = ['dockerfiles/corpus.jsonl', 'dockerfiles/cases.jsonl'].map(sharedData);

/** A program that installs packages of another distribution than Wolfi. */
const INSTALLS = /\b(?:apt-get|apt|yum|dnf|microdnf)\s+(?:-\S+\s+)*install\b/;

/** Counts by row, in the order in which the rows are first counted or listed. */
class Counts {
  readonly #rows = new Map<string, number>();
  add(row: string, by = 1): void {
    this.#rows.set(row, (this.#rows.get(row) ?? 0) + by);
  }
  get(row: string): string {
    return String(this.#rows.get(row) ?? 0);
  }
  beginningWith(prefix: string): readonly string[] {
    return [...this.#rows.entries()]
      .filter(([row]) => row.startsWith(prefix))
      .sort(([a, one], [b, other]) => other - one || (a < b ? -1 : 1))
      .map(([row]) => row);
  }
}

describeWithPeers(['dfc'], 'dfc', () => {
  const given = CORPUS.every((path) => existsSync(path));
  (given ? test : test.skip)('maps the same references to the same images, but for what is listed', async () => {
    const policy = await validPolicy(chainguardPolicy('baseline'), { rules });
    const counts = new Counts();
    const home = makeDirectory({});
    for (const { content } of CORPUS.flatMap((path) => readAnswers(path))) {
      const before = read(content);
      if (before.file.status !== 'read') continue;
      const theirs = dfc(content, home);
      const after = read(theirs);
      const ours = await hardenDockerfile(content, policy);
      if (after.file.status !== 'read') counts.add('files that no longer parse, dfc');
      if (read(ours.after).file.status !== 'read') counts.add('files that no longer parse, here');
      for (const use of before.uses) if (use.instruction === 'FROM') compare(use, after, ours, counts);
      regressions(before, after, 'dfc', (index) => isByDfc(index, before, after), counts);
      const planned = new Set(ours.replaced.map(({ use }) => use.stage?.index));
      regressions(before, read(ours.after), 'here', (index) => planned.has(index), counts);
    }
    const row = (name: string, key = name): readonly string[] => [name, counts.get(key)];
    const listed = (prefix: string) => counts.beginningWith(prefix).map((key) => row(key));
    const pair = (name: string): readonly (readonly string[])[] => [row(`${name}, dfc`), row(`${name}, here`)];
    const rows = [
      row('mapped by both'),
      ...listed('both: '),
      row('mapped by dfc alone'),
      ...listed('dfc alone: '),
      row('mapped here alone'),
      ...listed('here alone: '),
      row('mapped by neither'),
      ...pair('files that no longer parse'),
      ...pair('digests that are dropped and not replaced by another'),
      ...pair('mapped stages that still call another package manager'),
      ...pair('mapped stages in which adduser waits for a password'),
      ...pair('mapped stages that ship as root where the new image has a user of its own'),
    ];
    await expectDocument('dev/hardening-dfc.md', INTRODUCTION, ['what', 'count'], rows);
    for (const name of ['files that no longer parse', 'mapped stages that still call another package manager'])
      expect(counts.get(`${name}, here`)).toBe('0');
  });
});

function dfc(content: string, home: string): string {
  const env = { PATH: process.env['PATH'], HOME: home };
  return execFileSync('dfc', ['--org', 'acme', '-'], {
    input: content,
    env,
    encoding: 'utf8',
    stdio: ['pipe', 'pipe', 'ignore'],
  });
}

function baseOf(index: number | undefined, { uses }: DockerfileReading): ImageUse | undefined {
  return uses.find((use) => use.instruction === 'FROM' && use.stage !== null && use.stage.index === index);
}

function isByDfc(index: number, before: DockerfileReading, after: DockerfileReading): boolean {
  const [was, is] = [baseOf(index, before), baseOf(index, after)];
  return was !== undefined && is !== undefined && is.expanded !== was.expanded && is.expanded.startsWith('cgr.dev/');
}

function compare(use: ImageUse, after: DockerfileReading, ours: HardenedFile, counts: Counts): void {
  const theirs = baseOf(use.stage?.index, after);
  const isMapped = theirs !== undefined && theirs.expanded !== use.expanded && theirs.expanded.startsWith('cgr.dev/');
  const mine = ours.replaced.find((one) => one.use.id === use.id);
  if (use.reference?.digest !== undefined) {
    // Here the digest of the new image is written once it was resolved.
    if (isMapped && !theirs.expanded.includes('@'))
      counts.add('digests that are dropped and not replaced by another, dfc');
  }
  if (isMapped && mine !== undefined) {
    counts.add('mapped by both');
    counts.add(`both: ${difference(theirs.expanded, mine.image)}`);
  } else if (isMapped) {
    counts.add('mapped by dfc alone');
    counts.add(`dfc alone: ${whyNotHere(use, ours)}`);
  } else if (mine !== undefined) {
    counts.add('mapped here alone');
    counts.add(
      `here alone: ${use.definedAt === undefined ? 'dfc leaves the reference as it is' : 'the default of an ARG'}`,
    );
  } else counts.add('mapped by neither');
}

/** How two images of one publisher differ. */
function difference(theirs: string, ours: string): string {
  const [a, b] = [reference(theirs), reference(ours)];
  if (a === null || b === null) return 'a name that is no image';
  const [name, own] = [a, b].map(({ repository }) => repository.split('/').at(-1));
  if (name === 'chainguard-base' && own === 'wolfi-base') return 'the base of an organization, and the free one here';
  if (name !== own) return 'another image';
  const [tag = '', ownTag = ''] = [a.tag, b.tag];
  if (tag === ownTag) return 'the same image and tag';
  if (tag === `${ownTag}-dev`) return 'the variant with a shell and apk, which the stage does not need here';
  const [version, ownVersion] = [tag, ownTag].map((text) => text.replace(/^openjdk-/, '').replace(/-dev$/, ''));
  if (version === ownVersion) return 'the same version by another tag';
  return ownVersion?.startsWith(`${version}.`) === true ? 'the version, cut to two numbers by dfc' : 'another version';
}

function reference(text: string): Reference | null {
  const parsed = parseReference(text);
  return parsed.ok ? parsed.value : null;
}

function whyNotHere({ id, reference: own }: ImageUse, { left }: HardenedFile): string {
  if (own === null) return 'no image that anybody can name';
  if (equivalentsOf(repositoryName(own)).length === 0) return 'of an image without an equivalent, by its last name';
  const reason = left.find(({ use }) => use.id === id)?.reason;
  return reason === undefined ? 'the policy allows it already' : kindOf(reason);
}

/** What does not work in stages that were mapped, as far as that can be seen in the file. */
function regressions(
  before: DockerfileReading,
  after: DockerfileReading,
  who: 'dfc' | 'here',
  isMapped: (index: number) => boolean,
  counts: Counts,
): void {
  for (const stage of after.stages) {
    if (!isMapped(stage.index)) continue;
    const runs = stage.instructions.filter(({ keyword }) => keyword === 'RUN' || keyword === 'ONBUILD');
    const texts = runs.flatMap(({ text, heredocs = [] }) => [text, ...heredocs.map(({ body }) => body)]);
    if (texts.some((text) => INSTALLS.test(text)))
      counts.add(`mapped stages that still call another package manager, ${who}`);
    const old = before.stages.find(({ index }) => index === stage.index);
    const hadUseradd = old?.instructions.some(({ text }) => /\buseradd\b/.test(text)) === true;
    if (hadUseradd && texts.some((text) => /\badduser\b(?![^&;|\n]*\s-\w*[DS])/.test(text)))
      counts.add(`mapped stages in which adduser waits for a password, ${who}`);
    if (stage.target && shipsAsRoot(stage) && !shipsAsRoot(old))
      counts.add(`mapped stages that ship as root where the new image has a user of its own, ${who}`);
  }
}

/** Whether the last USER of a stage is root. */
function shipsAsRoot(stage: Stage | undefined): boolean {
  const user = stage?.instructions.findLast(({ keyword }) => keyword === 'USER');
  return user?.text === 'root';
}
