import { describe, expect, test } from '@jest/globals';
import { ruleOptions } from '../../src/policy/rule-options.js';
import { strictnessOf } from '../../src/policy/strictness.js';
import { rules } from '../../src/rules/index.js';
import type { ProfileColumn } from '../../src/rules/rule.js';

const COLUMNS: readonly ProfileColumn[] = ['baseline', 'hardened', 'hardened-build', 'strict'];
const FILES = ['final', 'build', 'copy', 'frontend'];
const ALL = [...FILES, 'run'];
const BUILT_ON = ['final', 'build', 'copy'];
const IMAGES = [...BUILT_ON, 'run'];

/** What the profiles promise: a rule's level in each, the roles it is asked of, and what it must see to answer. */
const PROMISED: readonly (readonly [id: string, levels: string, roles: readonly string[], evidence: string])[] = [
  ['readable-build-file', 'error error error error', FILES, ''],
  ['known-reference', 'warning error error error', ALL, ''],
  ['denied-base', 'error error error error', ALL, ''],
  ['allowed-base', 'warning error warning error', IMAGES, ''],
  ['allowed-frontend', 'warning error error error', ['frontend'], ''],
  ['pinned-by-digest', 'note error warning error', IMAGES, ''],
  ['overridable-base', 'note warning note error', BUILT_ON, ''],
  ['current', 'note warning note warning', ALL, 'tag'],
  ['signature-verified', 'error error error error', IMAGES, 'image signatures'],
  ['sbom-attested', 'note error off error', IMAGES, 'image sbom'],
  ['provenance-attested', 'note error off error', IMAGES, 'image provenance'],
  ['sbom-complete', 'off warning off error', IMAGES, 'image sbom'],
  ['sbom-matches-image', 'off warning off error', IMAGES, 'image sbom packages apko'],
  ['distroless', 'off error off error', ['final'], 'image filesystem'],
  ['non-root', 'warning error off error', ['final'], 'image filesystem'],
  ['minimal', 'off warning off error', ['final'], 'image filesystem packages ownership'],
  ['hardened-configuration', 'off warning off error', ['final'], 'image filesystem'],
  ['intact', 'off warning off error', ['final'], 'image filesystem packages ownership'],
  ['no-secrets', 'warning error warning error', IMAGES, 'image filesystem packages ownership'],
  ['from-wolfi', 'off error off error', IMAGES, 'image filesystem packages apko'],
  ['fresh', 'note warning off error', IMAGES, 'image signatures statements timestamps'],
  ['supported', 'warning error warning error', IMAGES, 'image filesystem packages'],
  ['no-known-vulnerabilities', 'warning error warning error', IMAGES, 'image packages sbom vulnerabilities'],
  ['no-new-vulnerabilities', 'off off off off', BUILT_ON, 'image packages sbom vulnerabilities'],
  ['policy-unchanged', 'note note note note', FILES, ''],
];

/** The options that differ from profile to profile, in the order of the columns. */
const OPTIONS: readonly (readonly [id: string, option: string, values: readonly unknown[]])[] = [
  ['allowed-frontend', 'allow', Array(4).fill(['docker.io/docker/dockerfile'])],
  ['allowed-frontend', 'pinned', [true, true, true, true]],
  ['current', 'newer-patch', [true, true, true, true]],
  ['signature-verified', 'unverifiable-publisher', ['note', 'error', 'note', 'error']],
  ['sbom-attested', 'unpublished', ['note', 'warning', 'warning', 'error']],
  ['provenance-attested', 'min-level', [1, 1, 1, 2]],
  ['provenance-attested', 'unpublished', ['note', 'warning', 'warning', 'error']],
  ['distroless', 'shell', ['warning', 'warning', 'warning', 'error']],
  ['distroless', 'languagePackageManager', ['note', 'warning', 'note', 'error']],
  ['non-root', 'numeric', [false, false, false, false]],
  ['minimal', 'maxPackages', [150, 150, 150, 75]],
  ['minimal', 'maxMegabytes', [300, 300, 300, 150]],
  ['minimal', 'maxFiles', [20_000, 20_000, 20_000, 10_000]],
  ['minimal', 'maxUnownedFiles', [500, 500, 500, 50]],
  ['hardened-configuration', 'allowFiles', Array(4).fill([])],
  ['hardened-configuration', 'allowCapabilities', Array(4).fill(['cap_net_bind_service'])],
  ['hardened-configuration', 'denyPorts', Array(4).fill([22, 23, 2375, 2376, 3389, 5900])],
  ['no-secrets', 'allowFiles', Array(4).fill([])],
  ['no-secrets', 'allowVariables', Array(4).fill([])],
  ['fresh', 'maxAge', ['30d', '30d', '30d', '7d']],
  ['no-known-vulnerabilities', 'severity', ['high', 'high', 'exploited', 'any']],
  ['no-known-vulnerabilities', 'fixable', [true, true, true, false]],
  ['no-known-vulnerabilities', 'grace', ['0d', '7d', '0d', '0d']],
  ['no-known-vulnerabilities', 'rest', ['note', 'warning', 'note', 'error']],
  ['no-known-vulnerabilities', 'maxAge', Array(4).fill('14d')],
  ['no-known-vulnerabilities', 'uncovered', ['note', 'warning', 'note', 'error']],
  ['no-known-vulnerabilities', 'acceptUncovered', Array(4).fill([])],
  ['no-new-vulnerabilities', 'severity', Array(4).fill('any')],
  ['no-new-vulnerabilities', 'fixable', Array(4).fill(false)],
  ['no-new-vulnerabilities', 'grace', Array(4).fill('0d')],
];

const LEVELS_UP = ['off', 'note', 'warning', 'error'];
const RATINGS = ['none', 'low', 'medium', 'high', 'critical'];
const SEVERITIES = ['exploited', 'critical', 'high', 'medium', 'low', 'any'];

/** Which way each option may be changed by a policy that extends another. */
const STRICTER: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  'readable-build-file': { unreferenced: LEVELS_UP },
  'allowed-frontend': { allow: 'fewer', pinned: 'true' },
  current: { 'newer-patch': 'true' },
  'signature-verified': { 'unverifiable-publisher': LEVELS_UP },
  'sbom-attested': { unpublished: LEVELS_UP },
  'provenance-attested': { 'min-level': 'higher', unpublished: LEVELS_UP },
  'sbom-complete': {
    ...Object.fromEntries(
      ['author', 'signature', 'format', 'context', 'timestamp', 'tool', 'sbom-version'].map((name) => [
        name,
        ['optional', 'required'],
      ]),
    ),
    ...Object.fromEntries(
      ['producer', 'name', 'version', 'identifier', 'hash', 'hash-algorithm', 'license', 'relationship'].map((name) => [
        name,
        'higher',
      ]),
    ),
  },
  licenses: { allow: 'fewer', deny: 'more', unknown: LEVELS_UP },
  distroless: { shell: LEVELS_UP, 'language-package-manager': LEVELS_UP },
  'non-root': { numeric: 'true' },
  minimal: { 'max-packages': 'lower', 'max-megabytes': 'lower', 'max-files': 'lower', 'max-unowned-files': 'lower' },
  'hardened-configuration': { 'allow-files': 'fewer', 'allow-capabilities': 'fewer', 'deny-ports': 'more' },
  'no-secrets': { 'allow-files': 'fewer', 'allow-variables': 'fewer' },
  fresh: { 'max-age': 'lower' },
  supported: { 'last-days': undefined },
  'no-known-vulnerabilities': {
    severity: SEVERITIES,
    fixable: 'false',
    grace: 'lower',
    'max-age': 'lower',
    rest: LEVELS_UP,
    uncovered: ['note', 'warning', 'error'],
    'accept-uncovered': 'fewer',
    'require-unfixed-data': 'true',
    unrated: RATINGS,
  },
  'no-new-vulnerabilities': {
    severity: SEVERITIES,
    fixable: 'false',
    grace: 'lower',
    'max-age': 'lower',
    unrated: RATINGS,
  },
};

const ruleOf = (id: string) => {
  const rule = rules.find((one) => one.id === id);
  if (rule === undefined) throw new Error(`there is no rule ${id}`);
  return rule;
};

describe('what the profiles promise', () => {
  // A rule that is added has its levels in its own test.
  test('is promised of rules that exist, in their order', () => {
    const promised = new Set(PROMISED.map(([id]) => id));
    expect(rules.map(({ id }) => id).filter((id) => promised.has(id))).toEqual([...promised]);
  });

  test('only five rules are asked of images that are run, unless the policy says otherwise', () => {
    const levels = rules.flatMap(({ id, runLevels }) =>
      runLevels === undefined ? [] : [[id, Object.values(runLevels).join(' ')]],
    );
    expect(Object.fromEntries(levels)).toEqual({
      'known-reference': 'note note note',
      'denied-base': 'error error error',
      'allowed-base': 'note warning warning',
      'pinned-by-digest': 'note note warning',
      'signature-verified': 'note warning warning',
    });
  });

  test.each(PROMISED)('%s has the levels %s', (id, levels, roles, evidence) => {
    const rule = ruleOf(id);
    expect(COLUMNS.map((column) => rule.presets[column].level).join(' ')).toBe(levels);
    expect(rule.roles).toEqual(roles);
    expect(rule.subject === 'image' ? rule.evidence.join(' ') : '').toBe(evidence);
  });

  test.each(OPTIONS)('%s has for %s %j', (id, option, values) => {
    const { presets } = ruleOf(id);
    expect(COLUMNS.map((column) => presets[column].options)).toMatchObject(
      values.map((value) => ({ [option]: value })),
    );
  });

  test.each(rules.map((rule) => [rule.id, rule] as const))(
    '%s takes its own presets, and nothing else',
    (_id, rule) => {
      for (const column of COLUMNS) {
        const { options } = rule.presets[column];
        expect(rule.options.parse(options)).toEqual(options);
        expect(rule.options.safeParse({ ...(options as object), unheard: 1 }).success).toBe(false);
      }
    },
  );

  test.each(rules.map((rule) => [rule.id, rule] as const))(
    'of %s, which way its options may be tightened',
    (id, rule) => {
      const { shape } = ruleOptions(rule);
      const directions = Object.entries(shape).map(([option, schema]) => [option, strictnessOf(schema)]);
      expect(Object.fromEntries(directions)).toEqual(STRICTER[id] ?? {});
    },
  );

  test('comes in the order of what a rule looks at: files, uses, images, the change', () => {
    const order = ['file', 'use', 'image', 'change'];
    const asked = rules.map(({ subject }) => order.indexOf(subject));
    expect(asked).toEqual(asked.toSorted((a, b) => a - b));
  });

  test('only what ages without anybody’s doing is forgiven where it is inherited', () => {
    const aging = rules.filter((rule) => rule.subject === 'image' && rule.ages).map(({ id }) => id);
    expect(aging).toEqual(['current', 'fresh', 'supported', 'no-known-vulnerabilities']);
    const comparing = rules.filter((rule) => rule.subject === 'image' && rule.comparesWithBase === true);
    expect(comparing.map(({ id }) => id)).toEqual(['no-new-vulnerabilities']);
    const askedAgain = rules.filter((rule) => rule.subject === 'image' && rule.comparesWithNewer === true);
    expect(askedAgain.map(({ id }) => id)).toEqual(['no-known-vulnerabilities', 'no-new-vulnerabilities']);
  });
});
