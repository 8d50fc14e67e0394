import { describe, expect, test } from '@jest/globals';
import type { Evidence } from '../../src/evidence/evidence.js';
import { present } from '../../src/evidence/evidence.js';
import { parseReference } from '../../src/references/reference.js';
import type { TagState } from '../../src/registry/resolved-image.js';
import { current } from '../../src/rules/current.js';
import type { ImageRuleSubject } from '../../src/rules/rule.js';
import { subjectOf } from '../support/image/image-rule-subject.js';

const OLD = `sha256:${'a'.repeat(64)}`;
const NEW = `sha256:${'b'.repeat(64)}`;

function evaluate(text: string, tag: Evidence<TagState> | undefined, newerPatch = true) {
  const reference = parseReference(text);
  if (!reference.ok) throw new Error(reference.error.reason);
  const subject: Pick<ImageRuleSubject, 'reference' | 'evidence'> = {
    reference: reference.value,
    evidence: tag === undefined ? {} : { tag },
  };
  // The rule looks at nothing else of its subject.
  const results = current.evaluate(subject as ImageRuleSubject, { 'newer-patch': newerPatch });
  return [results].flat().map(({ aspect, outcome }) => (aspect === undefined ? outcome : `${aspect}: ${outcome}`));
}

const state = (value: Partial<TagState>) => present<TagState>({ tag: 'latest', currentDigest: NEW, ...value }, 'here');
const down: Evidence<never> = { status: 'unavailable', cause: 'network', message: 'no answer', fix: 'try again' };

describe('current', () => {
  test.each([
    ['a pin that the tag still points to', `a:latest@${NEW}`, state({}), ['drift: pass']],
    ['a pin that the tag has left', `a:latest@${OLD}`, state({}), ['drift: fail']],
    ["a pin to a platform of the tag's index", `a:latest@${OLD}`, state({ listsPinned: true }), ['drift: pass']],
    ['a patch without a newer one', `a:1.2.3@${NEW}`, state({}), ['drift: pass', 'newer-patch: pass']],
    ['a patch with a newer one', 'a:1.2.3', state({ newerTag: '1.2.4' }), ['newer-patch: fail']],
    [
      'a patch whose tags could not be listed',
      'a:1.2.3',
      state({ tagsUnknown: 'forbidden' }),
      ['newer-patch: indeterminate'],
    ],
    ['a tag alone', 'a:latest', state({}), ['not-applicable']],
    ['a digest alone', `a@${OLD}`, undefined, ['not-applicable']],
    ['a registry that is down', `a:latest@${OLD}`, down, ['indeterminate']],
    ['no evidence', `a:latest@${OLD}`, undefined, ['indeterminate']],
  ])('reports %s', (_, text, tag, expected) => {
    expect(evaluate(text, tag)).toEqual(expected);
  });

  test('says what could not be learnt, and what to do about it', () => {
    const reported = (text: string, tag?: Evidence<TagState>) => {
      const reference = parseReference(text);
      if (!reference.ok) throw new Error(reference.error.reason);
      const subject = { ...subjectOf(tag === undefined ? {} : { tag }), reference: reference.value };
      return [current.evaluate(subject, { 'newer-patch': true })].flat();
    };
    const pinned = `a:latest@${OLD}`;
    expect(reported(pinned, down)).toMatchObject([
      { outcome: 'indeterminate', message: 'no answer', fix: 'try again' },
    ]);
    const artifact = { status: 'unsupported', form: 'artifact', message: 'It is an artifact.' } as const;
    expect(reported(pinned, artifact)).toMatchObject([{ outcome: 'fail', message: 'It is an artifact.' }]);
    const absent = { status: 'absent', lookedIn: [] } as const;
    expect(reported(pinned, absent)).toMatchObject([{ outcome: 'indeterminate' }]);
    expect(reported('a:1.2.3', state({ tagsUnknown: 'The registry forbids it.' }))).toMatchObject([
      { message: expect.stringContaining('The registry forbids it.'), fix: expect.stringContaining('list the tags') },
    ]);
    expect(reported('a:1.2.3', state({ newerTag: '1.2.4' }))).toMatchObject([
      { outcome: 'fail', message: expect.stringContaining('1.2.4'), fix: expect.stringContaining('1.2.4') },
    ]);
  });

  test('asks only tags that name a patch for a newer one, pinned or not', () => {
    expect(evaluate(`a:latest@${NEW}`, state({ newerTag: '1.2.4' }))).toEqual(['drift: pass']);
    expect(evaluate(`a:1.2.3@${OLD}`, state({ newerTag: '1.2.4' }))).toEqual(['drift: fail', 'newer-patch: fail']);
    expect(evaluate(`a:1.2.3@${NEW}`, state({ newerTag: '1.2.4' }), false)).toEqual(['drift: pass']);
  });

  test('says the new digest', () => {
    const reference = parseReference(`a:latest@${OLD}`);
    const subject = { reference: reference.ok ? reference.value : null, evidence: { tag: state({}) } };
    expect([current.evaluate(subject as ImageRuleSubject, { 'newer-patch': true })].flat()).toMatchObject([
      { fix: `Replace the digest with ${NEW}.` },
    ]);
  });

  test('is not asked about patches where the policy says so', () => {
    expect(evaluate('a:1.2.3', state({ newerTag: '1.2.4' }), false)).toEqual(['not-applicable']);
  });
});
