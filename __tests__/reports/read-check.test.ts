import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { checkDocument, checkJson } from '../../src/reports/json.js';
import { renderComment } from '../../src/reports/markdown/comment.js';
import { readCheck } from '../../src/reports/read-check.js';
import { checkSarif } from '../../src/reports/sarif.js';
import { rules } from '../../src/rules/index.js';
import { storefrontReport } from '../support/storefront-report.js';

const report = storefrontReport();

function codeOf(text: string): string {
  const read = readCheck(text);
  return read.ok ? 'ok' : read.error.code;
}

describe('readCheck', () => {
  test('what was written renders as it would have', () => {
    const read = readCheck(checkJson(report));
    expect(read.ok).toBe(true);
    if (!read.ok) return;
    expect(checkDocument({ ...read.value, images: report.images })).toEqual(checkDocument(report));
    expect(renderComment(read.value)).toBe(renderComment(report));
    expect(checkSarif(read.value, { rules })).toBe(checkSarif(report, { rules }));
  });

  test.each([
    ['', 'not-json'],
    ['{"schema":', 'not-json'],
    ['null', 'not-a-report'],
    ['[]', 'not-a-report'],
    [JSON.stringify({ ...checkDocument(report), verdict: 'fine' }), 'not-a-report'],
    [JSON.stringify({ ...checkDocument(report), schema: 'base-image-gate/check/v2' }), 'not-a-report'],
    [JSON.stringify({ ...checkDocument(report), extra: true }), 'not-a-report'],
    [`"${'x'.repeat(16 * 1024 * 1024)}"`, 'too-long'],
  ])('refuses what is no report (%#)', (text, code) => {
    expect(codeOf(text)).toBe(code);
  });

  test('says where the shape is wrong', () => {
    const document = checkDocument(report);
    const findings = document.findings.map((finding) => ({ ...finding, line: 0 }));
    const read = readCheck(JSON.stringify({ ...document, findings }));
    expect(read).toMatchObject({ ok: false, error: { message: expect.stringContaining('at findings.0.line') } });
  });

  test('evidence as deep as a stranger likes is not looked at', () => {
    const depth = 20_000;
    const document = JSON.stringify({ ...checkDocument(report), images: ['IMAGE'] });
    const evidence = `${'{"a":'.repeat(depth)}1${'}'.repeat(depth)}`;
    const image = `{"reference":"r","digest":"d","platforms":[],"evidence":${evidence}}`;
    const read = readCheck(document.replace('"IMAGE"', image));
    expect(read).toMatchObject({ ok: true, value: { images: [{ reference: 'r', evidence: {} }] } });
  });

  test('any JSON is refused or read, and never thrown over', () => {
    fc.assert(
      fc.property(fc.json({ maxDepth: 4 }), fc.constantFrom(...Object.keys(checkDocument(report))), (json, key) => {
        expect(['ok', 'not-a-report']).toContain(codeOf(`{"${key}":${json}}`));
        const changed = JSON.stringify({ ...checkDocument(report), [key]: JSON.parse(json) as unknown });
        expect(['ok', 'not-a-report']).toContain(codeOf(changed));
      }),
    );
  });
});
