import { describe, expect, test } from '@jest/globals';
import { annotationsOf } from '../../src/reports/annotations.js';
import { makeAnswer, makeReport, makeUse, makeWaiver } from '../support/report-maker.js';

const node = makeUse('node:20');
const many = (count: number, rule: string, level: 'error' | 'warning', reason: string) => {
  const uses = Array.from({ length: count }, (_, index) =>
    makeUse('node:20', { file: 'Dockerfile', line: 10 + index, id: `${rule}${index}` }),
  );
  return { uses, answers: uses.map((use) => makeAnswer({ use: use.id, rule, level, message: reason })) };
};

describe('annotationsOf', () => {
  test('an annotation has place, title, message and fix', () => {
    const report = makeReport({ uses: [node], answers: [makeAnswer({ use: node.id, fix: 'Pin it.' })] });
    expect(annotationsOf(report).shown).toEqual([
      {
        level: 'error',
        title: 'Base image: allowed-base',
        message: 'No allow entry matches docker.io/library/node:20.\nFix: Pin it.',
        file: 'Dockerfile',
        startLine: 3,
        endLine: 3,
        startColumn: 6,
        endColumn: 13,
      },
    ]);
  });

  test('columns are left out where the range has several lines', () => {
    const location = { file: 'Dockerfile', line: 3, column: 6, endLine: 4, endColumn: 2 };
    const report = makeReport({ uses: [node], answers: [makeAnswer({ use: node.id, location })] });
    expect(annotationsOf(report).shown[0]).not.toHaveProperty('startColumn');
  });

  test('notes and what a waiver covers are never annotated', () => {
    const answers = [makeAnswer({ use: node.id, level: 'note' }), makeAnswer({ use: node.id, waiver: 0 })];
    const report = makeReport({ uses: [node], answers, waivers: [makeWaiver()] });
    expect(annotationsOf(report)).toEqual({ shown: [], left: { errors: 0, warnings: 0 } });
  });

  test('ten errors and ten warnings at the most, and the rest is counted', () => {
    const errors = many(14, 'denied-base', 'error', 'x');
    const warnings = many(11, 'fresh', 'warning', 'y');
    const report = makeReport({
      uses: [...errors.uses, ...warnings.uses],
      answers: [...warnings.answers, ...errors.answers],
    });
    const { shown, left } = annotationsOf(report);
    expect(shown.map((one) => one.level)).toEqual([...Array(10).fill('error'), ...Array(10).fill('warning')]);
    expect(left).toEqual({ errors: 4, warnings: 1 });
  });

  test('every problem is annotated once before one is annotated twice', () => {
    const common = many(12, 'allowed-base', 'error', 'common');
    const rare = makeUse('alpine', { file: 'z/Dockerfile' });
    const report = makeReport({
      uses: [...common.uses, rare],
      answers: [...common.answers, makeAnswer({ use: rare.id, message: 'rare' })],
    });
    const { shown, left } = annotationsOf(report);
    expect(shown.map((one) => one.message.split('\n')[0])).toEqual(['common', 'rare', ...Array(8).fill('common')]);
    expect(left.errors).toBe(3);
    expect(shown[0]?.message).toContain(
      'Also at Dockerfile:11, Dockerfile:12, Dockerfile:13, Dockerfile:14, Dockerfile:15, and 6 more',
    );
  });

  test('hostile text is shown, not obeyed', () => {
    const reason = 'a\n::error::b\r\u001b[31m##[add-mask]c\u202e';
    const report = makeReport({ uses: [node], answers: [makeAnswer({ use: node.id, message: reason })] });
    expect(annotationsOf(report).shown[0]?.message).toBe(
      'a\\u{A}::error::b\\u{D}\\u{1B}[31m#\\u{23}[add-mask]c\\u{202E}',
    );
  });
});
