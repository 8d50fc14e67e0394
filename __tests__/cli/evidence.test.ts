import { fileURLToPath } from 'node:url';
import { describe, expect, test } from '@jest/globals';
import { evidence } from '../../src/cli/evidence.js';
import { FRAMEWORKS } from '../../src/compliance/frameworks.js';
import { EVIDENCE_FORMATS } from '../../src/compliance/render-evidence.js';
import { runCommand } from '../support/process/run-command.js';

const EXAMPLE = fileURLToPath(new URL('../../examples/storefront', import.meta.url));
const TIME = /20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z/;

const run = (...args: readonly string[]) => runCommand(evidence, EXAMPLE, EXAMPLE, '--offline', ...args);

/** The time of the run, which every format names. */
function collectedOf(text: string): string {
  const found = /"collected": ?"([^"]+)"|\| Collected \| (\S+) \|/.exec(text);
  const time = found?.[1] ?? found?.[2] ?? '';
  expect(time).toMatch(TIME);
  return time;
}

describe('evidence', () => {
  // Every framework and every format once: what they have in common is tested where it is made.
  const cases = FRAMEWORKS.flatMap((framework, index) =>
    EVIDENCE_FORMATS.slice(index, index + 1).map((format) => [framework, format] as const),
  );
  test.each(cases)('of two runs, for %s as %s, differs in nothing but the time', async (framework, format) => {
    const args = ['--framework', framework, '--format', format];
    const [first, second] = [await run(...args), await run(...args)];
    expect(first.code).toBe(1);
    expect(second.stdout.replaceAll(collectedOf(second.stdout), collectedOf(first.stdout))).toBe(first.stdout);
    expect(first.stdout).toMatch(/evidence toward/i);
    expect(first.stdout).not.toMatch(/complian|satisfies|certified/i);
    expect(first.stdout).toContain('AppArmor');
  });

  test.each([
    [[], 'Which framework?'],
    [['--framework', 'iso'], '--framework is "iso"'],
    [['--framework', 'fedramp', '--format', 'pdf'], '--format is "pdf"'],
  ])('refuses %j', async (args, message) => {
    const { code, stdout, stderr } = await run(...args);
    expect([code, stdout]).toEqual([3, '']);
    expect(stderr).toContain(message);
  });
});
