import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { checkSchema } from '../../src/reports/check-document.js';
import { renderComment } from '../../src/reports/markdown/comment.js';
import { readCheck } from '../../src/reports/read-check.js';
import { checkSarif } from '../../src/reports/sarif.js';
import { rules } from '../../src/rules/index.js';
import { checkText } from '../support/check-json.js';
import { storefrontReport } from '../support/storefront-report.js';

const report = storefrontReport();
const DOCUMENT = checkSchema.parse(JSON.parse(checkText(report)));

function codeOf(text: string): string {
  const read = readCheck(text);
  return read.ok ? 'ok' : read.error.code;
}

describe('readCheck', () => {
  test('what was written renders as it would have', () => {
    const read = readCheck(checkText(report));
    expect(read.ok).toBe(true);
    if (!read.ok) return;
    expect(checkSchema.parse(JSON.parse(checkText(read.value)))).toEqual(DOCUMENT);
    expect(renderComment(read.value)).toBe(renderComment(report));
    expect(checkSarif(read.value, { rules })).toBe(checkSarif(report, { rules }));
  });

  test.each([
    ['', 'not-json'],
    ['{"schema":', 'not-json'],
    ['null', 'not-a-report'],
    ['[]', 'not-a-report'],
    [JSON.stringify({ ...DOCUMENT, verdict: 'fine' }), 'not-a-report'],
    [JSON.stringify({ ...DOCUMENT, schema: 'base-image-gate/check/v1' }), 'not-a-report'],
    [JSON.stringify({ ...DOCUMENT, extra: true }), 'not-a-report'],
    [`"${'x'.repeat(16 * 1024 * 1024)}"`, 'too-long'],
  ])('refuses what is no report (%#)', (text, code) => {
    expect(codeOf(text)).toBe(code);
  });

  test('says where the shape is wrong', () => {
    const findings = DOCUMENT.findings.map((finding) => ({ ...finding, location: { ...finding.location, line: 0 } }));
    const read = readCheck(JSON.stringify({ ...DOCUMENT, findings }));
    expect(read).toMatchObject({
      ok: false,
      error: { message: expect.stringContaining('at findings.0.location.line') },
    });
  });

  test('evidence as deep as an untrusted party likes is not looked at', () => {
    const depth = 20_000;
    const document = JSON.stringify({ ...DOCUMENT, images: ['IMAGE'] });
    const evidence = `${'{"a":'.repeat(depth)}1${'}'.repeat(depth)}`;
    const image = `{"id":"i","reference":"r","platform":"p","answers":[],"evidence":${evidence}}`;
    const read = readCheck(document.replace('"IMAGE"', image));
    expect(read).toMatchObject({ ok: true, value: { images: [{ reference: 'r', evidence: {} }] } });
  });

  test('refuses a short text that asks for billions of answers', () => {
    const [use] = DOCUMENT.uses;
    const [image] = DOCUMENT.images;
    const answers = Array.from({ length: 2_000 }, () => image?.answers[0]);
    const uses = Array.from({ length: 2_000 }, (_, index) => ({ ...use, id: `${index}`, images: [image?.id] }));
    const text = JSON.stringify({ ...DOCUMENT, uses, images: [{ ...image, answers }] });
    expect(codeOf(text)).toBe('too-long');
  });

  test('any JSON is refused or read, and never thrown over', () => {
    fc.assert(
      fc.property(fc.json({ maxDepth: 4 }), fc.constantFrom(...Object.keys(DOCUMENT)), (json, key) => {
        expect(['ok', 'not-a-report']).toContain(codeOf(`{"${key}":${json}}`));
        const changed = JSON.stringify({ ...DOCUMENT, [key]: JSON.parse(json) as unknown });
        expect(['ok', 'not-a-report']).toContain(codeOf(changed));
      }),
    );
  });
});
