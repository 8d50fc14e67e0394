import { describe, expect, test } from '@jest/globals';
import { renderSummary, SUMMARY_LIMIT } from '../../../src/reports/markdown/summary.js';
import { makeAnswer, makeReport, makeUse } from '../../support/report-maker.js';
import { storefrontReport } from '../../support/storefront-report.js';

const summary = renderSummary(storefrontReport());
const NODE = makeUse('node:20');

describe('renderSummary', () => {
  test('begins with the verdict in one line', () => {
    expect(summary.split('\n').slice(0, 3)).toEqual([
      '## ❌ Base images: fail',
      '',
      '2 problems to fix, 1 indeterminate result, among 4 image uses in 2 build files; 2 references partly checked (no answer: signature-verified). Also: 2 warnings, 1 note, 1 waived.',
    ]);
  });

  test('has a section for each file, and folds the table, the graph and the notes', () => {
    expect(summary.match(/^###+ .*$|(?<=^<details><summary>)(?!Evidence).*(?=<\/summary>)/gm)).toEqual([
      '### What to do',
      '#### `services/web/Dockerfile` · 2 errors',
      '#### `services/api/Dockerfile` · 1 error, 1 warning',
      '#### `.github/base-image-gate.yml` · 1 warning',
      'Images and rules',
      'What is built on what',
      '1 note',
      '### Waived',
    ]);
  });

  test('has a line for each rule of an image, and what to do once', () => {
    const answers = ['fresh', 'intact'].map((rule) => {
      return makeAnswer({
        use: NODE.id,
        rule,
        message: `${rule} is wrong in docker.io/library/node:20.`,
        fix: 'Replace it.',
      });
    });
    const text = renderSummary(makeReport({ uses: [NODE], answers }));
    expect(text).toContain(
      '**`docker.io/library/node:20`** · `Dockerfile:3`\n\n- ❌ fresh: fresh is wrong in it.\n- ❌ intact: intact is wrong in it.\n\n👉 **Replace it.**',
    );
  });

  test('draws no graph of two stages', () => {
    expect(renderSummary(makeReport({ uses: [NODE], answers: [makeAnswer({ use: NODE.id })] }))).not.toContain(
      'mermaid',
    );
  });

  test('has one list of notices', () => {
    const text = renderSummary(makeReport({ notices: ['One thing.', 'Another.'] }));
    expect(text).toContain('> [!NOTE]\n> - One thing.\n> - Another.\n');
  });

  test('the table has a row an image, worst first, and a column a question', () => {
    const table = summary.split('\n').filter((line) => line.startsWith('| '));
    expect(table).toEqual([
      '| Image | Used at | allowed-base | pinned-by-digest | signature-verified | overridable-base | Digest | Publisher |',
      '| --- | --- | :-: | :-: | :-: | :-: | --- | --- |',
      '| ❌ `node:20` | `services/api/Dockerfile:2` | ❌ | ⚠️ | ⏭️ | – |  |  |',
      '| ❌ `registry.example.com/base/nginx:1.27` | `services/web/Dockerfile:1` | ✅ | ❌ | ❓ | ℹ️ |  |  |',
      '| 🩹 `curlimages/curl:8.10.1` | `services/web/Dockerfile:6` | 🩹 | – | – | – |  |  |',
      '| ✅ `cgr.dev/chainguard/node:latest` | `services/api/Dockerfile:9` | ✅ | ✅ | ✅ | – | `sha256:ab12ab12ab12` | Chainguard |',
    ]);
  });

  test('one image at several places is one row', () => {
    const uses = [makeUse('node:20'), makeUse('docker.io/library/node:20', { file: 'b/Dockerfile' })];
    const answers = uses.map((use) => makeAnswer({ use: use.id }));
    const rows = renderSummary(makeReport({ uses, answers }))
      .split('\n')
      .filter((line) => line.startsWith('| ❌'));
    expect(rows).toEqual(['| ❌ `node:20` | `Dockerfile:3`<br>`b/Dockerfile:3` | ❌ |  |  |']);
  });

  test('says how many findings could not be annotated', () => {
    const text = renderSummary(storefrontReport(), { annotationsLeft: { errors: 3, warnings: 4 } });
    expect(text).toContain('7 more are only here');
  });

  test('names notices, what there is to say of build files, and limits', () => {
    const text = renderSummary(
      makeReport({
        notices: ['The allowlist is not enforced: add `.github/base-image-gate.yml`.'],
        files: [
          { path: 'x/Dockerfile', status: 'unreadable', line: 3, reason: 'unknown instruction: FORM' },
          {
            path: 'y/Dockerfile',
            status: 'read',
            reason: 'there is no stage "api", so every stage counts as a target',
          },
          { path: 'z/Dockerfile', status: 'read' },
        ],
        limits: [{ name: 'max-files', message: '12 files were left.' }],
      }),
    );
    expect(text).toContain('> [!NOTE]\n> The allowlist is not enforced: add `.github/base-image-gate.yml`.');
    expect(text).toContain('- `x/Dockerfile:3` unreadable: unknown instruction: FORM');
    expect(text).toContain('- `y/Dockerfile:1` read: there is no stage "api", so every stage counts as a target');
    expect(text).not.toContain('z/Dockerfile');
    expect(text).toContain('- max-files: 12 files were left.');
  });

  test('stays within the limit of bytes, however much was found', () => {
    const uses = Array.from({ length: 1500 }, (_, index) => makeUse(`image-${index}:1`, { line: index + 1 }));
    const answers = uses.map((use) =>
      makeAnswer({ use: use.id, message: `${use.id} ${'漢字'.repeat(400)}`, details: ['漢字'.repeat(400)] }),
    );
    const report = makeReport({ uses, answers });
    const text = renderSummary(report);
    expect(Buffer.byteLength(text)).toBeLessThanOrEqual(SUMMARY_LIMIT);
    expect(text).toContain('1,500 problems to fix');
    for (const limit of [100_000, 10_000, 1_000]) {
      expect(Buffer.byteLength(renderSummary(report, { limit }))).toBeLessThanOrEqual(limit);
    }
  });
});
