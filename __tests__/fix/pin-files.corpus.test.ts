import { expect, test } from '@jest/globals';
import { expectDocument } from '../support/held-table.js';
import { readAnswers } from '../support/image/buildkit-answers.js';
import { pinDockerfile, withoutPins } from '../support/image/pin-dockerfile.js';
import { describeWithSharedData, sharedData } from '../support/shared-data.js';

/** Why a reference is left, by what the reasons have in common. */
const KINDS = ['put together from', 'not a plain default of an ARG', 'takes ARG', 'would not name the same images'];

const INTRODUCTION = `# Pinning real build files

What \`fix --pin\` makes of 4,731 public Dockerfiles and 70 tricky ones, where a registry answers every reference.

Made by \`UPDATE_TABLES=1 npm test -- __tests__/fix/pin-files.corpus.test.ts\`, which also holds it. \`npm run test:peers -- __tests__/fix/pin-files.peer.test.ts\` gives every changed file to BuildKit's own parser, before and after: it reads each as the same images, and pulls those that were pinned by the digests that were written.
`;

describeWithSharedData('dockerfiles/corpus.jsonl', 'real Dockerfiles, where a registry answers every reference', () => {
  const files = ['dockerfiles/corpus.jsonl', 'dockerfiles/cases.jsonl'];

  test('differ in their references alone, and twice changes nothing', async () => {
    const counts = { files: 0, changed: 0, pinned: 0, left: 0 };
    const reasons = new Map<string, number>();
    for (const { id, content } of files.flatMap((file) => readAnswers(sharedData(file)))) {
      const bytes = Buffer.from(content);
      const once = await pinDockerfile(bytes);
      if (!withoutPins(once).equals(bytes)) throw new Error(`${id} differs in more than its references`);
      const twice = await pinDockerfile(once.after);
      if (!Buffer.from(twice.after).equals(once.after)) throw new Error(`${id} changes again`);
      counts.files += 1;
      counts.pinned += once.pinned.length;
      counts.left += once.left.length;
      if (once.pinned.length > 0) counts.changed += 1;
      for (const { reason } of once.left) {
        const kind = KINDS.find((part) => reason.includes(part)) ?? reason;
        reasons.set(kind, (reasons.get(kind) ?? 0) + 1);
      }
    }
    await expectDocument(
      'pinning.md',
      INTRODUCTION,
      ['what', 'how many'],
      [
        ['files', String(counts.files)],
        ['files with a reference that was pinned', String(counts.changed)],
        ['references pinned', String(counts.pinned)],
        ['references left, each with its reason', String(counts.left)],
        ...KINDS.map((kind) => [`left: … ${kind} …`, String(reasons.get(kind) ?? 0)]),
        ['files that differ in more than their references', '0'],
        ['files that a second run changes', '0'],
      ],
    );
    expect([...reasons.keys()].filter((kind) => !KINDS.includes(kind))).toEqual([]);
    expect(counts.files).toBeGreaterThan(4_700);
    expect(counts.pinned).toBeGreaterThan(counts.left * 4);
  });
});
