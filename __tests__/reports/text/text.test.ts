import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { ImageUse } from '../../../src/build-files/image-use.js';
import type { Report } from '../../../src/reports/report.js';
import { checkText } from '../../../src/reports/text/text.js';
import { makeAnswer, makeReport, makeUse, makeWaiver } from '../../support/report-maker.js';

const SOURCE = 'ARG V=20\n\nFROM node:20\nRUN npm ci\n';
const plain = {
  color: false,
  width: 100,
  source: (path: string) => (path === 'Dockerfile' ? SOURCE : undefined),
  program: 'node dist/cli.js',
};
const node = makeUse('node:20');

function reported(given: Partial<Report>): string {
  return checkText(makeReport(given), plain);
}

/** Findings of some rules about one use. */
const failing = (use: ImageUse, ...rules: readonly string[]) =>
  rules.map((rule) => makeAnswer({ use: use.id, rule, message: `${rule} failed.` }));

describe('checkText', () => {
  test('a file has its images, and an image its rules, a line each, and a fix', () => {
    const text = reported({
      uses: [node],
      answers: [makeAnswer({ use: node.id, fix: 'Use cgr.dev/acme.com/node:20.' })],
    });
    expect(text).toBe(
      [
        'FAIL: 1 problem to fix, among 1 image use in 1 build file',
        'policy: .github/base-image-gate.yml, profile hardened',
        '',
        'Dockerfile  1 error',
        '  3:6  docker.io/library/node:20',
        '    ✗ allowed-base  No allow entry matches it.',
        '    fix: Use cgr.dev/acme.com/node:20.',
        '',
        'FAIL: 1 problem to fix',
        'Evidence and every fix: --details. Why a rule matters: node dist/cli.js rules allowed-base',
        '',
      ].join('\n'),
    );
  });

  test('with details a finding has its frame with caret, its evidence and its fix', () => {
    const answer = makeAnswer({ use: node.id, fix: 'Use cgr.dev/acme.com/node:20.', details: ['it was looked up'] });
    expect(checkText(makeReport({ uses: [node], answers: [answer] }), { ...plain, details: true })).toContain(
      [
        '    ✗ allowed-base  Dockerfile:3:6',
        '      No allow entry matches docker.io/library/node:20.',
        '       3 | FROM node:20',
        '         |      ^^^^^^^',
        '      - it was looked up',
        '      fix: Use cgr.dev/acme.com/node:20.',
      ].join('\n'),
    );
  });

  test('a pass is two lines', () => {
    expect(reported({ uses: [node] })).toBe(
      'PASS: 1 image use in 1 build file may be built on\npolicy: .github/base-image-gate.yml, profile hardened\n',
    );
  });

  test('nothing to evaluate is a pass that says so', () => {
    const text = reported({ notices: ['No build file was found, so nothing was evaluated.'] });
    expect(text).toContain('PASS: there was no image use to evaluate');
    expect(text).toContain('notice: No build file was found');
  });

  test('a failure, what was not decided and a warning have symbols of their own', () => {
    const answers = [
      makeAnswer({ use: node.id, rule: 'denied-base' }),
      makeAnswer({ use: node.id, rule: 'fresh', outcome: 'indeterminate', message: 'No answer.' }),
      makeAnswer({ use: node.id, rule: 'intact', level: 'warning' }),
    ];
    const text = reported({ uses: [node], answers });
    expect(text).toMatch(/^ {4}✗ denied-base /m);
    expect(text).toMatch(/^ {4}\? fresh /m);
    expect(text).toMatch(/^ {4}! intact /m);
  });

  test('the file with most errors comes first, and an image at two lines is one', () => {
    const [first, second] = [makeUse('node:20'), makeUse('alpine', { file: 'b/Dockerfile' })];
    const again = { ...second, id: 'again', line: 9 };
    const answers = [...failing(first, 'fresh'), ...failing(second, 'fresh', 'intact'), ...failing(again, 'intact')];
    const text = reported({ uses: [first, second, again], answers });
    expect(text.indexOf('b/Dockerfile  3 errors')).toBeGreaterThan(0);
    expect(text.indexOf('b/Dockerfile  3 errors')).toBeLessThan(text.indexOf('Dockerfile  1 error\n'));
    expect(text).toMatch(/^ {2}3:6, 9:6 {2}docker\.io\/library\/alpine/m);
  });

  test('an image has the fix that most of its worst findings share', () => {
    const fixes = ['Pin it.', 'Replace it.', 'Replace it.'];
    const answers = fixes.map((fix, index) => makeAnswer({ use: node.id, rule: `rule-${index}`, fix }));
    const text = reported({ uses: [node], answers });
    expect(text.match(/^ +fix: .*/gm)).toEqual(['    fix: Replace it.']);
  });

  test('several findings of a rule about an image are one line that counts them', () => {
    const answers = ['one', 'two', 'three'].map((message) => makeAnswer({ use: node.id, message }));
    expect(reported({ uses: [node], answers })).toMatch(/^ {4}✗ allowed-base {2}one \(\+2\)$/m);
  });

  test('lines keep to the width, and no word is broken', () => {
    const long = `A message ${'of words '.repeat(30)}with https://example.com/${'path/'.repeat(30)} in it.`;
    const answers = [makeAnswer({ use: node.id, message: long, fix: long })];
    for (const width of [80, 120, 160]) {
      const report = makeReport({ uses: [node], answers, notices: [long] });
      for (const details of [false, true]) {
        const text = checkText(report, { ...plain, width, details });
        const over = text.split('\n').filter((line) => line.length > width);
        expect(over.every((line) => line.includes('https://example.com/path/path/'))).toBe(true);
        expect(text.match(/https:\S*/g)?.every((word) => word === `https://example.com/${'path/'.repeat(30)}`)).toBe(
          true,
        );
      }
    }
  });

  test('hundreds of files are grouped by rule and image, with five places', () => {
    const uses = Array.from({ length: 300 }, (_, index) => makeUse('node:20', { file: `s${index}/Dockerfile` }));
    const text = reported({
      uses,
      answers: uses.map((use) => makeAnswer({ use: use.id, fix: 'Use another image.' })),
    });
    expect(text).toContain('✗ allowed-base  docker.io/library/node:20  300 places\n');
    expect(text).toContain('s0/Dockerfile:3:6, s1/Dockerfile:3:6');
    expect(text).toContain('and 295 more places');
    expect(text.split('\n').length).toBeLessThan(15);
  });

  test('an image that was not opened is marked', () => {
    const skipped = makeAnswer({ use: node.id, rule: 'fresh', outcome: 'skipped', cause: 'identity' });
    const text = reported({ uses: [node], answers: [...failing(node, 'allowed-base'), skipped] });
    expect(text).toContain('  3:6  docker.io/library/node:20  (not opened)\n');
  });

  test('what stands after a long name has a line of its own', () => {
    const use = makeUse(`registry.example/${'team/'.repeat(9)}node:20`);
    const skipped = makeAnswer({ use: use.id, rule: 'fresh', outcome: 'skipped', cause: 'identity' });
    const report = makeReport({ uses: [use], answers: [...failing(use, 'allowed-base'), skipped] });
    const lines = checkText(report, { ...plain, width: 80 }).split('\n');
    expect(lines).toContain('    (not opened)');
    expect(lines.filter((line) => line.length > 80)).toEqual([]);
    expect(lines).toContain('Evidence and every fix: --details.');
  });

  test('notes are counted and not listed', () => {
    const answers = [
      makeAnswer({ use: node.id }),
      makeAnswer({ use: node.id, level: 'note', rule: 'pinned-by-digest', message: 'It is not pinned.' }),
    ];
    const text = reported({ uses: [node], answers });
    expect(text).not.toContain('It is not pinned.');
    expect(text).toContain('; 1 note');
  });

  test('a waived finding says until when, by whom and why', () => {
    const text = reported({
      uses: [node],
      answers: [makeAnswer({ use: node.id, waiver: 0 })],
      waivers: [makeWaiver()],
    });
    expect(text).toContain('PASS');
    expect(text.replace(/\n {2}/g, ' ')).toContain(
      'waived: allowed-base at Dockerfile:3:6 until 2027-01-31 by @acme/platform: the replacement is tested this month',
    );
  });

  test('unreadable and skipped files, limits and inherited findings are named', () => {
    const text = reported({
      uses: [node],
      answers: [makeAnswer({ use: node.id, level: 'warning', inherited: true })],
      files: [
        { path: 'Dockerfile', status: 'read' },
        { path: 'b/Dockerfile', status: 'unreadable', line: 4, reason: 'unterminated heredoc' },
        { path: 'c/Dockerfile.j2', status: 'skipped', reason: 'a template' },
      ],
      limits: [{ name: 'max-files', message: '12 files were not read.' }],
    });
    expect(text).toContain('unreadable: b/Dockerfile:4: unterminated heredoc');
    expect(text).toContain('skipped: c/Dockerfile.j2: a template');
    expect(text).toContain('limit max-files: 12 files were not read.');
    expect(text).toContain('[unchanged by this change]');
  });

  test('an unreadable file is named where its finding is a note, which is not reported', () => {
    const files = [{ path: 'b/Dockerfile', status: 'unreadable', reason: 'unterminated heredoc' }] as const;
    const location = { file: 'b/Dockerfile', line: 1, column: 1, endLine: 1, endColumn: 1 };
    const answer = { rule: 'readable-build-file', location, outcome: 'indeterminate' } as const;
    const text = reported({ answers: [makeAnswer({ ...answer, level: 'note' })], files });
    expect(text).toContain('unreadable: b/Dockerfile: unterminated heredoc');
    expect(reported({ answers: [makeAnswer(answer)], files })).not.toContain('unreadable: b/Dockerfile');
  });

  test('a fix of several lines is set in below its first', () => {
    const fix = 'Add to the policy:\nallow:\n  - image: node';
    const text = reported({ uses: [node], answers: [makeAnswer({ use: node.id, fix })] });
    expect(text).toContain('    fix: Add to the policy:\n       | allow:\n       |   - image: node');
  });

  test('colors appear only when asked for', () => {
    const report = makeReport({ uses: [node], answers: [makeAnswer({ use: node.id })] });
    expect(checkText(report, plain)).not.toContain('\u001b');
    expect(checkText(report, { ...plain, color: true })).toContain('\u001b[31m');
  });

  test('no text of others begins a line, moves the cursor, or is a command of the runner', () => {
    const nasty = fc
      .array(
        fc.constantFrom('\n::error::x', '\r', '##[add-mask]a', '\u001b[2J', '\u202e', '\u200b', 'a', '::', ' ', '`'),
      )
      .map((parts) => parts.join(''));
    fc.assert(
      fc.property(nasty, nasty, nasty, (file, reason, source) => {
        const use = makeUse('node:20', { file: `d${file}`, expanded: `x${reason}`, reference: null });
        const waivers = [makeWaiver({ reason, owner: file })];
        const answers = [
          makeAnswer({ use: use.id, message: reason, fix: reason, details: [file, reason], platform: file }),
          makeAnswer({ use: use.id, message: reason, waiver: 0 }),
        ];
        const notices = [reason];
        const text = checkText(makeReport({ uses: [use], answers, waivers, notices }), {
          ...plain,
          source: () => `\n\n${source}`,
        });
        // biome-ignore lint/suspicious/noControlCharactersInRegex: that there are none is what is asked
        expect(text).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202e\u200b]/);
        expect(text).not.toMatch(/^\s*::/m);
        expect(text).not.toContain('##[');
      }),
    );
  });
});
