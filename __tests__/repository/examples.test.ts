import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, test } from '@jest/globals';
import { z } from 'zod';
import { check } from '../../src/cli/check.js';
import { rules } from '../../src/rules/index.js';
import { runCommand } from '../support/process/run-command.js';

const root = fileURLToPath(new URL('../..', import.meta.url));

const answerShape = z.object({ rule: z.string(), outcome: z.string(), level: z.string() });

/** What the tests read of `check --format json`. */
const reportShape = z.object({
  verdict: z.string(),
  uses: z.array(z.object({ id: z.string(), file: z.string(), images: z.array(z.string()).default([]) })),
  images: z.array(
    z.object({ id: z.string(), answers: z.array(answerShape.extend({ uses: z.array(z.string()).optional() })) }),
  ),
  answers: z.array(answerShape.extend({ use: z.string().optional(), location: z.object({ file: z.string() }) })),
});

/** The outcomes of every rule, by file; those about the whole change under ''. */
async function outcomes(...args: readonly string[]) {
  const { stdout } = await runCommand(check, root, ...args, '--all-files', '--format', 'json');
  const report = reportShape.parse(JSON.parse(stdout));
  const files = new Map(report.uses.map(({ id, file }) => [id, file]));
  const images = new Map(report.images.map(({ id, answers }) => [id, answers]));
  return [
    ...report.answers.map(({ location, use, ...answer }) => ({
      ...answer,
      file: files.get(use ?? '') ?? (answer.rule === 'policy-unchanged' ? '' : location.file),
    })),
    ...report.uses.flatMap(({ id: use, file, images: ids }) =>
      ids.flatMap((id) =>
        (images.get(id) ?? [])
          .filter(({ uses }) => uses?.includes(use) ?? true)
          .map(({ uses: _uses, ...answer }) => ({ ...answer, file })),
      ),
    ),
  ];
}

type Outcomes = Awaited<ReturnType<typeof outcomes>>;
const rulesWith = (all: Outcomes, of: string, ...wanted: readonly string[]): readonly string[] => [
  ...new Set(all.filter(({ file, outcome }) => file === of && wanted.includes(outcome)).map(({ rule }) => rule)),
];

/** What can't go wrong alone: without the first, the others have nothing to look at; a frontend is not in the layout. */
const TOGETHER: Readonly<Record<string, readonly string[]>> = {
  'known-reference': ['known-reference', 'overridable-base', 'unverified'],
  'allowed-frontend': ['allowed-frontend', 'unverified'],
  'sbom-attested': ['sbom-attested', 'sbom-complete', 'sbom-matches-image'],
};
const COMPARING = ['no-new-vulnerabilities', 'policy-unchanged'];
const ALONE = rules.map(({ id }) => id).filter((id) => !COMPARING.includes(id));

let shown: Outcomes;
let unchanged: Outcomes;
let changed: Outcomes;
beforeAll(async () => {
  shown = await outcomes('examples/rules');
  unchanged = await outcomes('examples/rules', '--base', 'examples/rules');
  changed = await outcomes('examples/change', '--base', 'examples/rules');
});

describe('examples/rules', () => {
  test('has a file for each rule, and for nothing else', () => {
    const files = readdirSync(`${root}/examples/rules/fails`).sort();
    expect(files).toEqual(ALONE.map((id) => `${id}.Dockerfile`).sort());
  });

  test.each(ALONE)('shows %s failing, and no other rule', (id) => {
    const failing = rulesWith(shown, `fails/${id}.Dockerfile`, 'fail', 'indeterminate');
    expect([...failing].sort()).toEqual(TOGETHER[id] ?? [id]);
    expect(shown).toContainEqual(
      expect.objectContaining({
        rule: id,
        file: `fails/${id}.Dockerfile`,
        level: expect.stringMatching(/^(?:error|warning)$/),
      }),
    );
  });

  test('shows every rule passing in one file', () => {
    expect(rulesWith(unchanged, 'Dockerfile', 'fail', 'indeterminate', 'skipped')).toEqual([]);
    const passing = [...rulesWith(unchanged, 'Dockerfile', 'pass'), ...rulesWith(unchanged, '', 'pass')];
    expect(passing.sort()).toEqual(rules.map(({ id }) => id).sort());
  });
});

describe('examples/change', () => {
  test('shows the rules that compare failing', () => {
    expect(rulesWith(changed, '', 'fail')).toEqual(['policy-unchanged']);
    expect(rulesWith(changed, 'Dockerfile', 'fail')).toEqual(['no-known-vulnerabilities', 'no-new-vulnerabilities']);
  });

  test('is evaluated by the policy of its base', () => {
    expect(changed.filter(({ rule }) => rule === 'distroless').map(({ level }) => level)).toContain('error');
  });
});
