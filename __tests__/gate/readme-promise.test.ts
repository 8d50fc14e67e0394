import { readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import type { ImageSource } from '../../src/registry/image-source.js';
import type { Report } from '../../src/reports/report.js';
import { verdictReason } from '../../src/reports/tally.js';
import { asImageRule } from '../../src/rules/rule.js';
import { sbomAttested } from '../../src/rules/sbom-attested.js';
import { sbomComplete } from '../../src/rules/sbom-complete.js';
import { sbomMatchesImage } from '../../src/rules/sbom-matches-image.js';
import { gateRun } from '../support/gate-run.js';
import { attestedSubject } from '../support/image/attested-image.js';
import { makeImage } from '../support/image/image-maker.js';
import { layoutOf } from '../support/image/layout-of.js';
import { spdxDocument } from '../support/image/make-sbom.js';
import { refusedSource } from '../support/registry/refused-source.js';
import { withRunTime } from '../support/run-time.js';

const NAMED = 'allow: [{ image: "demo.example/**", signed: false, reason: ours }]\n';
const FILES = { Dockerfile: 'FROM demo.example/base:1\n' };

async function run(policy: string, given: { files?: Record<string, string>; source?: ImageSource } = {}) {
  const { files = FILES, source = refusedSource() } = given;
  const now = new Date('2026-11-30');
  return await gateRun({ files, policy: `version: 1\n${policy}`, source, now });
}

async function unreadableLayers(): Promise<ImageSource> {
  const layout = await layoutOf({ 'demo.example/base:1': await makeImage() });
  const { blobStream } = refusedSource();
  const own = (name: 'resolveTag' | 'tags') => layout[name].bind(layout);
  return Object.assign(refusedSource(), {
    resolveTag: own('resolveTag'),
    manifest: layout.manifest.bind(layout),
    blob: layout.blob.bind(layout),
    blobStream,
    referrers: layout.referrers.bind(layout),
  });
}

const aboutImages = ({ answers }: Report) => answers.filter(({ image }) => image !== undefined);
const WAIVED = 'waivers: [{ rule: unverified, image: "demo.example/**", reason: r, owner: o, expires: 2026-12-31 }]\n';

/** What the README promises, clause by clause, each with what holds it. */
const CLAUSES: readonly (readonly [clause: string, holds: () => Promise<void>])[] = [
  [
    'No rule answers "pass" because something failed: a registry that does not answer,',
    async () => {
      for (const profile of ['baseline', 'hardened', 'strict']) {
        const answers = aboutImages(await run(`profile: ${profile}\n${NAMED}`));
        expect(answers.map(({ outcome }) => outcome)).toContain('indeterminate');
        expect(answers.filter(({ outcome }) => outcome === 'pass')).toEqual([]);
      }
    },
  ],
  [
    'an SBOM that lists nothing',
    async () => {
      const statement = { predicateType: 'https://spdx.dev/Document', predicate: spdxDocument({ packages: [] }) };
      const subject = await attestedSubject({ statements: [statement], entry: {} });
      for (const rule of [asImageRule(sbomAttested), asImageRule(sbomComplete), asImageRule(sbomMatchesImage)])
        expect([rule.evaluate(subject, rule.presets.strict.options)].flat()).not.toContainEqual(
          expect.objectContaining({ outcome: 'pass' }),
        );
    },
  ],
  [
    "and a build file that can't be read make its answer `indeterminate` or `fail`, at the level that the policy gives the rule.",
    async () => {
      const files = { Dockerfile: 'FORM demo.example/base:1\n' };
      const levelled = async (level: string) =>
        (await run(`${NAMED}rules: { readable-build-file: ${level} }\n`, { files })).answers;
      expect(await levelled('error')).toContainEqual(
        expect.objectContaining({ outcome: 'indeterminate', level: 'error' }),
      );
      expect(await levelled('warning')).toContainEqual(
        expect.objectContaining({ outcome: 'indeterminate', level: 'warning' }),
      );
    },
  ],
  ['An image that was not resolved,', async () => expect((await run(NAMED)).verdict).toBe('indeterminate')],
  [
    'or whose layers could not be read, makes the verdict `indeterminate`;',
    async () => expect((await run(NAMED, { source: await unreadableLayers() })).verdict).toBe('indeterminate'),
  ],
  ['it is a warning in `observe`,', async () => expect((await run(`profile: observe\n${NAMED}`)).verdict).toBe('pass')],
  [
    'in `baseline` for what [neither policy nor catalog names](docs/policy.md#unverified),',
    async () => {
      const files = { Dockerfile: 'FROM unheard.example/base:1\n' };
      expect((await run('profile: baseline\n', { files })).verdict).toBe('pass');
      expect((await run('profile: hardened\n', { files })).verdict).not.toBe('pass');
    },
  ],
  [
    'and where the policy or a waiver accepts it.',
    async () => {
      expect((await run(`unverified: warn\n${NAMED}`)).verdict).toBe('pass');
      expect((await run(`${WAIVED}${NAMED}`)).verdict).toBe('pass');
    },
  ],
  [
    'Every report begins with how many references were fully checked and why others were not,',
    async () =>
      expect(verdictReason(await run(`unverified: warn\n${NAMED}`))).toMatch(
        /^0 of 1 references fully checked; demo\.example did not answer: 1 reference not checked/,
      ),
  ],
  [
    'and a run that takes too long reports what it has.',
    async () => {
      const report = await withRunTime((pass) => {
        const resolveTag = () => {
          pass();
          return new Promise<never>(() => undefined);
        };
        return run(NAMED, { source: { ...refusedSource(), resolveTag } });
      });
      expect(report.limits).toMatchObject([{ name: 'run-ms' }]);
      expect(report.coverage).toMatchObject({ references: 1, unchecked: 1 });
    },
  ],
];

test.each(CLAUSES)('the README promises, and the gate keeps: %s', async (_clause, holds) => {
  await holds();
});

test('the README promises nothing else', () => {
  const readme = readFileSync('README.md', 'utf8');
  expect(readme).toContain(`\n\n${CLAUSES.map(([clause]) => clause).join(' ')}\n\n`);
});
