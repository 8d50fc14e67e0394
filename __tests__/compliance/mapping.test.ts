import { describe, expect, test } from '@jest/globals';
import { FRAMEWORKS, requirementsOf } from '../../src/compliance/frameworks.js';
import { REQUIREMENTS, SOURCES } from '../../src/compliance/requirements.js';
import { rules } from '../../src/rules/index.js';
import { nistControls } from '../../src/rules/rule.js';
import { expectDocument } from '../support/held-table.js';

describe('the mapping of rules to requirements', () => {
  test.each(rules.map((rule) => [rule.id, rule] as const))('%s gives evidence toward a control of NIST', (_, rule) => {
    expect(nistControls(rule)).not.toEqual([]);
    const nist = REQUIREMENTS.filter(({ set }) => set === 'nist-800-53').map(({ id }) => id);
    expect(nist).toEqual(expect.arrayContaining([...nistControls(rule)]));
  });

  test('knows every requirement that it names, and names every one that it knows', () => {
    const named = new Set(rules.flatMap(({ controls }) => Object.keys(controls)));
    expect([...named].sort()).toEqual(REQUIREMENTS.map(({ id }) => id).sort());
  });

  test.each(rules.flatMap(({ id, controls }) => Object.entries(controls).map((one) => [id, ...one] as const)))(
    'reasons about %s and %s in one sentence, and claims nothing for the whole',
    (_rule, _requirement, sentence) => {
      expect(sentence).toMatch(/^[A-Z][^.]*\.$/);
      expect(sentence).not.toMatch(/complian|satisf/i);
    },
  );

  test('is written out in full for assessors, each row with its source', async () => {
    const introduction = `# What each rule is evidence toward

Every control, indicator and point that some rule of the gate gives evidence toward, with one sentence of reasoning and the source that publishes the requirement. The mapping of rules to requirements is our own. It is evidence only: whether a requirement is met is decided by the assessor of the whole system. Ids that begin with \`containers/\` or \`govramp/\` are ours, for points that have no number where they are published.

Made from the rules in [\`src/rules\`](../src/rules/index.ts) and [\`requirements.ts\`](../src/compliance/requirements.ts) by \`UPDATE_TABLES=1 npm test -- __tests__/compliance/mapping.test.ts\`, which also holds it.
`;
    const rows = REQUIREMENTS.flatMap(({ id, set, title }) =>
      rules.flatMap(({ id: rule, controls }) => {
        const because = controls[id];
        if (because === undefined) return [];
        return [
          [
            `${id} ${title}`,
            `[\`${rule}\`](rules/${rule}.md)`,
            because,
            `[${SOURCES[set].title}](${SOURCES[set].url})`,
          ],
        ];
      }),
    );
    expect(rows.length).toBe(rules.reduce((sum, { controls }) => sum + Object.keys(controls).length, 0));
    await expectDocument('compliance-mapping.md', introduction, ['requirement', 'rule', 'why', 'source'], rows);
  });

  test('leaves alone the controls that a look at base images says nothing of', () => {
    expect(REQUIREMENTS.filter(({ id }) => /^(SC-|SI-3|SA-11)/.test(id))).toEqual([]);
  });

  test('has a public source for every set', () => {
    for (const { url } of Object.values(SOURCES)) expect(url).toMatch(/^https:\/\//);
    for (const framework of FRAMEWORKS) expect(requirementsOf(framework).length).toBeGreaterThan(20);
  });
});
