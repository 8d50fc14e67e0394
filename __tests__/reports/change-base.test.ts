import { expect, test } from '@jest/globals';
import type { ChangeBase } from '../../src/gate/change.js';
import { changeBaseSentence } from '../../src/reports/change-base.js';

const [INTO, HEAD] = ['a'.repeat(40), 'b'.repeat(40)];

const merge: ChangeBase = {
  ref: 'refs/heads/main',
  policyRef: 'refs/heads/main',
  commit: INTO,
  evaluated: { kind: 'merge', commit: 'c'.repeat(40) },
  parents: [INTO, HEAD],
};

test.each<[string, Partial<ChangeBase>, RegExp]>([
  ['a merge names both parents', {}, /base main: the merge of b{12} into a{12}\.$/],
  [
    'a head names where it left the branch whose policy holds',
    { ref: 'refs/heads/soft', evaluated: { kind: 'head', commit: HEAD }, parents: [] },
    /base soft: the head b{12}, from a{12} of main\.$/,
  ],
  [
    'a merge group names the base’s commit',
    { evaluated: { kind: 'merge-group', commit: HEAD }, parents: [] },
    /the merge group b{12}, from a{12}\.$/,
  ],
  ['a long branch name is cut', { ref: `refs/heads/${'x'.repeat(255)}` }, /base x{70,80}….*: the merge/],
])('%s', (_what, changes, sentence) => {
  expect(changeBaseSentence({ ...merge, ...changes })).toMatch(sentence);
});

test('a base whose commit could not be had is called unknown', () => {
  const { commit: _none, ...unknown } = merge;
  const head = changeBaseSentence({ ...unknown, evaluated: { kind: 'head', commit: HEAD }, parents: [] });
  expect(head).toContain('from an unknown commit');
});
