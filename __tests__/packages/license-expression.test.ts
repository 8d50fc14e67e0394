import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { decideExpression, type LicenseVerdict } from '../../src/packages/license-expression.js';
import { licenseDecision } from '../../src/packages/license-policy.js';
import '../support/property-seed.js';

const decide = ({ id }: { readonly id: string }): LicenseVerdict =>
  id.startsWith('ok') ? 'accepted' : id.startsWith('no') ? 'refused' : 'unknown';

describe('a license expression', () => {
  test.each([
    ['ok', 'accepted'],
    ['ok AND ok2', 'accepted'],
    ['ok AND no', 'refused'],
    ['ok OR no', 'accepted'],
    ['no OR no2', 'refused'],
    ['ok AND what', 'unknown'],
    ['no AND what', 'refused'],
    ['no OR what', 'unknown'],
    ['ok OR what', 'accepted'],
    // AND binds tighter than OR.
    ['no AND no2 OR ok', 'accepted'],
    ['ok OR no AND no2', 'accepted'],
    ['(ok OR no) AND no2', 'refused'],
    ['((ok))', 'accepted'],
    ['ok WITH some-exception AND ok', 'accepted'],
    ['ok and no or ok2', 'accepted'],
  ])('%s is %s', (text, expected) => {
    expect(decideExpression(text, decide)).toBe(expected);
  });

  test.each([
    '',
    ' ',
    'ok ok',
    'ok AND',
    'AND ok',
    '(ok',
    'ok)',
    '()',
    'ok WITH',
    'ok WITH (x)',
    'ok OR OR ok',
    'MIT + file LICENSE',
    'GPL (>= 2)',
    'a/b',
    'ok AND '.repeat(1000),
  ])('%j is none', (text) => {
    expect(decideExpression(text, decide)).toBeNull();
  });

  test('of any tokens never throws, and is decided as by its truth table', () => {
    interface Node {
      readonly text: string;
      readonly verdict: LicenseVerdict;
    }
    const rank = { refused: 0, unknown: 1, accepted: 2 } as const;
    const { tree } = fc.letrec<{ tree: Node; leaf: Node; joined: Node }>((tie) => ({
      leaf: fc.constantFrom<Node>(
        { text: 'ok', verdict: 'accepted' },
        { text: 'no', verdict: 'refused' },
        { text: 'what', verdict: 'unknown' },
      ),
      joined: fc.tuple(tie('tree'), fc.constantFrom('AND', 'OR'), tie('tree')).map(([a, operator, b]) => ({
        text: `(${a.text} ${operator} ${b.text})`,
        verdict: rank[a.verdict] < rank[b.verdict] === (operator === 'AND') ? a.verdict : b.verdict,
      })),
      tree: fc.oneof({ maxDepth: 6 }, tie('leaf'), tie('joined')),
    }));
    fc.assert(
      fc.property(tree, ({ text, verdict }) => {
        expect(decideExpression(text, decide)).toBe(text.length > 4096 ? null : verdict);
      }),
    );
    fc.assert(
      fc.property(fc.array(fc.constantFrom('ok', 'no', '(', ')', 'AND', 'OR', 'WITH', '+', 'é')), (tokens) => {
        expect(['accepted', 'refused', 'unknown', null]).toContain(decideExpression(tokens.join(' '), decide));
      }),
    );
  });
});

describe('lists of licenses', () => {
  test.each([
    [{ allow: ['MIT'], deny: [] }, ['MIT'], 'accepted'],
    [{ allow: ['mit'], deny: [] }, ['MIT'], 'accepted'],
    [{ allow: ['MIT'], deny: [] }, ['MIT', 'GPL-2.0-only'], 'refused'],
    [{ allow: ['MIT'], deny: [] }, [], 'unknown'],
    [{ allow: ['*'], deny: ['GPL-*'] }, ['GPL-2.0-only OR MIT'], 'accepted'],
    [{ allow: ['*'], deny: ['GPL-*'] }, ['GPL-2.0-only AND MIT'], 'refused'],
    [{ allow: ['*'], deny: ['GPL-*'] }, ['LGPL-2.1-only'], 'accepted'],
    // What SPDX wrote before.
    [{ allow: ['*'], deny: ['GPL-2.0-or-later'] }, ['GPL-2.0+'], 'refused'],
    [{ allow: ['*'], deny: ['GPL-2.0-only'] }, ['GPL-2.0'], 'refused'],
    [{ allow: ['*'], deny: ['GPL-2.0'] }, ['GPL-2.0-only'], 'refused'],
    [{ allow: ['Apache-2.0'], deny: [] }, ['Apache-2.0+'], 'accepted'],
    // An exception grants more; a denied license is denied with any.
    [{ allow: ['GPL-2.0-only'], deny: [] }, ['GPL-2.0-only WITH Classpath-exception-2.0'], 'accepted'],
    [
      { allow: ['GPL-2.0-only WITH Classpath-exception-2.0'], deny: [] },
      ['GPL-2.0-only WITH Classpath-exception-2.0'],
      'accepted',
    ],
    [{ allow: ['GPL-2.0-only WITH Classpath-exception-2.0'], deny: [] }, ['GPL-2.0-only'], 'refused'],
    [{ allow: ['*'], deny: ['GPL-2.0-only'] }, ['GPL-2.0-only WITH Classpath-exception-2.0'], 'refused'],
    [{ allow: ['MIT'], deny: ['MIT'] }, ['MIT'], 'refused'],
    // Words that no list knows are nobody's license, but where they are listed.
    [{ allow: ['*'], deny: [] }, ['GPLv2+ and MIT'], 'unknown'],
    [{ allow: ['*'], deny: ['GPLv2+'] }, ['GPLv2+ and MIT'], 'refused'],
    [{ allow: ['*'], deny: [] }, ['Apache Software License'], 'unknown'],
    [{ allow: ['Apache Software License'], deny: [] }, ['apache software license'], 'accepted'],
    [{ allow: ['*'], deny: ['Some License'] }, ['some license'], 'refused'],
    [{ allow: ['LicenseRef-ours'], deny: [] }, ['LicenseRef-ours'], 'accepted'],
    [{ allow: ['MIT'], deny: [] }, ['LicenseRef-ours'], 'refused'],
  ] as const)('%j take %j for %s', (lists, statements, expected) => {
    expect(licenseDecision(lists)(statements)).toBe(expected);
  });
});
