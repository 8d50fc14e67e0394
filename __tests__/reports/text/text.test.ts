import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
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

describe('checkText', () => {
  test('a finding has rule, message, place, frame with caret, and fix', () => {
    const text = reported({
      uses: [node],
      answers: [makeAnswer({ use: node.id, fix: 'Use cgr.dev/acme.com/node:20.' })],
    });
    expect(text).toBe(
      [
        'FAIL: 1 problem to fix, among 1 image use in 1 build file',
        'policy: .github/base-image-gate.yml, profile hardened',
        '',
        'error[allowed-base]: No allow entry matches docker.io/library/node:20.',
        '  --> Dockerfile:3:6',
        '   3 | FROM node:20',
        '     |      ^^^^^^^',
        '  fix: Use cgr.dev/acme.com/node:20.',
        '',
        'FAIL: 1 problem to fix, among 1 image use in 1 build file',
        'Why a rule matters: node dist/cli.js rules allowed-base',
        '',
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

  test('what could not be answered is distinguished from what failed', () => {
    const answers = [makeAnswer({ use: node.id, outcome: 'indeterminate', message: 'The registry did not answer.' })];
    const text = reported({ uses: [node], answers });
    expect(text).toContain('INDETERMINATE: 1 check that could not be made');
    expect(text).toContain('error[allowed-base] (could not be answered): The registry did not answer.');
  });

  test('a long fix is reported once, and then where', () => {
    const [first, second] = [makeUse('node:20'), makeUse('alpine', { file: 'b/Dockerfile' })];
    const fix = 'Add the digest after the tag (one command does it), and let Dependabot or Renovate keep it current.';
    const answers = [first, second].map((use) => makeAnswer({ use: use.id, message: `${use.id}.`, fix }));
    const text = reported({ uses: [first, second], answers });
    expect(text.split(`  fix: ${fix}\n`)).toHaveLength(2);
    expect(text).toContain('  fix: as for allowed-base at Dockerfile:3:6\n');
  });

  test('a line is shown once, however many findings are about it', () => {
    const answers = ['one', 'two'].map((reason) => makeAnswer({ use: node.id, message: reason }));
    const text = reported({ uses: [node], answers });
    expect(text.match(/ 3 \| FROM node:20/g)).toHaveLength(1);
    expect(text.match(/--> Dockerfile:3:6\n/g)).toHaveLength(2);
  });

  test('several rules open at one place for one cause are at one place', () => {
    const open = makeAnswer({ use: node.id, outcome: 'indeterminate', message: 'No answer.' });
    const text = reported({
      uses: [node],
      answers: [open, { ...open, rule: 'fresh' }, { ...open, rule: 'current', level: 'warning' }],
    });
    expect(text).toContain(
      'INDETERMINATE: 1 check that could not be made, among 1 image use in 1 build file; 1 reference partly checked (no answer: allowed-base, current and fresh)\n',
    );
    expect(text).toContain('error[allowed-base, fresh] (could not be answered): No answer.\n');
    expect(text).not.toContain('warning');
  });

  test('one problem at many places is reported once, with five of them', () => {
    const uses = Array.from({ length: 7 }, (_, index) => makeUse('node:20', { file: `s${index}/Dockerfile` }));
    const text = reported({ uses, answers: uses.map((use) => makeAnswer({ use: use.id })) });
    expect(text.match(/error\[allowed-base\]/g)).toHaveLength(1);
    expect(text.match(/-->/g)).toHaveLength(5);
    expect(text).toContain('and 2 more places');
  });

  test('notes are counted and not reported', () => {
    const answers = [
      makeAnswer({ use: node.id }),
      makeAnswer({ use: node.id, level: 'note', rule: 'pinned-by-digest', message: 'It is not pinned.' }),
    ];
    const text = reported({ uses: [node], answers });
    expect(text).not.toContain('It is not pinned.');
    expect(text).toContain('(1 note)');
  });

  test('a waived finding says until when, by whom and why', () => {
    const text = reported({
      uses: [node],
      answers: [makeAnswer({ use: node.id, waiver: 0 })],
      waivers: [makeWaiver()],
    });
    expect(text).toContain('PASS');
    expect(text).toContain(
      'waived[allowed-base] Dockerfile:3:6 until 2027-01-31 by @acme/platform: the replacement is tested this month',
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
    expect(text).toContain('(unchanged by this change)');
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
    expect(text).toContain('  fix: Add to the policy:\n     | allow:\n     |   - image: node');
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
