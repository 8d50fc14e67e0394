import { describe, expect, test } from '@jest/globals';
import { type Evidence, present } from '../../src/evidence/evidence.js';
import type { EvidenceKinds } from '../../src/evidence/kinds.js';
import { checkSchema } from '../../src/reports/check-document.js';
import { evidenceDocument } from '../../src/reports/evidence-document.js';
import { findingsOf } from '../../src/reports/findings.js';
import { imagesJson } from '../../src/reports/images.js';
import { checkJson } from '../../src/reports/json.js';
import { readCheck } from '../../src/reports/read-check.js';
import type { Report } from '../../src/reports/report.js';
import { checkText } from '../support/check-json.js';
import { contentsOf } from '../support/image/contents-of.js';
import { schemaErrors } from '../support/published-schema.js';
import { makeAnswer, makeImage, makeReport, makeUse } from '../support/report-maker.js';
import { storefrontReport } from '../support/storefront-report.js';

/** The document as a program reads it. */
function documentOf(report: Report) {
  return checkSchema.parse(JSON.parse(checkText(report)));
}

describe('the published schemas', () => {
  test('a whole report is valid', () => {
    const document: unknown = JSON.parse(checkText(storefrontReport()));
    expect(schemaErrors('check.schema.json', document)).toEqual([]);
  });

  test('an empty report is valid', () => {
    expect(schemaErrors('check.schema.json', JSON.parse(checkText(makeReport())))).toEqual([]);
  });

  test('the list of uses is valid', () => {
    expect(schemaErrors('images.schema.json', JSON.parse(imagesJson({ ...storefrontReport(), unseen: [] })))).toEqual(
      [],
    );
  });

  test.each([
    ['a field too many', { more: 1 }],
    ['another version', { schema: 'base-image-gate/check/v1' }],
    ['null where a field is left out', { findings: [{ fix: null }] }],
  ])('%s is refused', (_, change) => {
    const document = { ...documentOf(storefrontReport()), ...change };
    expect(schemaErrors('check.schema.json', document)).not.toEqual([]);
  });
});

describe('checkJson', () => {
  test('is the same bytes for the same report', () => {
    expect(checkText(storefrontReport())).toBe(checkText(storefrontReport()));
  });

  test('leaves out what is not there, rather than writing null', () => {
    const { uses, ...rest } = documentOf(storefrontReport());
    expect(uses[0]).toMatchObject({ platform: null });
    expect(JSON.stringify(rest)).not.toContain('null');
  });

  test('is safe to print, and parses to what was meant', () => {
    const text = 'a\u009b31m\u202e\u{e0041}\u200b##[add-mask]b\n::error::c\ud800';
    const printed = checkText(makeReport({ notices: [text] }));
    expect(printed).not.toMatch(/[\p{Cf}\p{Cs}\u0080-\u009f]|##\[|^\s*::/mu);
    expect(JSON.parse(printed)).toMatchObject({ notices: [text] });
  });

  describe('an image that many references name', () => {
    const [first, second, third] = ['a/Dockerfile', 'b/Dockerfile', 'c/Dockerfile'].map((file) =>
      makeUse('registry.example.com/base:1', { file }),
    );
    const uses = [first, second, third].flatMap((use) => use ?? []);
    const image = makeImage('registry.example.com/base:1');
    const about = { image: image.id, platform: image.platform, outcome: 'pass' } as const;
    const answers = uses.flatMap(({ id, file }) => [
      makeAnswer({ rule: 'allowed-base', use: id }),
      makeAnswer({ ...about, rule: 'intact', use: id, message: 'Its files are as packaged.' }),
      makeAnswer({ ...about, rule: 'non-root', use: id, message: file === 'c/Dockerfile' ? 'root' : '65532' }),
    ]);
    const report = makeReport({ uses, images: [image], answers });
    const document = documentOf(report);

    test('stands once, and each use names it', () => {
      expect(document.images.map(({ id }) => id)).toEqual([image.id]);
      expect(document.uses.map(({ images }) => images)).toEqual([[image.id], [image.id], [image.id]]);
      expect(document.answers.map(({ rule }) => rule)).toEqual(['allowed-base', 'allowed-base', 'allowed-base']);
    });

    test('has each answer once, with the uses it holds for where those are not all', () => {
      const [own] = document.images;
      expect(own?.answers).toMatchObject([
        { rule: 'intact' },
        { rule: 'non-root', message: '65532', uses: [first?.id, second?.id] },
        { rule: 'non-root', message: 'root', uses: [third?.id] },
      ]);
      expect(own?.answers[0]).not.toHaveProperty('uses');
    });

    test('is read back with an answer for each use', () => {
      const read = readCheck(checkText(report));
      const known = (all: Report['answers']) =>
        all.map((answer) => JSON.stringify(answer, Object.keys(answer).sort())).sort();
      expect(read.ok && known(read.value.answers)).toEqual(known(report.answers));
    });

    test('adds a few hundred bytes for each further reference, not its evidence and answers again', () => {
      const wide = (count: number) => {
        const many = Array.from({ length: count }, (_, index) => makeUse('base:1', { file: `${index}/Dockerfile` }));
        const all = many.flatMap(({ id }) =>
          Array.from({ length: 20 }, (_, index) => makeAnswer({ ...about, rule: `rule-${index}`, use: id })),
        );
        return checkText(makeReport({ uses: many, images: [image], answers: all })).length;
      };
      expect((wide(200) - wide(100)) / 100).toBeLessThan(800);
    });
  });

  describe('the details of a finding', () => {
    const use = makeUse('registry.example.com/base:1');
    const image = makeImage('registry.example.com/base:1');
    const about = { rule: 'sbom-attested', outcome: 'fail', level: 'error', message: 'No SBOM.', use: use.id } as const;
    const onImage = (platform: string, details: readonly string[]) =>
      makeAnswer({ ...about, image: image.id, platform, details: [...details] });
    const reportOf = (answers: Report['answers']) =>
      makeReport({
        uses: [use],
        images: [image],
        answers,
        findings: findingsOf({
          answers,
          uses: [use],
          waivers: [],
          policy: { source: { name: 'built-in', extends: [] } },
        }),
      });

    test('stand in the answers alone, and are read back', () => {
      const report = reportOf([onImage(image.platform, ['one', 'two'])]);
      const document = documentOf(report);
      expect(document.findings).toHaveLength(1);
      expect(document.findings[0]).not.toHaveProperty('details');
      expect(document.images[0]?.answers[0]?.details).toEqual(['one', 'two']);
      const read = readCheck(checkText(report));
      expect(read.ok && read.value.findings).toEqual(report.findings);
    });

    test.each([
      ['other details', ['three']],
      ['no details', []],
    ])('stand in each finding where answers that say the same have %s', (_what, others) => {
      const report = reportOf([onImage('linux/amd64', ['one']), onImage('linux/arm64', others)]);
      const document = documentOf(report);
      expect(document.findings.map(({ details = [] }) => details)).toEqual(
        report.findings.map(({ details = [] }) => details),
      );
      expect(document.findings.some(({ details }) => details?.includes('one'))).toBe(true);
    });
  });

  test('is written in pieces of which none is longer than an image', () => {
    const images = Array.from({ length: 50 }, (_, index) => makeImage(`base:${index}`));
    const pieces = [...checkJson(makeReport({ images }))];
    expect(Math.max(...pieces.map(({ length }) => length))).toBeLessThan(1000);
  });

  test('names policy, commit and what it extends', () => {
    const source = {
      name: 'acme/policies/base-images.yml',
      commit: 'b'.repeat(40),
      extends: [{ name: 'acme/policies/root.yml@v3', commit: 'c'.repeat(40) }, { name: 'local.yml' }],
    };
    const policy = { source, profile: 'strict', allowlistEnforced: true } as const;
    expect(documentOf(makeReport({ policy })).policy).toEqual({
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

  test('names each kind with its value, or with why there is none', () => {
    const missing: Evidence<EvidenceKinds['sbom']> = {
      status: 'unavailable',
      cause: 'timeout',
      message: 'No answer in 30 s.',
      fix: 'Try again.',
      lookedIn: [{ place: 'registry', answer: 'none' }],
    };
    expect(evidenceDocument({ tag: tag('a'), sbom: missing })).toEqual({
      tag: { status: 'present', from: 'registry', value: { tag: '20', currentDigest: 'a' } },
      sbom: missing,
    });
  });

  test('what an image holds is reported without the tree of its files, which has no form in a document', async () => {
    const { evidence } = await contentsOf({ layers: [[{ path: 'bin/sh', content: 'x', mode: 0o755 }]] });
    const { filesystem } = evidenceDocument({ filesystem: evidence.filesystem });
    expect(filesystem).toMatchObject({ status: 'present', value: { fileCount: 1, programs: [{ name: 'sh' }] } });
    expect(filesystem?.value).not.toHaveProperty('tree');
  });

  test('a value of many long parts is cut to its whole length, at the end', () => {
    const limits = { items: 200, characters: 50, depth: 8, total: 400 };
    const lists = Array.from({ length: 100 }, (_, index) => `list ${index} ${'x'.repeat(40)}`);
    const evidence = present({ tag: '20', currentDigest: 'a', lists }, 'registry');
    const { tag: kind } = evidenceDocument({ tag: evidence }, limits);
    expect(kind).toMatchObject({ truncated: true, value: { tag: '20', currentDigest: 'a' } });
    expect(JSON.stringify(kind?.value).length).toBeLessThan(500);
  });

  test('a value that is too long is cut and says so', () => {
    const limits = { items: 3, characters: 5, depth: 2, total: 100 };
    const evidence: Evidence<EvidenceKinds['tag']> = {
      status: 'present',
      from: 'registry',
      value: { tag: 'a'.repeat(9), currentDigest: 'b' },
    };
    expect(evidenceDocument({ tag: evidence }, limits)).toEqual({
      tag: { status: 'present', from: 'registry', value: { tag: 'aaaaa', currentDigest: 'b' }, truncated: true },
    });
  });
});
