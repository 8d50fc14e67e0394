import { expect, test } from '@jest/globals';
import { readAnswers } from '../support/buildkit-answers.js';
import { pinDockerfile, withoutPins } from '../support/pin-dockerfile.js';
import { describeWithSharedData, sharedData } from '../support/shared-data.js';

/** Why a reference is left, by what the reasons have in common. */
const KINDS = ['put together from', 'no plain default of an ARG', 'takes ARG', 'would not name the same images'];

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
    process.stdout.write(`fix --pin over the corpus: ${JSON.stringify(counts)} ${JSON.stringify([...reasons])}\n`);
    expect(counts.files).toBeGreaterThan(4_700);
    expect(counts.pinned).toBeGreaterThan(counts.left * 4);
  });
});
