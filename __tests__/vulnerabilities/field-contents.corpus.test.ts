import { expect, test } from '@jest/globals';
import { openWorkingTree } from '../../src/build-files/working-tree.js';
import { LayoutSource } from '../../src/registry/layout/layout.js';
import type { Answer } from '../../src/rules/answer.js';
import { gateRun } from '../support/gate-run.js';
import { describeWithSharedData, sharedData } from '../support/shared-data.js';

const CASES = 'field/contents';

/** A day on which the advisories of the cases are of today. */
const NOW = new Date('2026-11-30T12:00:00Z');

async function answersAbout(name: string, profile: string): Promise<readonly Answer[]> {
  const directory = sharedData(`${CASES}/${name}`);
  const report = await gateRun({
    files: openWorkingTree(`${directory}/repo`, { allFiles: true }),
    policy: [
      'version: 1',
      `profile: ${profile}`,
      'registries: { planted.example: {} }',
      'rules: { allowed-base: off, signature-verified: off }',
      '',
    ].join('\n'),
    source: new LayoutSource(`${directory}/registry`),
    settings: { vulnerabilitiesDirectory: `${directory}/vulns` },
    all: true,
    now: NOW,
  });
  return report.answers;
}

const outcomesOf = (answers: readonly Answer[], id: string) =>
  answers.filter(({ rule }) => rule === id).map(({ outcome }) => outcome);

/** What the expected.txt of each case says. */
describeWithSharedData(CASES, 'an image of the field', () => {
  test.each([
    ['eol-release-frozen-data', 'strict', ['indeterminate']],
    ['go-binary', 'strict', ['fail', 'indeterminate']],
    ['jar', 'strict', ['indeterminate']],
    ['nested-rootfs', 'strict', ['fail']],
    ['no-severity-in-distribution-data', 'hardened', ['fail', 'indeterminate', 'indeterminate']],
    ['node-and-jre-by-tarball', 'strict', ['indeterminate']],
    ['rpm-bdb-small-header', 'strict', ['fail']],
    ['rpm-header-dropped', 'strict', ['indeterminate']],
    ['rpm-source-epoch-false-pass', 'strict', ['fail']],
    ['statusd-info-lists', 'strict', ['pass']],
    ['third-party-deb-npm', 'strict', ['fail', 'indeterminate']],
    ['ubuntu-pro-only', 'strict', ['fail']],
  ])('%s is answered in %s: %j', async (name, profile, expected) => {
    const answers = await answersAbout(name, profile);
    expect(outcomesOf(answers, 'no-known-vulnerabilities')).toEqual(expected);
  });

  test('statusd-info-lists is held against the lists of files beside its entries', async () => {
    const answers = await answersAbout('statusd-info-lists', 'strict');
    expect([...outcomesOf(answers, 'intact'), ...outcomesOf(answers, 'minimal')]).not.toContain('not-applicable');
  });

  test('node-and-jre-by-tarball is not called clean in hardened', async () => {
    const answers = await answersAbout('node-and-jre-by-tarball', 'hardened');
    const known = answers.filter(({ rule }) => rule === 'no-known-vulnerabilities');
    expect(known.map(({ outcome, level }) => `${outcome} ${level}`)).toEqual(['pass error', 'indeterminate warning']);
    expect(known.map(({ message }) => message).join()).toMatch(/2 others are not covered.*Java 21\.0\.1/);
  });
});
