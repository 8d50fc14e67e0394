import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { readOpenVex, VEX_LIMITS } from '../../../src/attestations/vex/read-openvex.js';

const ORIGIN = { signer: 'the key base.pub', digest: `sha256:${'1'.repeat(64)}` };

test('statements inherit the time and the author of their document', () => {
  const document = {
    '@id': 'x',
    author: 'Acme',
    timestamp: '2026-01-01T00:00:00Z',
    statements: [{ vulnerability: 'CVE-1', status: 'fixed' }],
  };
  expect(readOpenVex(document, ORIGIN)).toMatchObject({
    ok: true,
    value: {
      statements: [{ ...ORIGIN, author: 'Acme', time: Date.UTC(2026, 0, 1), document: 'x statement 1' }],
      problems: [],
    },
  });
});

test('a document that says no time has that of its signature', () => {
  const document = { statements: [{ vulnerability: 'CVE-1', status: 'fixed' }] };
  const read = readOpenVex(document, { ...ORIGIN, signedAt: '2026-02-01T00:00:00.000Z' });
  expect(read.ok && read.value.statements[0]?.time).toBe(Date.UTC(2026, 1, 1));
});

test.each([
  ['more statements than are read', { statements: Array(VEX_LIMITS.statements + 1).fill(null) }],
  [
    'more products than are read',
    {
      statements: [
        { vulnerability: 'CVE-1', status: 'fixed', products: Array(VEX_LIMITS.products + 1).fill('pkg:npm/a') },
      ],
    },
  ],
  ['no statements', {}],
  ['a text', 'hello'],
  ['nothing', null],
])('%s is refused', (_name, document) => {
  expect(readOpenVex(document, ORIGIN).ok).toBe(false);
});

test('whatever JSON is given, nothing is thrown, and what is read has a status and a vulnerability', () => {
  const key = fc.constantFrom(
    'vulnerability',
    'status',
    'products',
    'subcomponents',
    '@id',
    'name',
    'aliases',
    'hashes',
    'identifiers',
    'timestamp',
  );
  const anything = fc.letrec((tie) => ({
    value: fc.oneof(
      { maxDepth: 5 },
      fc.constantFrom<unknown>('fixed', 'affected', 'CVE-1', '', null, 5, '2026-01-01'),
      fc.array(tie('value'), { maxLength: 3 }),
      fc.dictionary(key, tie('value'), { maxKeys: 6 }),
    ),
  })).value;
  fc.assert(
    fc.property(fc.array(fc.dictionary(key, anything)), (statements) => {
      const read = readOpenVex({ statements }, ORIGIN);
      if (!read.ok) return;
      expect(read.value.statements.length + read.value.problems.length).toBe(statements.length);
      for (const { vulnerabilities } of read.value.statements) expect(vulnerabilities.length).toBeGreaterThan(0);
    }),
    { numRuns: 500 },
  );
});
