import { describe, expect, test } from '@jest/globals';
import { optionalField } from '../../src/lib/collections.js';
import type { AllowEntry } from '../../src/policy/policy.js';
import { provenanceAttested } from '../../src/rules/provenance-attested.js';
import type { RuleResult } from '../../src/rules/rule.js';
import type { KeyIdentity, KeylessIdentity } from '../../src/signatures/signer.js';
import { type AttestedOptions, attestedSubject, KEY, OTHER_DIGEST } from '../support/image/attested-image.js';
import {
  buildKitProvenance,
  COMMIT,
  generatorProvenance,
  githubProvenance,
  SLSA_V1,
  SLSA_V02,
} from '../support/signing/make-provenance.js';

const REPOSITORY = 'https://github.com/acme/images';
const OWN_WORKFLOW: KeylessIdentity = {
  kind: 'keyless',
  issuer: 'https://token.actions.githubusercontent.com',
  subject: `${REPOSITORY}/.github/workflows/release.yml@refs/heads/main`,
  sourceRepository: REPOSITORY,
  runnerEnvironment: 'github-hosted',
};
const REUSABLE = {
  ...OWN_WORKFLOW,
  subject: 'https://github.com/acme/builders/.github/workflows/build.yml@refs/tags/v1',
};
const GENERATOR = { ...OWN_WORKFLOW, subject: generatorProvenance().builder.id };
const MAIL: KeylessIdentity = { kind: 'keyless', issuer: 'https://accounts.google.com', subject: 'dev@acme.com' };

async function answer(options: AttestedOptions, minLevel = 1): Promise<RuleResult> {
  const [result] = [
    provenanceAttested.evaluate(await attestedSubject(options), { 'min-level': minLevel, unpublished: 'warning' }),
  ].flat();
  if (result === undefined) throw new Error('the rule said nothing');
  return result;
}

const github = (
  signer: AttestedOptions['statements'][number]['signer'] = OWN_WORKFLOW,
  predicate = githubProvenance(),
) => ({
  statements: [{ predicateType: SLSA_V1, predicate, ...optionalField('signer', signer) }],
});

const BY_REUSABLE = githubProvenance({ builder: REUSABLE.subject });
const namedBuilder = (builder: string): Partial<AllowEntry> => ({ provenance: { builder } });

describe('the build level follows from what the signature proves', () => {
  test.each<[string, AttestedOptions, number, string]>([
    ["the repository's own workflow", github(), 2, 'not level 3'],
    [
      'a reusable workflow that the entry names as builder',
      { ...github(REUSABLE, BY_REUSABLE), entry: namedBuilder(REUSABLE.subject) },
      3,
      'reusable workflow',
    ],
    [
      'a reusable workflow of a repository that the entry names as builder',
      { ...github(REUSABLE, BY_REUSABLE), entry: namedBuilder('https://github.com/acme/builders/**') },
      3,
      'reusable workflow',
    ],
    ['a reusable workflow that no entry names', github(REUSABLE), 2, 'does not name it'],
    [
      'a reusable workflow of any repository of an owner',
      { ...github(REUSABLE), entry: namedBuilder('https://github.com/acme/**') },
      2,
      'does not name it',
    ],
    [
      "the repository's own workflow, in other letter case",
      github({ ...OWN_WORKFLOW, sourceRepository: 'https://github.com/Acme/Images' }),
      2,
      'not level 3',
    ],
    [
      'a reusable workflow on a runner of their own',
      {
        ...github({ ...REUSABLE, runnerEnvironment: 'self-hosted' }, BY_REUSABLE),
        entry: namedBuilder(REUSABLE.subject),
      },
      2,
      'self-hosted runner',
    ],
    [
      'slsa-github-generator',
      { statements: [{ predicateType: SLSA_V02, predicate: generatorProvenance(), signer: GENERATOR }] },
      3,
      'separate jobs',
    ],
    [
      'who only names the generator as its builder',
      { statements: [{ predicateType: SLSA_V02, predicate: generatorProvenance(), signer: OWN_WORKFLOW }] },
      2,
      'not level 3',
    ],
    ['a person', github(MAIL), 1, 'not level 2'],
    [
      'a key',
      { statements: [{ predicateType: SLSA_V1, predicate: githubProvenance() }] },
      1,
      'only the build platform has that key',
    ],
    [
      'BuildKit outside CI',
      { statements: [{ predicateType: SLSA_V02, predicate: buildKitProvenance() }] },
      0,
      'names no builder',
    ],
  ])('%s', async (_name, options, level, step) => {
    expect(await answer(options, level)).toMatchObject({
      outcome: 'pass',
      message: expect.stringContaining(`build level ${level}`),
    });
    expect((await answer(options, level)).details?.join('\n')).toContain(step);
    if (level < 3)
      expect(await answer(options, level + 1)).toMatchObject({
        outcome: 'fail',
        message: expect.stringContaining(`${level + 1} is required`),
      });
  });

  test("a key that the policy knows as the builder's supports level 2", async () => {
    const statements = [{ predicateType: SLSA_V02, predicate: buildKitProvenance('https://builds.acme.com/1') }];
    const entry = { provenance: { builder: 'https://builds.acme.com/*' } };
    expect(await answer({ statements, entry }, 2)).toMatchObject({ outcome: 'pass' });
  });
});

describe('builder and source are those of the allow entry', () => {
  test.each([
    [{ builder: 'https://github.com/acme/**', source: REPOSITORY, minLevel: 2 }, 'pass', 'Built by'],
    [{ source: 'git+https://github.com/acme/images.git' }, 'pass', 'Built by'],
    [{ source: 'https://github.com/Acme/Images/' }, 'pass', 'Built by'],
    [{ source: 'https://github.com/ACME/*' }, 'pass', 'Built by'],
    [{ source: 'https://github.com/Acme/Image' }, 'fail', 'its source is'],
    [{ source: 'https://github.com/acme/*' }, 'pass', 'Built by'],
    [{ builder: 'https://github.com/other/**' }, 'fail', 'its builder is'],
    [{ source: 'https://github.com/acme/other' }, 'fail', 'its source is'],
    [{ minLevel: 3 }, 'fail', '3 is required'],
  ])('%j: %s', async (provenance, outcome, reason) => {
    expect(await answer({ ...github(), entry: { provenance } })).toMatchObject({
      outcome,
      message: expect.stringContaining(reason),
    });
  });

  describe('the source that is asked for is the one that the certificate proves', () => {
    const SECURE = 'https://github.com/acme/secure';
    const FROM_PLAYGROUND: KeylessIdentity = {
      ...OWN_WORKFLOW,
      subject: 'https://github.com/acme/playground/.github/workflows/x.yml@refs/heads/main',
      sourceRepository: 'https://github.com/acme/playground',
    };
    const claims = (buildType: string, signer: KeylessIdentity | KeyIdentity) => {
      const predicate = githubProvenance({ repository: SECURE, builder: FROM_PLAYGROUND.subject });
      const buildDefinition = { ...predicate.buildDefinition, buildType };
      return { statements: [{ predicateType: SLSA_V1, predicate: { ...predicate, buildDefinition }, signer }] };
    };
    const entry = { provenance: { source: SECURE } };
    const BUILD_TYPES = [
      'https://actions.github.io/buildtypes/workflow/v1',
      'https://actions.github.io/Buildtypes/workflow/v1',
      'https://mobyproject.org/buildkit@v1',
      'x',
    ];

    test.each(BUILD_TYPES)('whatever the build type: %s', async (buildType) => {
      expect(await answer({ ...claims(buildType, FROM_PLAYGROUND), entry })).toMatchObject({
        outcome: 'fail',
        message: expect.stringContaining("the signer's certificate is for https://github.com/acme/playground"),
      });
      const honest = { ...FROM_PLAYGROUND, sourceRepository: SECURE };
      expect(await answer({ ...claims(buildType, honest), entry })).toMatchObject({ outcome: 'pass' });
    });

    test('and a signature of it speaks for a document that others signed too', async () => {
      const [other] = claims('x', { ...FROM_PLAYGROUND, sourceRepository: SECURE }).statements;
      const [own] = claims('x', FROM_PLAYGROUND).statements;
      if (own === undefined || other === undefined) throw new Error('no statement');
      for (const statements of [
        [own, other],
        [other, own],
      ]) {
        expect(await answer({ statements, entry })).toMatchObject({ outcome: 'pass' });
      }
    });

    test('a key proves no source, so its word counts', async () => {
      expect(await answer({ ...claims('x', KEY), entry })).toMatchObject({ outcome: 'pass' });
    });
  });

  test('a path that climbs out of the pattern does not match', async () => {
    const repository = 'https://github.com/acme/../evil/images';
    const options = github(MAIL, githubProvenance({ repository, builder: `${repository}/b.yml@x` }));
    const entry = { provenance: { builder: 'https://github.com/acme/**', source: 'https://github.com/acme/**' } };
    const { outcome, message: reason } = await answer({ ...options, entry });
    expect(outcome).toBe('fail');
    expect(reason).toContain('its builder is');
    expect(reason).toContain('its source is https://github.com/evil/images');
  });

  describe('a builder that the certificate does not confirm', () => {
    const BUILDER = 'https://github.com/acme/builders/.github/workflows/build.yml@refs/tags/v1';
    const EVIL: KeylessIdentity = {
      ...OWN_WORKFLOW,
      subject: 'https://github.com/acme/playground/.github/workflows/any.yml@refs/heads/x',
      sourceRepository: 'https://github.com/acme/playground',
    };
    const claimed = (builder: string, signer: KeylessIdentity) => {
      const { buildDefinition, runDetails } = githubProvenance({ builder });
      const predicate = {
        runDetails,
        buildDefinition: { ...buildDefinition, buildType: 'https://example.com/own/v1' },
      };
      return { statements: [{ predicateType: SLSA_V1, predicate, signer }] };
    };

    test.each([
      ['a workflow', BUILDER, BUILDER],
      ['a run', 'https://github.com/acme/builders/actions/runs/1', 'https://github.com/acme/builders/**'],
      ['a workflow, by a pattern', BUILDER, 'https://github.com/acme/builders/**'],
    ])('does not count where the entry asks for it: %s', async (_name, builder, wanted) => {
      const entry = { provenance: { builder: wanted } };
      expect(await answer({ ...claimed(builder, EVIL), entry })).toMatchObject({
        outcome: 'fail',
        message: expect.stringContaining(
          `it names the builder ${builder}, but the signer's certificate is for ${EVIL.subject}`,
        ),
      });
    });

    test.each<[string, string, KeylessIdentity, string]>([
      ['its own workflow', OWN_WORKFLOW.subject, OWN_WORKFLOW, OWN_WORKFLOW.subject],
      ['its own run', `${REPOSITORY}/actions/runs/1`, OWN_WORKFLOW, `${REPOSITORY}/actions/**`],
      ['the workflow that called a signer', BUILDER, { ...EVIL, workflow: BUILDER }, BUILDER],
      ['one of those that are allowed', BUILDER, EVIL, 'https://github.com/acme/**'],
      ['what slsa-github-generator vouches for', BUILDER, { ...EVIL, subject: GENERATOR.subject }, BUILDER],
      ['a builder elsewhere', 'https://builds.acme.com/1', EVIL, 'https://builds.acme.com/*'],
    ])('counts where it does: %s', async (_name, builder, signer, wanted) => {
      const entry = { provenance: { builder: wanted } };
      expect(await answer({ ...claimed(builder, signer), entry })).toMatchObject({ outcome: 'pass' });
    });

    test('the signature that confirms it speaks for a document that others signed too', async () => {
      const [statement] = claimed(BUILDER, EVIL).statements;
      if (statement === undefined) throw new Error('no statement');
      const other = { ...statement, signer: { ...EVIL, subject: BUILDER, runnerEnvironment: 'self-hosted' } };
      const entry = { provenance: { builder: BUILDER } };
      for (const statements of [
        [statement, other],
        [other, statement],
      ]) {
        expect(await answer({ statements, entry })).toMatchObject({ outcome: 'pass' });
      }
    });
  });

  test('provenance without builder and source does not count where they are asked for', async () => {
    const { metadata: _, ...bare } = buildKitProvenance();
    const entry = { provenance: { builder: 'https://github.com/acme/**', source: REPOSITORY, minLevel: 0 } };
    const result = await answer({ statements: [{ predicateType: SLSA_V02, predicate: bare }], entry });
    expect(result).toMatchObject({
      outcome: 'fail',
      message: expect.stringMatching(/names no builder.*names no source/),
    });
  });

  test('the one with the fewest faults is reported, of several that do not count', async () => {
    const good = { predicateType: SLSA_V1, predicate: githubProvenance(), signer: OWN_WORKFLOW };
    const bad = { predicateType: SLSA_V02, predicate: buildKitProvenance() };
    const entry = { provenance: { builder: 'https://github.com/acme/**', source: REPOSITORY } };
    for (const statements of [
      [bad, good],
      [good, bad],
    ]) {
      const { outcome, message: reason } = await answer({ statements, entry }, 3);
      expect(outcome).toBe('fail');
      expect(reason).not.toContain('names no builder');
      expect(reason).toContain('3 is required');
    }
  });

  test('one that counts among several is enough', async () => {
    const statements = [
      { predicateType: SLSA_V02, predicate: buildKitProvenance() },
      { predicateType: SLSA_V1, predicate: githubProvenance(), signer: OWN_WORKFLOW },
    ];
    expect(await answer({ statements, entry: { provenance: { source: REPOSITORY } } }, 2)).toMatchObject({
      outcome: 'pass',
    });
  });
});

describe('never passes', () => {
  test.each<[string, AttestedOptions, string, string]>([
    ['with nothing', { statements: [] }, 'fail', 'no signed provenance'],
    ['unsigned', github(null), 'fail', 'unsigned'],
    [
      'about another image',
      {
        statements: [
          { predicateType: SLSA_V1, predicate: githubProvenance(), subjects: [{ sha256: OTHER_DIGEST.slice(7) }] },
        ],
      },
      'fail',
      'no signed provenance',
    ],
    [
      'of another version',
      { statements: [{ predicateType: 'https://slsa.dev/provenance/v0.1', predicate: {} }] },
      'fail',
      'v0.1',
    ],
    ['malformed', { statements: [{ predicateType: SLSA_V1, predicate: [] }] }, 'indeterminate', 'not an object'],
    [
      'of another type under this one',
      { statements: [{ predicateType: SLSA_V1, predicate: { packages: [] } }] },
      'indeterminate',
      'no buildDefinition',
    ],
    [
      'of another repository than the certificate is for',
      github(OWN_WORKFLOW, githubProvenance({ repository: 'https://github.com/acme/other' })),
      'fail',
      "signer's certificate is for",
    ],
    [
      'built in the future',
      github(OWN_WORKFLOW, githubProvenance({ finishedOn: '2030-01-01T00:00:00Z' })),
      'fail',
      'in the future',
    ],
  ])('%s', async (_name, options, outcome, reason) => {
    expect(await answer(options)).toMatchObject({
      outcome,
      message: expect.stringContaining(reason),
      fix: expect.any(String),
    });
  });
});

test('unsigned provenance counts at level 1 where the entry allows unsigned attestations', async () => {
  const options = { ...github(null), entry: { unsignedAttestations: 'allow' as const } };
  expect(await answer(options)).toMatchObject({
    outcome: 'pass',
    message: expect.stringContaining('unsigned'),
  });
  expect(await answer(options, 2)).toMatchObject({ outcome: 'fail' });
});

test('an image that no allow entry governs is asked for nothing but the level', async () => {
  const subject = { ...(await attestedSubject(github())), verifiedBy: null };
  expect(provenanceAttested.evaluate(subject, { 'min-level': 2, unpublished: 'warning' })).toMatchObject({
    outcome: 'pass',
  });
  expect(provenanceAttested.evaluate(subject, { 'min-level': 3, unpublished: 'warning' })).toMatchObject({
    outcome: 'fail',
  });
});

describe('what is reported of a build', () => {
  const V1_TYPE = 'build type https://actions.github.io/buildtypes/workflow/v1';

  test('is from which commit of which repository, and what the statement is over', async () => {
    const { message: reason } = await answer(github());
    expect(reason).toContain(` from ${REPOSITORY} at ${COMMIT}, SLSA build level 2, for the platform's manifest`);
    const [statement] = github().statements;
    if (statement === undefined) throw new Error('no statement');
    const ofIndex = await answer({ statements: [{ ...statement, on: 'index' }] });
    expect(ofIndex.message).toContain('for the index');
  });

  test('is its run, and where the source was read', async () => {
    const { details } = await answer(github());
    expect(details).toContain(`run ${REPOSITORY}/actions/runs/1/attempts/1`);
    expect(details?.filter((line) => line.startsWith('source as in '))).toHaveLength(1);
  });

  test('is one time where the builder gives one, and none where it gives none', async () => {
    const finished = await answer(github(OWN_WORKFLOW, githubProvenance({ finishedOn: '2026-05-01T10:05:00Z' })));
    expect(finished.details).toContain(`${V1_TYPE}, 2026-05-01T10:05:00Z, 1 material`);
    expect((await answer(github())).details).toContain(`${V1_TYPE}, 1 material`);
  });

  test('is no more than the document says', async () => {
    const { buildDefinition, runDetails } = githubProvenance();
    const predicate = {
      buildDefinition: { buildType: buildDefinition.buildType, externalParameters: {} },
      runDetails: { builder: runDetails.builder },
    };
    const { message: reason, details } = await answer({
      statements: [{ predicateType: SLSA_V1, predicate, signer: MAIL }],
    });
    expect(reason).toContain(`Built by ${runDetails.builder.id}, SLSA build level 1`);
    const [first, second, ...reasoning] = details ?? [];
    expect([first, second]).toEqual([
      expect.stringContaining(`${runDetails.builder.id}, SLSA build`),
      `${V1_TYPE}, 0 materials`,
    ]);
    expect(reasoning.join('\n')).toMatch(/^level 1/);
  });
});

test('times, build type, parameters and materials are reported', async () => {
  const { details } = await answer({ statements: [{ predicateType: SLSA_V02, predicate: buildKitProvenance() }] }, 0);
  expect(details?.join('\n')).toContain(
    'build type https://mobyproject.org/buildkit@v1, 2026-05-01T10:00:00Z to 2026-05-01T10:05:00Z, 2 materials',
  );
  expect(details).toContain('parameters frontend, args');
});
