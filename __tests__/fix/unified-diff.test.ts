import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { unifiedDiff } from '../../src/fix/unified-diff.js';
import '../support/property-seed.js';

function diff(before: string, after: string, path = 'Dockerfile'): string {
  const made = unifiedDiff(path, Buffer.from(before), Buffer.from(after));
  if (!made.ok) throw new Error(`line ${made.error}`);
  return made.value;
}

describe('a unified diff', () => {
  test('shows three lines around each change, and joins hunks that meet', () => {
    const lines = Array.from({ length: 20 }, (_, index) => `${index + 1}\n`);
    const changed = lines.with(1, 'two\n').with(6, 'seven\n').with(19, 'twenty\n');
    const text = diff(lines.join(''), changed.join(''));
    expect(text.match(/^@@.*$/gm)).toEqual(['@@ -1,10 +1,10 @@', '@@ -17,4 +17,4 @@']);
    expect(text).toContain(' 1\n-2\n+two\n 3\n');
    expect(text).toMatch(/-20\n\+twenty\n$/);
  });

  test('says where a file does not end with a line end', () => {
    expect(diff('a', 'b')).toBe(
      '--- a/Dockerfile\n+++ b/Dockerfile\n@@ -1,1 +1,1 @@\n-a\n\\ No newline at end of file\n+b\n\\ No newline at end of file\n',
    );
  });

  test('is empty where nothing differs', () => {
    expect(diff('a\n', 'a\n')).toBe('');
  });

  test('keeps tabs, DOS line ends and a byte order mark', () => {
    expect(diff('\ufeff\ta\r\n', '\ufeff\tb\r\n')).toContain('-\ufeff\ta\r\n+\ufeff\tb\r\n');
  });

  test.each([
    ['an escape sequence', Buffer.from('x\na\u001b[31m\n')],
    ['a command of a runner', Buffer.from('  ::error::x\na\n')],
    ['a carriage return within a line', Buffer.from('x\ra\n')],
    ['bytes that are not UTF-8', Buffer.from([0x61, 0xff, 0x0a])],
  ])('is refused near %s, by the number of its line', (_, before) => {
    const after = Buffer.concat([before.subarray(0, before.length - 1), Buffer.from('@d\n')]);
    expect(unifiedDiff('Dockerfile', before, after)).toEqual({ ok: false, error: before.includes('\u001b') ? 2 : 1 });
  });

  test('shows a change though there are such bytes elsewhere', () => {
    const before = Buffer.concat([Buffer.from('FROM a\n'.repeat(9)), Buffer.from([0xff, 0x0a])]);
    expect(
      unifiedDiff('Dockerfile', before, Buffer.from(before.toString('latin1').replace('a', 'a@b'), 'latin1')).ok,
    ).toBe(true);
  });
});

/** Applies the diffs of files with git, and gives their bytes after it. */
function applied(files: readonly { readonly path: string; readonly before: Uint8Array; readonly diff: string }[]) {
  const directory = mkdtempSync(join(tmpdir(), 'diff-'));
  try {
    for (const { path, before } of files) {
      mkdirSync(dirname(join(directory, path)), { recursive: true });
      writeFileSync(join(directory, path), before);
    }
    const run = spawnSync('git', ['apply', '--whitespace=nowarn', '-'], {
      cwd: directory,
      input: files.map(({ diff: text }) => text).join(''),
      // Not the repository around it, where a path of its own would be ignored.
      env: { ...process.env, GIT_CEILING_DIRECTORIES: dirname(directory), GIT_CONFIG_GLOBAL: '/dev/null' },
      encoding: 'utf8',
    });
    if (run.status !== 0) throw new Error(run.stderr);
    return files.map(({ path }) => readFileSync(join(directory, path)));
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

describe('git apply', () => {
  test('takes the diff of files of any name', () => {
    const names = [
      'a b/Docker file',
      'ü/Dockerfile',
      'q"uote',
      'back\\slash',
      'tab\there',
      "it's",
      'x 2026-01-01 10:00',
      '-f',
    ];
    const files = names.map((path) => ({
      path,
      before: Buffer.from('FROM a\n'),
      diff: diff('FROM a\n', 'FROM a@b\n', path),
    }));
    expect(applied(files).map(String)).toEqual(names.map(() => 'FROM a@b\n'));
  });

  test('takes every diff that is made, and gives the very bytes', () => {
    const line = fc.oneof(
      {
        weight: 8,
        arbitrary: fc.constantFrom(
          'FROM a',
          'FROM b:1 AS c',
          '',
          ' ',
          '\tRUN x',
          '--- a/x',
          '+++ b/x',
          '@@ -1 +1 @@',
          '\\ No newline at end of file',
        ),
      },
      { weight: 2, arbitrary: fc.string({ unit: 'grapheme', maxLength: 12 }).map((text) => text.replaceAll('\n', '')) },
      {
        weight: 1,
        arbitrary: fc
          .uint8Array({ maxLength: 6 })
          .map((bytes) => Buffer.from(bytes).toString('latin1').replaceAll('\n', '')),
      },
    );
    const file = fc.record({
      lines: fc.array(
        fc.tuple(
          line,
          fc.constantFrom('\n', '\n', '\r\n'),
          fc.constantFrom('stays', 'stays', 'changes', 'goes', 'doubles'),
        ),
        {
          minLength: 1,
          maxLength: 20,
        },
      ),
      endsOpen: fc.boolean(),
      isLatin: fc.boolean(),
    });
    const made = fc.sample(file, 400).flatMap(({ lines, endsOpen, isLatin }, index) => {
      const bytes = (isChanged: boolean) => {
        const text = lines
          .map(([text, end, fate]) => {
            if (isChanged && fate === 'goes') return '';
            if (isChanged && fate === 'doubles') return `${text}${end}new${end}`;
            return `${text}${fate === 'changes' && isChanged && text !== '' ? '@sha256:ab' : ''}${end}`;
          })
          .join('');
        return Buffer.from(endsOpen ? text.replace(/\r?\n$/, '') : text, isLatin ? 'latin1' : 'utf8');
      };
      const [before, after] = [bytes(false), bytes(true)];
      const result = unifiedDiff(`d ${index}`, before, after);
      return result.ok && result.value !== '' ? [{ path: `d ${index}`, before, after, diff: result.value }] : [];
    });
    expect(made.length).toBeGreaterThan(100);
    expect(applied(made).map((bytes) => bytes.toString('latin1'))).toEqual(
      made.map(({ after }) => after.toString('latin1')),
    );
  });
});
