import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import {
  type CommentPart,
  commentMarker,
  formatComment,
  inOrder,
  MAX_COMMENT_LENGTH,
  otherParts,
  partId,
  readParts,
  rememberedFingerprint,
  roomForPart,
} from '../../../src/github/publish/comment-parts.js';

const COMMIT = '1'.repeat(40);
const NEXT = '2'.repeat(40);
const LATER = '3'.repeat(40);

function part(name: string, overrides: Partial<CommentPart> = {}): CommentPart {
  return {
    id: partId({ workflow: 'ci', job: name, step: 'gate', inputs: {} }),
    commit: COMMIT,
    fingerprints: [rememberedFingerprint(`${name} finding`)],
    markdown: `**${name} passed**\n\nall is well`,
    ...overrides,
  };
}

test('what is written is read again', () => {
  const parts = inOrder([part('api'), part('web', { fingerprints: [] }), part('old', { olderSince: NEXT })]);
  expect(readParts(formatComment('default', parts, 'footer'))).toEqual(parts);
});

test('line ends of either kind are understood', () => {
  const body = formatComment('default', [part('api')], 'footer').replaceAll('\n', '\r\n');
  expect(readParts(body)).toEqual([part('api')]);
});

test('a key’s marker shows nothing of the key, and is the first line', () => {
  const key = '--> @everyone';
  expect(formatComment(key, [], '').split('\n')[0]).toBe(commentMarker(key));
  expect(commentMarker(key)).not.toContain('everyone');
  expect(commentMarker('a')).not.toBe(commentMarker('b'));
});

test('legs of a matrix that are asked to evaluate different things have different parts', () => {
  const job = { workflow: 'ci', job: 'gate', step: 'check' };
  const ids = [{ paths: 'a' }, { paths: 'b' }, { platforms: 'a' }].map((inputs) => partId({ ...job, inputs }));
  expect(new Set(ids).size).toBe(3);
});

describe('parts of other jobs', () => {
  test('one of the same commit stays as it is', () => {
    expect(otherParts([part('api'), part('web')], part('web'))).toEqual([part('api')]);
  });

  test('one of an older commit stays through one push, marked, and goes with the next', () => {
    const own = part('web', { commit: NEXT });
    const once = otherParts([part('api')], own);
    expect(once).toEqual([part('api', { olderSince: NEXT })]);
    expect(otherParts(once, own)).toEqual(once);
    expect(otherParts(once, part('web', { commit: LATER }))).toEqual([]);
    expect(formatComment('default', once, '')).toContain('has not reported on 222222222222');
  });
});

describe('the limit', () => {
  const long = 'x'.repeat(60_000);

  test('the longest part is cut to its verdict first', () => {
    const parts = [
      part('api', { markdown: `**api failed**\n\n${long}` }),
      part('web', { markdown: `**web failed**\n\nshort` }),
      part('job', { markdown: `**job failed**\n\n${long.slice(0, 20_000)}` }),
    ];
    const body = formatComment('default', parts, 'footer');
    expect(body.length).toBeLessThan(MAX_COMMENT_LENGTH);
    expect(body).toContain('**api failed**');
    expect(body).toContain('The details are in the job summary');
    expect(body).toContain(long.slice(0, 20_000));
    expect(body).not.toContain(long);
  });

  test('a part made for its fake fits beside the others, whatever they are', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(70_000), { maxLength: 19 }), (lengths) => {
        const others = lengths.map((length, index) =>
          part(`job ${index}`, { markdown: `**failed**\n\n${'y'.repeat(length)}` }),
        );
        const fake = roomForPart(others);
        expect(fake).toBeGreaterThan(0);
        const fingerprints = Array.from({ length: 1_000 }, (_, index) => rememberedFingerprint(`${index}`));
        const own = part('own', { fingerprints, markdown: `**failed**\n\n${'z'.repeat(Math.max(0, fake - 12))}` });
        const body = formatComment('default', [...others, own], 'footer');
        expect(body.length).toBeLessThanOrEqual(MAX_COMMENT_LENGTH);
        expect(readParts(body)).toHaveLength(others.length + 1);
      }),
      { numRuns: 50 },
    );
  });
});

test('a quoted line of the repository that looks like our marker does not act as one', () => {
  const hostile = `**failed**\n\n\`\`\`\n<!-- base-image-gate end -->\n${formatComment('default', [part('evil')], '')}\n\`\`\``;
  const read = readParts(formatComment('default', [part('api', { markdown: hostile })], ''));
  expect(read.map(({ id }) => id)).toEqual([part('api').id]);
});

test('reading ends for any text', () => {
  fc.assert(fc.property(fc.string(), (text) => readParts(text).length <= 20));
});
