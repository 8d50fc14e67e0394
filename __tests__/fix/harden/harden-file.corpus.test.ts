import { expect, test } from '@jest/globals';
import type { HardenedFile } from '../../../src/fix/harden/harden-file.js';
import { rules } from '../../../src/rules/index.js';
import { expectDocument } from '../../support/held-table.js';
import { readAnswers } from '../../support/image/buildkit-answers.js';
import { chainguardPolicy, hardenDockerfile } from '../../support/image/harden-dockerfile.js';
import { KINDS, kindOf } from '../../support/image/harden-reasons.js';
import { validPolicy } from '../../support/load-policy-text.js';
import { describeWithSharedData, sharedData } from '../../support/shared-data.js';

const PROFILES = ['baseline', 'hardened'] as const;

const INTRODUCTION = `# Rewriting real build files

What \`fix --harden\` makes of 4,731 public Dockerfiles and 70 tricky ones, where the policy allows Chainguard's public images, those of a Chainguard organization that has every version, and Google's distroless images. No registry is asked and nothing is built: a row counts what was written before the gate evaluates it with its images, and an image or version that does not exist would be refused there. Most of the files are on images without an equivalent, or of releases that are long past their end.

A file is rewritten whole if no image in it is refused any more, and in part if some of its stages are left.

Made by \`UPDATE_TABLES=1 npm test -- __tests__/fix/harden/harden-file.corpus.test.ts\`, which also holds it. \`npm run test:peers -- __tests__/fix/harden/harden-file.peer.test.ts\` gives every rewritten file to BuildKit's own parser, before and after: it refuses none that it took before, and pulls every image that was written. Another, \`evaluated.peer.test.ts\`, has the gate evaluate every file that was rewritten whole, with made images that have the users of the catalog: none fails.

None of these files is built: they need contexts and packages from a network. \`npm run test:peers -- __tests__/fix/harden/buildah.peer.test.ts\` builds and starts rewritten files of each kind (Debian, Fedora, Python, Node.js, Go; one stage and two) with buildah, from made images without a network. apk, adduser, pip, npm and go are scripts in them that take only the options which their documentation lists. It needs root, and Debian's buildah 1.28 reads no here-documents.
`;

describeWithSharedData('dockerfiles/corpus.jsonl', 'real Dockerfiles, where the policy allows hardened images', () => {
  test('are rewritten once, or left with a reason', async () => {
    const files = ['dockerfiles/corpus.jsonl', 'dockerfiles/cases.jsonl'].flatMap((file) =>
      readAnswers(sharedData(file)),
    );
    const columns: (readonly string[])[] = [];
    for (const profile of PROFILES) {
      const policy = await validPolicy(chainguardPolicy(profile, 'distroless'), { rules });
      const counts = { allowed: 0, whole: 0, part: 0, none: 0, replaced: 0, again: 0 };
      const reasons = new Map<string, number>();
      for (const { content } of files) {
        const once = await hardenDockerfile(content, policy);
        counts[outcomeOf(once)] += 1;
        counts.replaced += once.replaced.length;
        if (once.replaced.length > 0) {
          const twice = await hardenDockerfile(once.after, policy);
          if (!Buffer.from(twice.after).equals(once.after)) counts.again += 1;
        }
        for (const { reason } of once.left) {
          const kind = kindOf(reason);
          reasons.set(kind, (reasons.get(kind) ?? 0) + 1);
        }
      }
      expect([...reasons.keys()].filter((reason) => !KINDS.some(([kind]) => kind === reason))).toEqual([]);
      expect(counts.again).toBe(0);
      const { whole, part, none, allowed, replaced, again } = counts;
      columns.push(
        [whole, part, none, allowed, replaced, ...KINDS.map(([kind]) => reasons.get(kind) ?? 0), again].map(String),
      );
    }
    const names = [
      'files rewritten whole',
      'files rewritten in part',
      'files not rewritten',
      'files without an image that is refused',
      'images replaced',
      ...KINDS.map(([kind]) => `left: ${kind}`),
      'files that a second run changes',
    ];
    const rows = names.map((name, row) => [name, ...columns.map((column) => column[row] ?? '')]);
    await expectDocument('dev/hardening.md', INTRODUCTION, ['what', ...PROFILES], rows);
  });
});

function outcomeOf({ replaced, left }: HardenedFile): 'allowed' | 'whole' | 'part' | 'none' {
  if (replaced.length === 0) return left.length === 0 ? 'allowed' : 'none';
  return left.length === 0 ? 'whole' : 'part';
}
