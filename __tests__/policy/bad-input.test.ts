import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { MAX_POLICY_BYTES } from '../../src/policy/yaml-document.js';
import { loadPolicyText, policyProblems } from '../support/load-policy-text.js';

const bomb = [
  'version: 1',
  'a: &a ["x","x","x","x","x","x","x","x","x"]',
  ...'bcdefghi'.split('').map((name, index) => {
    const before = 'abcdefgh'[index];
    return `${name}: &${name} [${Array.from({ length: 9 }, () => `*${before}`).join(',')}]`;
  }),
].join('\n');

describe('a text that is no policy ends in a clear problem', () => {
  test.each<[string, string | Uint8Array, string]>([
    ['empty', '', 'empty'],
    ['white space', '  \n\n', 'empty'],
    ['comments alone', '# nothing\n', 'empty'],
    ['larger than the limit', `version: 1\n# ${'x'.repeat(MAX_POLICY_BYTES)}`, 'too-large'],
    ['bytes larger than the limit', new Uint8Array(MAX_POLICY_BYTES + 1), 'too-large'],
    ['not UTF-8', Uint8Array.of(0x76, 0xff, 0xfe, 0x00), 'not-utf-8'],
    ['a binary file', Uint8Array.of(0x7f, 0x45, 0x4c, 0x46, 0x02, 0x01, 0x01, 0x00), 'wrong-type'],
    ['an alias bomb', bomb, 'too-complex'],
    ['an alias of nothing', 'version: 1\nallow: *nowhere', 'syntax'],
    ['nested flow lists', `version: 1\nallow: ${'['.repeat(100_000)}`, 'too-complex'],
    ['nested lists', `${'- '.repeat(50_000)}x`, 'too-complex'],
    ['nested keys', `${'? '.repeat(50_000)}x`, 'too-complex'],
    ['deep indentation', `${' '.repeat(200)}version: 1`, 'too-complex'],
    ['a quarter of a million entries', `allow:\n${'- a\n'.repeat(MAX_POLICY_BYTES / 4 - 10)}`, 'too-complex'],
    ['half a million quotes', '"'.repeat(MAX_POLICY_BYTES), 'too-complex'],
    ['two documents', 'version: 1\n---\nversion: 1\n', 'syntax'],
    ['a tab for indentation', 'allow:\n\t- image: a\n', 'syntax'],
    ['an unknown tag', 'version: !!js/function "x"\n', 'syntax'],
    ['bytes', '!!binary "dmVyc2lvbjogMQ=="', 'syntax'],
    ['a set', 'version: 1\nallow: !!set { a, b }\n', 'syntax'],
    ['a key that is no text', 'version: 1\n? [a, b]\n: c\n', 'syntax'],
    ['duplicate keys', 'version: 1\nallow: []\nallow: []\n', 'duplicate-key'],
    ['duplicate keys below', 'version: 1\nrules: { fresh: error, "fresh": off }\n', 'duplicate-key'],
    ['a merge key', 'version: 1\nx: &x { fresh: error }\nrules: { <<: *x }\n', 'unknown-key'],
    ['__proto__', 'version: 1\n__proto__: { profile: observe }\n', 'reserved-key'],
    ['__proto__ below', 'version: 1\nrules: { __proto__: { fresh: off } }\n', 'reserved-key'],
    ['constructor', 'version: 1\ncontexts: { constructor: x }\n', 'reserved-key'],
    ['a number', '1', 'wrong-type'],
    ['true', 'true', 'wrong-type'],
  ])('the loader refuses %s', async (_name, text, code) => {
    const problems = await policyProblems(text);
    expect(problems.map((problem) => problem.code)).toContain(code);
    for (const problem of problems) {
      expect(problem.severity).toBe('error');
      expect(problem.line).toBeGreaterThanOrEqual(1);
      expect(problem.column).toBeGreaterThanOrEqual(1);
    }
  });

  test('the second of two equal keys is named, with the line of the first', async () => {
    const [problem] = await policyProblems('version: 1\nallow: []\nallow: []\n');
    expect(problem).toMatchObject({ line: 3, column: 1, key: 'allow' });
    expect(problem?.message).toContain('the first is on line 2');
  });

  test('ten thousand distinct keys cost one pass, not a comparison of each with each', async () => {
    const keys = Array.from({ length: 10_000 }, (_, index) => `key${index}: 1`).join('\n');
    const problems = await policyProblems(`version: 1\n${keys}`);
    expect(problems[0]).toMatchObject({ code: 'unknown-key' });
  });

  test('an alias that is used as one is resolved', async () => {
    const text = 'version: 1\ndeny:\n  - &one { image: a/b, reason: r }\nallow: []\nplatforms: [linux/amd64]\n';
    expect(await loadPolicyText(`${text}contexts: { base: &p x, other: *p }\n`)).toMatchObject({
      ok: true,
      value: { policy: { contexts: { base: 'x', other: 'x' } } },
    });
  });

  test('nothing pollutes the prototype of objects', async () => {
    await loadPolicyText('version: 1\ncontexts: { "__proto__": { polluted: "yes" } }');
    await loadPolicyText('version: 1\nfiles: { targets: { "__proto__": [a] } }');
    expect(Reflect.get({}, 'polluted')).toBeUndefined();
  });

  test('never throws, whatever the text', async () => {
    const line = fc.constantFrom(
      'version: 1',
      'version: x',
      'allow:',
      '  - image: alpine',
      '  - catalog: verified',
      '  - {',
      'deny: [',
      ']',
      '}',
      'rules:',
      '  fresh: error',
      '  fresh: { max-age: 3d }',
      '&a',
      '*a',
      '"',
      "'",
      '|',
      '- - -',
      '? a',
      ': b',
      '\t',
      '%YAML 1.1',
      '<<: *a',
      'extends: x',
      'extends: a/b/c@d',
      'may-override: [allow]',
      'waivers: [{}]',
      'registries: { a: { layout: b } }',
    );
    await fc.assert(
      fc.asyncProperty(fc.array(fc.oneof(line, fc.string({ maxLength: 12 })), { maxLength: 8 }), async (lines) => {
        const loaded = await loadPolicyText(lines.join('\n'));
        expect(typeof loaded.ok).toBe('boolean');
        if (!loaded.ok) expect(loaded.error.length).toBeGreaterThan(0);
      }),
      { numRuns: 500 },
    );
  });
});
