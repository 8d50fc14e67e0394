import { describe, expect, test } from '@jest/globals';
import type { Evidence } from '../../src/evidence/evidence.js';
import type { EvidenceKinds } from '../../src/evidence/kinds.js';
import { evidenceDocument } from '../../src/reports/evidence-document.js';
import { imagesJson } from '../../src/reports/images.js';
import { checkDocument, checkJson } from '../../src/reports/json.js';
import { contentsOf } from '../support/image/contents-of.js';
import { schemaErrors } from '../support/published-schema.js';
import { makeReport } from '../support/report-maker.js';
import { storefrontReport } from '../support/storefront-report.js';

describe('the published schemas', () => {
  test('a whole report is valid', () => {
    const document: unknown = JSON.parse(checkJson(storefrontReport()));
    expect(schemaErrors('check.schema.json', document)).toEqual([]);
  });

  test('an empty report is valid', () => {
    expect(schemaErrors('check.schema.json', JSON.parse(checkJson(makeReport())))).toEqual([]);
  });

  test('the list of uses is valid', () => {
    expect(schemaErrors('images.schema.json', JSON.parse(imagesJson(storefrontReport())))).toEqual([]);
  });

  test.each([
    ['a field too many', { more: 1 }],
    ['another version', { schema: 'base-image-gate/check/v2' }],
    ['null where a field is left out', { findings: [{ fix: null }] }],
  ])('%s is refused', (_, change) => {
    const document = { ...checkDocument(storefrontReport()), ...change };
    expect(schemaErrors('check.schema.json', document)).not.toEqual([]);
  });
});

describe('checkJson', () => {
  test('is the same bytes for the same report', () => {
    expect(checkJson(storefrontReport())).toBe(checkJson(storefrontReport()));
  });

  test('leaves out what is not there, rather than writing null', () => {
    const { uses, ...rest } = checkDocument(storefrontReport());
    expect(uses[0]).toMatchObject({ platform: null });
    expect(JSON.stringify(rest)).not.toContain('null');
  });

  test('is safe to print, and parses to what was meant', () => {
    const text = 'a\u009b31m\u202e\u{e0041}\u200b##[add-mask]b\n::error::c\ud800';
    const printed = checkJson(makeReport({ notices: [text] }));
    expect(printed).not.toMatch(/[\p{Cf}\p{Cs}\u0080-\u009f]|##\[|^\s*::/mu);
    expect(JSON.parse(printed)).toMatchObject({ notices: [text] });
  });

  test('names policy, commit and what it extends', () => {
    const source = {
      name: 'acme/policies/base-images.yml',
      commit: 'b'.repeat(40),
      extends: [{ name: 'acme/policies/root.yml@v3', commit: 'c'.repeat(40) }, { name: 'local.yml' }],
    };
    const policy = { source, profile: 'strict', allowlistEnforced: true } as const;
    expect(checkDocument(makeReport({ policy })).policy).toEqual({
      source: 'acme/policies/base-images.yml',
      commit: 'b'.repeat(40),
      profile: 'strict',
      allowlistEnforced: true,
      extends: source.extends,
    });
  });
});

describe('evidenceDocument', () => {
  const tag = (currentDigest: string): Evidence<EvidenceKinds['tag']> => ({
    status: 'present',
    value: { tag: '20', currentDigest },
    from: 'registry',
  });

  test('one platform, or several that agree, are one object by kind', () => {
    const one = evidenceDocument({ 'linux/amd64': { tag: tag('a') } });
    expect(one).toEqual({ tag: { status: 'present', from: 'registry', value: { tag: '20', currentDigest: 'a' } } });
    expect(evidenceDocument({ 'linux/amd64': { tag: tag('a') }, 'linux/arm64': { tag: tag('a') } })).toEqual(one);
  });

  test('where platforms differ, the least known one stands for the kind and each is listed', () => {
    const missing: Evidence<EvidenceKinds['tag']> = {
      status: 'unavailable',
      cause: 'timeout',
      message: 'No answer in 30 s.',
      fix: 'Try again.',
      lookedIn: [{ place: 'registry', answer: 'none' }],
    };
    const { tag: kind } = evidenceDocument({ 'linux/amd64': { tag: tag('a') }, 'linux/arm64': { tag: missing } });
    expect(kind).toMatchObject({ status: 'unavailable', cause: 'timeout', message: 'No answer in 30 s.' });
    expect(kind?.platforms?.['linux/amd64']?.status).toBe('present');
    expect(kind?.platforms?.['linux/arm64']?.status).toBe('unavailable');
  });

  test('what an image holds is told without the tree of its files, which has no form in a document', async () => {
    const { evidence } = await contentsOf({ layers: [[{ path: 'bin/sh', content: 'x', mode: 0o755 }]] });
    const { filesystem } = evidenceDocument({ 'linux/amd64': { filesystem: evidence.filesystem } });
    expect(filesystem).toMatchObject({ status: 'present', value: { fileCount: 1, programs: [{ name: 'sh' }] } });
    expect(filesystem?.value).not.toHaveProperty('tree');
  });

  test('a value that is too long is cut and says so', () => {
    const limits = { items: 3, characters: 5, depth: 2 };
    const evidence: Evidence<EvidenceKinds['tag']> = {
      status: 'present',
      from: 'registry',
      value: { tag: 'a'.repeat(9), currentDigest: 'b' },
    };
    expect(evidenceDocument({ 'linux/amd64': { tag: evidence } }, limits)).toEqual({
      tag: { status: 'present', from: 'registry', value: { tag: 'aaaaa', currentDigest: 'b' }, truncated: true },
    });
  });
});
