import { generateKeyPairSync } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import { formatProblem } from '../../src/policy/problem.js';
import { formatPlatform } from '../../src/references/platform.js';
import { loadPolicyText, policyProblems, validPolicy } from '../support/load-policy-text.js';

/** What `catalog: verified` trusts: a publisher that is added to the catalog is added here as well. */
const VERIFIED = ['chainguard', 'distroless', 'docker-hardened', 'minimus'];

const { publicKey, privateKey } = generateKeyPairSync('ec', {
  namedCurve: 'P-256',
  publicKeyEncoding: { type: 'spki', format: 'pem' },
  privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
});

describe('a valid policy', () => {
  test('is resolved against catalog and key files', async () => {
    const policy = await validPolicy(
      [
        'version: 1',
        'profile: hardened',
        'allow:',
        '  - catalog: chainguard',
        '  - catalog: chainguard-organization',
        '    with: { organization: acme.com, identities: ["https://issuer.enforce.dev/0123/4567"] }',
        '  - image: registry.example.com/base/**',
        '    require: 2',
        '    authorities:',
        '      - keyless: { issuer: https://token.actions.githubusercontent.com, subject: https://github.com/acme/images/.github/workflows/release.yml@refs/heads/main }',
        '      - key: { file: .github/keys/base.pub, log: ignored }',
        '        signature-repository: registry.example.com/signatures',
        '    provenance: { builder: https://github.com/acme/**, min-level: 2 }',
        '    attestations: { unsigned: allow }',
        '    no-packages: allow',
        '  - image: ghcr.io/acme/legacy',
        '    signed: false',
        '    reason: built before signing',
        '  - image: gcr.io/distroless/static:nonroot',
        'deny:',
        '  - { image: "docker.io/bitnamilegacy/**", reason: no longer maintained }',
      ].join('\n'),
      { files: { '.github/keys/base.pub': publicKey } },
    );
    expect(policy.profile).toBe('hardened');
    const [chainguard, organization, base, legacy, distroless] = policy.allow;
    expect(chainguard).toMatchObject({ pattern: 'cgr.dev/chainguard/*', publisher: 'chainguard', wolfi: true });
    expect(organization).toMatchObject({
      pattern: 'cgr.dev/acme.com/**',
      authorities: [
        { kind: 'keyless', issuer: 'https://issuer.enforce.dev', subject: 'https://issuer.enforce.dev/0123/4567' },
      ],
    });
    expect(base).toMatchObject({
      name: 'allow[2]',
      require: 2,
      authorities: [
        { kind: 'keyless' },
        {
          kind: 'key',
          name: '.github/keys/base.pub',
          pem: publicKey,
          log: 'ignored',
          signatureRepository: 'registry.example.com/signatures',
        },
      ],
      provenance: { builder: 'https://github.com/acme/**', minLevel: 2 },
      unsignedAttestations: 'allow',
      noPackages: 'allow',
      at: { file: '.github/base-image-gate.yml', line: 7, column: 5 },
    });
    expect(legacy).toMatchObject({ signed: false, authorities: [], reason: 'built before signing' });
    expect(distroless).toMatchObject({
      publisher: 'distroless',
      authorities: [{ subject: 'keyless@distroless.iam.gserviceaccount.com' }],
    });
    expect(policy.deny).toEqual([
      {
        pattern: 'docker.io/bitnamilegacy/**',
        reason: 'no longer maintained',
        at: { file: '.github/base-image-gate.yml', line: 21, column: 5 },
      },
    ]);
    expect(policy.dependsOn).toEqual(['.github/keys/base.pub']);
  });

  test('feeds of vulnerabilities are those that the policy asks for, and none otherwise', async () => {
    expect((await validPolicy('version: 1')).vulnerabilityFeeds).toBeUndefined();
    expect((await validPolicy('version: 1\nvulnerability-feeds: []')).vulnerabilityFeeds).toEqual([]);
    expect((await validPolicy('version: 1\nvulnerability-feeds: [chainguard]')).vulnerabilityFeeds).toEqual([
      'chainguard',
    ]);
  });

  test('`catalog: verified` is every publisher that is hardened and verifiable, and no other', async () => {
    const { allow } = await validPolicy('version: 1\nallow: [{ catalog: verified }]');
    expect(new Set(allow.map(({ publisher }) => publisher))).toEqual(new Set(VERIFIED));
    expect(allow.every(({ authorities }) => authorities.length > 0)).toBe(true);
  });

  test.each([
    ['version: 1', []],
    ['version: 1\nprofile: observe', []],
    ['version: 1\nprofile: hardened', VERIFIED],
    ['version: 1\nprofile: strict\nallow: []', VERIFIED],
    ['version: 1\nprofile: strict\nallow: [{ catalog: kubernetes }]', ['kubernetes']],
  ])('hardened and strict take `catalog: verified` where there is no list: %j', async (text, publishers) => {
    expect((await validPolicy(text)).allow.map(({ publisher }) => publisher)).toEqual(publishers);
  });

  test('rules take a level alone, or level and options under the names the rule gives them', async () => {
    const policy = await validPolicy(
      'version: 1\nrules:\n  fresh: { level: warning, max-age: 12h, on-indeterminate: warn }\nroles: { build: { rules: { pinned-by-digest: warning } } }',
    );
    expect(policy.rules['fresh']).toEqual({ level: 'warning', onIndeterminate: 'warn', options: { maxAge: '12h' } });
    expect(policy.roles.build?.['pinned-by-digest']).toEqual({ level: 'warning', options: {} });
  });

  test('names of files and contexts that objects carry anyway find nothing', async () => {
    const policy = await validPolicy(
      'version: 1\nfiles: { targets: { Dockerfile: [api] } }\ncontexts: { base: Dockerfile }',
    );
    expect(policy.files.targets['toString']).toBeUndefined();
    expect(policy.contexts['constructor']).toBeUndefined();
    expect(policy.rules['hasOwnProperty']).toBeUndefined();
    expect(policy.registries['valueOf']).toBeUndefined();
  });

  test('platforms and registries are normalized', async () => {
    const policy = await validPolicy(
      'version: 1\nplatforms: [linux/x86_64, linux/arm64/v8]\nregistries: { "Mirror.example.com/dockerhub/": { mirror-of: index.docker.io } }',
    );
    expect(policy.platforms.map(formatPlatform)).toEqual(['linux/amd64', 'linux/arm64']);
    expect(policy.registries['mirror.example.com/dockerhub']).toMatchObject({ mirrorOf: 'docker.io' });
  });

  test('the profile given from outside stands for the policy’s own', async () => {
    expect((await validPolicy('version: 1\nprofile: strict', { profileOverride: 'observe' })).profile).toBe('observe');
  });

  test('a trusted root is read from where the policy is', async () => {
    const policy = await validPolicy('version: 1\ntrusted-root: keys/root.json', { files: { 'keys/root.json': '{}' } });
    expect(policy.trustedRoot).toBe('{}');
    expect(policy.dependsOn).toEqual(['keys/root.json']);
  });
});

describe('an error has its place, what was expected and what to do', () => {
  test.each([
    ['version: 2', 1, 10, 'bad-value', 'Expected: 1'],
    ['version: "1"', 1, 10, 'bad-value', 'without quotes'],
    ['version: 1\nallow: [{ catalog: bitnami-secure }]', 2, 20, 'no-effect', 'registry differs by customer'],
    ['profile: hardened', 1, 1, 'missing-key', '"version" is missing'],
    ['version: 2', 1, 10, 'bad-value', 'Write 1.'],
    ['version: 1\nallow:\n  - image: **/base', 3, 12, 'syntax', 'Put it in quotes: "**/base".'],
    ['version: 1\nallow:\n\t- image: a/b', 3, 1, 'syntax', 'Indent with spaces.'],
    ['version: 1\nallow:\n  image: a/b', 3, 3, 'wrong-type', 'Begin each entry with "- "'],
    ['version: 1\nallow:\n  - image: a/*: x', 3, 12, 'syntax', 'Quote a value'],
    ['version: 1\nrules: [fresh]', 2, 8, 'wrong-type', 'as a key and its value'],
    ['version: 1\nrules: { fresh: warn }', 2, 17, 'bad-value', 'Write warning.'],
    ['version: 1\nrules: { fresh: { level: info } }', 2, 26, 'bad-value', 'Write note.'],
    ['version: 1\nrules: { fresh: { maximum-age: 3d } }', 2, 19, 'unknown-key', 'Did you mean "max-age"?'],
    [
      'version: 1\nwaivers: [{ rule: fresh, owner: @acme/team, reason: r, expires: 2027-01-31 }]',
      2,
      33,
      'syntax',
      'Put it in quotes: "@acme/team".',
    ],
    [
      'version: 1\nallow:\n  - image: "a/b\n    reason: r\n',
      3,
      12,
      'syntax',
      'Add the closing " at the end of the value.',
    ],
    ["version: 1\nprofile: 'strict\n", 2, 10, 'syntax', "Add the closing ' at the end of the value."],
    ['version: 1\nallow:\n  - image: a/b\n   reason: r\n', 4, 1, 'syntax', 'Indent the line as the keys of the entry'],
    ['version: 1\nallow: [a/b\nprofile: strict\n', 3, 1, 'syntax', 'Close the bracket'],
    ['version: 1\nprofile:strict\nallow: []\n', 2, 1, 'syntax', 'with a space after the colon'],
    ['version: 1\nrules: { fresh: no }', 2, 17, 'bad-value', 'Write off.'],
    ['version: 1\nrules: { fresh: true }', 2, 17, 'bad-value', 'Write error.'],
    ['version: 1\ndeny:\n  - image: a/b\n    reason: #12', 4, 13, 'wrong-type', 'quote one that begins with #'],
    ['profile: hardened', 1, 1, 'missing-key', 'Add "version: 1".'],
    ['version: 1\nprofil: hardened', 2, 1, 'unknown-key', 'Did you mean "profile"?'],
    ['version: 1\nprofile: hardend', 2, 10, 'bad-value', 'Did you mean "hardened"?'],
    ['version: 1\nrules: { frsh: error }', 2, 10, 'unknown-key', 'There is no rule called "frsh"'],
    ['version: 1\nrules: { frsh: error }', 2, 10, 'unknown-key', 'Did you mean "fresh"?'],
    ['version: 1\nrules: { fresh: eror }', 2, 17, 'bad-value', 'Did you mean "error"?'],
    ['version: 1\nrules: { fresh: { max-ag: 3d } }', 2, 19, 'unknown-key', 'Did you mean "max-age"?'],
    ['version: 1\nrules: { fresh: { maxAge: 3d } }', 2, 19, 'unknown-key', 'Did you mean "max-age"?'],
    ['version: 1\nrules: { fresh: { max-age: 3 } }', 2, 28, 'wrong-type', 'Write 3d for days.'],
    ['version: 1\ndeny: [{ image: x, reason: 3 }]', 2, 28, 'wrong-type', 'Put it in quotes'],
    ['version: 1\nrules: { fresh: { max-age: 3 days } }', 2, 28, 'bad-value', 'such as 12h, 30d or 4w'],
    [
      'version: 1\nallow: alpine',
      2,
      8,
      'wrong-type',
      'Make it a list of such entries: { catalog: alpine } for a publisher',
    ],
    ['version: 1\nallow:\n  - ghcr.io/acme/**', 3, 5, 'wrong-type', 'Write { image: "ghcr.io/acme/**" }.'],
    ['version: 1\nallow: [chainguard]', 2, 9, 'wrong-type', 'or { image: "chainguard" } for images.'],
    ['version: 1\ndeny: [alpine]', 2, 8, 'wrong-type', 'Write { image: "alpine", reason: … }.'],
    ['version: 1\nallow:\n  - imag: alpine', 3, 5, 'unknown-key', 'Did you mean "image"?'],
    ['version: 1\nallow:\n  - reason: x', 3, 5, 'missing-key', 'none of the keys catalog, image'],
    ['version: 1\nallow:\n  - { image: a/b, catalog: c }', 3, 7, 'unknown-key', "can't be combined with"],
    ['version: 1\nallow:\n  - image: "a b"', 3, 12, 'bad-value', 'white space'],
    ['version: 1\nallow:\n  - image: ghcr.io/Acme/x', 3, 12, 'bad-value', 'lower case'],
    ['version: 1\nallow:\n  - catalog: chaingard', 3, 14, 'unknown-publisher', 'Did you mean "chainguard"?'],
    ['version: 1\nallow:\n  - catalog: chainguard-organization', 3, 5, 'missing-key', 'needs "organization"'],
    [
      'version: 1\nallow:\n  - { catalog: verified, with: { organization: x } }',
      3,
      32,
      'contradiction',
      'several publishers',
    ],
    [
      'version: 1\nallow:\n  - { catalog: chainguard, with: { organization: x } }',
      3,
      36,
      'unknown-key',
      'does not take',
    ],
    ['version: 1\nallow:\n  - { image: a/b, signed: false }', 3, 27, 'missing-key', 'needs a reason'],
    ['version: 1\nallow:\n  - { image: a/b, authorities: [] }', 3, 32, 'bad-value', 'a non-empty list'],
    [
      'version: 1\nallow:\n  - { image: gcr.io/distroless/a, require: 2 }',
      3,
      44,
      'contradiction',
      '"require" needs 2 signatures',
    ],
    ['version: 1\ndeny: [{ image: "a/b" }]', 2, 8, 'missing-key', '"deny[0].reason" is missing'],
    ['version: 1\nplatforms: [linux/amd64/v1/x]', 2, 13, 'bad-value', 'is not a platform'],
    ['version: 1\nmax-waiver-days: 0', 2, 18, 'bad-value', 'from 1 to 3650'],
    ['version: 1\nvulnerability-feeds: [chainguards]', 2, 23, 'bad-value', 'Write chainguard.'],
    ['version: 1\nfiles: { include: "**/Dockerfile" }', 2, 19, 'wrong-type', 'Make it a list'],
    ['version: 1\nfiles: { build-args: { Dockerfile: { V: 3.19 } } }', 2, 41, 'wrong-type', 'Put it in quotes: "3.19"'],
    ['version: 1\ntrusted-root: ../x.json', 2, 15, 'bad-value', 'relative to its root'],
    ['version: 1\ntrusted-root: /etc/passwd', 2, 15, 'bad-value', 'relative to its root'],
    ['version: 1\ntrusted-root: x.json', 2, 15, 'missing-file', 'there is no such file'],
    [
      'version: 1\nwaivers: [{ rule: freshh, reason: r, owner: o, expires: 2027-01-31 }]',
      2,
      19,
      'bad-value',
      'Did you mean "fresh"?',
    ],
    [
      'version: 1\nwaivers: [{ rule: fresh, reason: r, owner: o, expires: 2027-02-30 }]',
      2,
      56,
      'bad-value',
      'a day that exists',
    ],
    ['version: 1\nwaivers: [{ rule: fresh, reason: r, expires: 2027-01-31 }]', 2, 11, 'missing-key', 'owner'],
    ['version: 1\nallow: null', 2, 8, 'wrong-type', '"allow" is empty'],
    ['- version', 1, 1, 'wrong-type', 'The policy is a list'],
    ['hello', 1, 1, 'wrong-type', 'The policy is "hello"'],
  ])('%j', async (text, line, column, code, words) => {
    const problems = await policyProblems(text);
    const described = problems.map(formatProblem).join('\n');
    expect({ ...problems[0], described }).toMatchObject({ line, column, code, severity: 'error' });
    expect(described).toContain(words);
    expect(described).toContain(`.github/base-image-gate.yml:${line}:${column}: error: `);
  });

  test.each([
    ['not a key', 'no PEM block'],
    [privateKey, 'private key'],
    [`${publicKey}${publicKey}`, '2 PEM blocks'],
    ['-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n', 'is not a public key'],
  ])('a key file that holds no public key: %#', async (pem, words) => {
    const text = 'version: 1\nallow:\n  - image: a/b\n    authorities: [{ key: { file: k.pub } }]';
    const [problem] = await policyProblems(text, { files: { 'k.pub': pem } });
    expect(problem).toMatchObject({ code: 'bad-key-file', line: 4, key: 'allow[0].authorities[0].key.file' });
    expect(problem?.message).toContain(words);
  });

  test.each(['{ file: k.pub, pem: x }', '{ log: ignored }', '{ pem: x, kms: "awskms://x" }'])(
    'a key given not exactly once: %s',
    async (key) => {
      const [problem] = await policyProblems(`version: 1\nallow:\n  - image: a/b\n    authorities: [{ key: ${key} }]`);
      expect(problem).toMatchObject({ code: 'contradiction', expected: 'one of file, pem and kms' });
    },
  );

  test.each(['**', 'https://**', 'https://github.com/**', '*@*'])(
    'a subject that everyone matches: %s',
    async (subject) => {
      const [problem] = await policyProblems(
        `version: 1\nallow:\n  - image: a/b\n    authorities: [{ keyless: { issuer: https://accounts.google.com, subject: "${subject}" } }]`,
      );
      expect(problem).toMatchObject({ code: 'bad-value', line: 4 });
      expect(problem?.message).toContain('matches everyone');
    },
  );

  test('one key or identity listed twice, which could sign for two', async () => {
    const keyless = '{ keyless: { issuer: https://accounts.google.com, subject: a@acme.com } }';
    const keys = ['{ key: { file: a.pub } }', '{ key: { file: b.pub, log: ignored } }'];
    const text = (authorities: readonly string[]) =>
      `version: 1\nallow:\n  - { image: a/b, require: 2, authorities: [${authorities.join(', ')}] }`;
    const files = { 'a.pub': publicKey, 'b.pub': `\n${publicKey}\n` };
    for (const authorities of [[keyless, keyless], keys]) {
      const problems = await policyProblems(text(authorities), { files });
      expect(problems).toMatchObject([{ code: 'contradiction', message: 'This authority is listed twice.' }]);
    }
    expect((await loadPolicyText(text([keyless, '{ key: { file: a.pub } }']), { files })).ok).toBe(true);
  });

  test('text that acts on a terminal or a log is made visible', async () => {
    const problems = await policyProblems('version: 1\n"a\\n::error::x\\e[31m##[error]": 1\nprofile: "\u202ex"');
    for (const problem of problems) {
      expect(`${problem.key}${problem.message}`).not.toMatch(/[\p{Cc}\p{Cf}]/u);
      expect(formatProblem(problem)).not.toContain('##[');
    }
    expect(problems[0]?.message).toContain('a\\u{A}::error::x');
  });

  test('a policy that names more files than any needs is an error, and each file is read once', async () => {
    const entry = (index: number) =>
      `  - { image: a/b${index}, authorities: [{ key: { file: k${index % 100}.pub } }] }`;
    const text = ['version: 1', 'allow:', ...Array.from({ length: 300 }, (_, index) => entry(index))].join('\n');
    const files = Object.fromEntries(Array.from({ length: 100 }, (_, index) => [`k${index}.pub`, publicKey]));
    const problems = await policyProblems(text, { files });
    expect(problems).toHaveLength(3 * 36);
    expect(problems[0]?.message).toContain('at most 64 files');
  });

  test('several problems are all reported, in the order of the file', async () => {
    const problems = await policyProblems('version: 1\nprofil: x\nrules: { frsh: error, fresh: erro }\nplatforms: []');
    expect(problems.map(({ line }) => line)).toEqual([2, 3, 3, 4]);
  });
});

describe('a warning does not keep a policy from being applied', () => {
  test.each([
    ['allow: [{ image: "**", signed: false, reason: r }]', 'broad-pattern'],
    ['allow: [{ image: ghcr.io, signed: false, reason: r }]', 'broad-pattern'],
    ['deny: [{ image: "*", reason: r }]', 'broad-pattern'],
    ['waivers: [{ rule: fresh, reason: r, owner: o, expires: 2027-01-31 }]', 'broad-waiver'],
    ['allow: [{ image: registry.example.com/a }]', 'not-verifiable'],
    ['allow: [{ catalog: microsoft }]', 'not-verifiable'],
    [
      'registries: { m.example.com/hub: { mirror-of: docker.io } }\nallow: [{ image: "m.example.com/hub/**", signed: false, reason: r }]',
      'no-effect',
    ],
    [
      'allow: [{ image: "r.example.com/a/*", signed: false, reason: r }, { image: "r.example.com/a/**", signed: false, reason: r }]',
      'equal-rank',
    ],
  ])('%s is reported as %s', async (line, code) => {
    const loaded = await loadPolicyText(`version: 1\n${line}`);
    if (!loaded.ok) throw new Error(loaded.error.map(formatProblem).join('\n'));
    expect(loaded.value.warnings).toMatchObject([{ code, severity: 'warning' }]);
  });

  test('an exact copy of the documentation’s shapes has none', async () => {
    const loaded = await loadPolicyText('version: 1\nallow: [{ catalog: verified }, { catalog: kubernetes }]');
    expect(loaded).toMatchObject({ ok: true, value: { warnings: [] } });
  });
});
