import { describe, expect, test } from '@jest/globals';
import { FRAMEWORKS, requirementsOf } from '../../src/compliance/frameworks.js';
import { MAPPING } from '../../src/compliance/mapping.js';
import { REQUIREMENTS, SOURCES } from '../../src/compliance/requirements.js';
import { rules } from '../../src/rules/index.js';

describe('the mapping of rules to requirements', () => {
  test.each(rules.map((rule) => [rule.id, rule] as const))(
    '%s names the NIST controls that it has there',
    (id, rule) => {
      const nist = REQUIREMENTS.filter(({ set }) => set === 'nist-800-53').map((requirement) => requirement.id);
      const mapped = Object.keys(MAPPING[id] ?? {}).filter((requirement) => nist.includes(requirement));
      expect([...rule.controls].sort()).toEqual(mapped.sort());
      expect(mapped).not.toEqual([]);
    },
  );

  test('knows every requirement that it names, and names every one that it knows', () => {
    const named = new Set(Object.values(MAPPING).flatMap((requirements) => Object.keys(requirements)));
    expect([...named].sort()).toEqual(REQUIREMENTS.map(({ id }) => id).sort());
  });

  test('gives one sentence of reasoning each, and claims nothing for the whole', () => {
    for (const sentence of Object.values(MAPPING).flatMap((requirements) => Object.values(requirements))) {
      expect(sentence).toMatch(/^[A-Z][^.]*\.$/);
      expect(sentence).not.toMatch(/complian|satisf/i);
    }
  });

  test('leaves alone the controls that a look at base images says nothing of', () => {
    expect(REQUIREMENTS.filter(({ id }) => /^(SC-|SI-3|SA-11)/.test(id))).toEqual([]);
  });

  test('has a public source for every set', () => {
    for (const { url } of Object.values(SOURCES)) expect(url).toMatch(/^https:\/\//);
    for (const framework of FRAMEWORKS) expect(requirementsOf(framework).length).toBeGreaterThan(20);
  });
});
