import { createHash, createPublicKey, generateKeyPairSync } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import type { Catalog, Publisher } from '../../src/catalog/publisher.js';
import type { Authority } from '../../src/policy/policy.js';
import { loadPolicyText, type PolicyWorld, policyProblems, validPolicy } from '../support/load-policy-text.js';

const pem = () => generateKeyPairSync('ed25519').publicKey.export({ type: 'spki', format: 'pem' }).toString();
const [KEY, OTHER] = [pem(), pem()];
const inline = (text: string) => JSON.stringify(text);
const FINGERPRINT = createHash('sha256')
  .update(createPublicKey(KEY).export({ type: 'spki', format: 'der' }))
  .digest('hex');

const ISSUER = 'https://token.actions.githubusercontent.com';
const SUBJECT = 'https://github.com/acme/images/.github/workflows/release.yml@refs/heads/main';

/** A policy with one entry, `lines` being what follows its image. */
const entryOf = (...lines: readonly string[]) =>
  ['version: 1', 'allow:', '  - image: registry.example/app', ...lines.map((line) => `    ${line}`)].join('\n');
const listing = (...authorities: readonly string[]) => entryOf(`authorities: [${authorities.join(', ')}]`);

async function authoritiesOf(text: string, world: PolicyWorld = {}): Promise<readonly Authority[]> {
  const { allow } = await validPolicy(text, world);
  return allow[0]?.authorities ?? [];
}

describe('an authority says what was written of it, and nothing more', () => {
  test('an identity, and every constraint on it', async () => {
    const plain = `{ keyless: { issuer: "${ISSUER}", subject: "${SUBJECT}" } }`;
    const whole = `{ keyless: { issuer: "${ISSUER}", subject: "${SUBJECT}2", source-repository: "https://github.com/acme/images", source-ref: refs/heads/main, workflow: "https://github.com/acme/images/w.yml", build-signer-digest: abc, runner-environment: github-hosted }, signature-repository: registry.example/signatures }`;
    expect(await authoritiesOf(listing(plain, whole))).toStrictEqual([
      { kind: 'keyless', issuer: ISSUER, subject: SUBJECT },
      {
        kind: 'keyless',
        issuer: ISSUER,
        subject: `${SUBJECT}2`,
        sourceRepository: 'https://github.com/acme/images',
        sourceRef: 'refs/heads/main',
        workflow: 'https://github.com/acme/images/w.yml',
        buildSignerDigest: 'abc',
        runnerEnvironment: 'github-hosted',
        signatureRepository: 'registry.example/signatures',
      },
    ]);
  });

  test('a workflow of GitHub, on its runners unless it says otherwise', async () => {
    const workflow = 'repository: acme/images, workflow: .github/workflows/release.yml, ref: refs/heads/main';
    const [plain, whole] = await authoritiesOf(
      listing(
        `{ github: { ${workflow} } }`,
        `{ github: { ${workflow.replace('heads/main', 'tags/v*')}, runner: any, accept: [signature, provenance], api: true } }`,
      ),
    );
    expect(plain).toStrictEqual({
      kind: 'keyless',
      github: true,
      issuer: ISSUER,
      subject: SUBJECT,
      sourceRepository: 'https://github.com/acme/images',
      sourceRef: 'refs/heads/main',
      runnerEnvironment: 'github-hosted',
    });
    expect(whole).toStrictEqual({
      kind: 'keyless',
      github: true,
      issuer: ISSUER,
      subject: SUBJECT.replace('heads/main', 'tags/v*'),
      sourceRepository: 'https://github.com/acme/images',
      sourceRef: 'refs/tags/v*',
      acceptsProvenance: true,
      attestationsOf: 'acme/images',
    });
  });

  test.each([
    ['no workflow', '{ repository: acme/images, ref: refs/heads/main }'],
    ['no ref', '{ repository: acme/images, workflow: .github/workflows/release.yml }'],
    ['a branch for a ref', '{ repository: acme/images, workflow: .github/workflows/release.yml, ref: main }'],
    [
      'a URL for a repository',
      '{ repository: "https://github.com/acme/images", workflow: .github/workflows/a.yml, ref: refs/heads/main }',
    ],
    ['every ref', '{ repository: acme/images, workflow: .github/workflows/a.yml, ref: "refs/**" }'],
    [
      'a ref of pull requests too',
      '{ repository: acme/images, workflow: .github/workflows/a.yml, ref: "refs/*/1/merge" }',
    ],
    [
      'every repository of an owner',
      '{ repository: "acme/*", workflow: .github/workflows/a.yml, ref: refs/heads/main }',
    ],
  ])('a workflow of GitHub with %s is an error', async (_what, line) => {
    expect(await policyProblems(listing(`{ github: ${line} }`))).not.toEqual([]);
  });

  test.each(['refs/heads/**', 'refs/tags/v1.*', 'refs/pull/7/merge'])(
    'a workflow of GitHub is named with %s',
    async (ref) => {
      const line = `{ repository: acme/images, workflow: .github/workflows/a.yml, ref: "${ref}" }`;
      expect(await authoritiesOf(listing(`{ github: ${line} }`))).toMatchObject([{ sourceRef: ref }]);
    },
  );

  test('a key in a file, a key in the policy, and one that a service holds', async () => {
    const text = listing(
      '{ key: { file: k.pub, log: ignored } }',
      `{ key: { pem: ${inline(KEY)} } }`,
      '{ key: { kms: "awskms://a" }, signature-repository: registry.example/signatures }',
    );
    expect(await authoritiesOf(text, { files: { 'k.pub': OTHER } })).toStrictEqual([
      { kind: 'key', pem: OTHER, name: 'k.pub', log: 'ignored' },
      { kind: 'key', pem: KEY, name: `inline key sha256:${FINGERPRINT.slice(0, 16)}`, log: 'required' },
      { kind: 'kms', uri: 'awskms://a', signatureRepository: 'registry.example/signatures' },
    ]);
    const { dependsOn } = await validPolicy(text, { files: { 'k.pub': OTHER } });
    expect(dependsOn).toEqual(['k.pub']);
  });
});

describe('what cannot be used is a problem at its place', () => {
  test.each([
    ['{ key: { log: ignored } }', 'allow[0].authorities[0].key', '"key" names no key.'],
    [
      `{ key: { pem: ${inline(KEY)}, kms: "awskms://a" } }`,
      'allow[0].authorities[0].key',
      '"key" gives pem and kms, which may be different keys.',
    ],
    ['{ key: { pem: nonsense } }', 'allow[0].authorities[0].key.pem', "The key given inline can't be used"],
    ['{ key: { file: gone.pub } }', 'allow[0].authorities[0].key.file', "The key file gone.pub can't be read"],
  ])('%s is refused', async (authority, key, message) => {
    const problems = await policyProblems(listing(authority));
    expect(problems).toMatchObject([{ key, message: expect.stringContaining(message) }]);
  });

  test('an authority listed twice is, whatever its kind', async () => {
    const kms = (name: string) => `{ key: { kms: "awskms://${name}" } }`;
    const keyless = (name: string) => `{ keyless: { issuer: "${ISSUER}", subject: "${SUBJECT}${name}" } }`;
    const inPolicy = (text: string) => `{ key: { pem: ${inline(text)} } }`;
    for (const make of [kms, keyless]) {
      const problems = await policyProblems(listing(make('a'), make('b'), make('a')));
      expect(problems.filter(({ severity }) => severity === 'error')).toMatchObject([
        { key: 'allow[0].authorities[2]', code: 'contradiction' },
      ]);
    }
    const again = inPolicy(KEY.replace('PUBLIC KEY-----\n', 'PUBLIC KEY-----\n\n'));
    expect(await policyProblems(listing(inPolicy(KEY), again))).toMatchObject([{ key: 'allow[0].authorities[1]' }]);
    const different = [kms('a'), kms('b'), keyless('a'), keyless('b'), inPolicy(KEY), inPolicy(OTHER)];
    expect(await authoritiesOf(listing(...different))).toHaveLength(6);
  });

  test('a key listed in two encodings is, as any authority that is listed twice', async () => {
    const { publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
    const [spki, pkcs1] = (['spki', 'pkcs1'] as const).map((type) =>
      publicKey.export({ type, format: 'pem' }).toString(),
    );
    const inPolicy = (text = '') => `{ key: { pem: ${inline(text)} } }`;
    expect(await policyProblems(listing(inPolicy(spki), inPolicy(pkcs1)))).toMatchObject([
      { key: 'allow[0].authorities[1]', code: 'contradiction' },
    ]);
  });

  test('two signers wanted of one workflow at two refs are', async () => {
    const at = (ref: string) => `{ keyless: { issuer: "${ISSUER}", subject: "${SUBJECT}${ref}" } }`;
    const authorities = `authorities: [${at('')}, ${at('2')}]`;
    expect(await policyProblems(entryOf('require: 2', authorities))).toMatchObject([{ key: 'allow[0].require' }]);
    expect((await validPolicy(entryOf('require: 1', authorities))).allow).toHaveLength(1);
  });

  test.each([
    [
      'a shared builder',
      'https://github.com/slsa-framework/slsa-github-generator/.github/workflows/generator_container_slsa3.yml@refs/tags/v2.0.0',
    ],
    ['any of them', 'https://github.com/docker/github-builder/**'],
    ['an owner that has one', 'https://github.com/docker/**'],
    ['a shared builder in other letter case', 'https://github.com/SLSA-Framework/slsa-github-generator/**'],
  ])('%s is, unless the entry says for which repository it ran', async (_name, subject) => {
    const authority = (more: string) => `{ keyless: { issuer: "${ISSUER}", subject: "${subject}"${more} } }`;
    expect(await policyProblems(listing(authority('')))).toMatchObject([
      { key: 'allow[0].authorities[0].keyless.subject', message: expect.stringContaining('anyone can call') },
    ]);
    for (const anybody of ['source-repository: "**"', 'source-repository: "https://github.com/**"', 'workflow: "**"']) {
      expect(await policyProblems(listing(authority(`, ${anybody}`)))).toMatchObject([
        { message: expect.stringContaining('anyone can call') },
      ]);
    }
    for (const named of ['"https://github.com/acme/images"', '"https://github.com/acme/**"'])
      expect(await authoritiesOf(listing(authority(`, source-repository: ${named}`)))).toHaveLength(1);
  });

  test('more signers wanted than there are is one, unless a key of theirs is the problem', async () => {
    const short = entryOf('require: 2', `authorities: [{ key: { pem: ${inline(KEY)} } }]`);
    expect(await policyProblems(short)).toMatchObject([{ key: 'allow[0].require', code: 'contradiction' }]);
    const broken = entryOf('require: 2', `authorities: [{ key: { pem: ${inline(KEY)} } }, { key: { pem: x } }]`);
    expect(await policyProblems(broken)).toMatchObject([{ code: 'bad-key-file' }]);
    const nobody = await loadPolicyText(entryOf('require: 2'));
    expect(nobody).toMatchObject({ ok: true, value: { warnings: [{ code: 'not-verifiable' }] } });
  });
});

describe('an entry', () => {
  test('is strict in whatever it does not say', async () => {
    const { allow } = await validPolicy(entryOf('signed: false', 'reason: r'));
    expect(allow).toStrictEqual([
      {
        name: 'allow[0]',
        pattern: 'registry.example/app',
        require: 1,
        authorities: [],
        signed: false,
        reason: 'r',
        unsignedAttestations: 'deny',
        noPackages: 'deny',
        wolfi: false,
        at: { file: '.github/base-image-gate.yml', line: 3, column: 5 },
      },
    ]);
  });

  test('asks of statements what it asks of signatures, unless it says otherwise', async () => {
    const keys = `authorities: [{ key: { pem: ${inline(KEY)} } }, { key: { pem: ${inline(OTHER)} } }]`;
    const [both] = (await validPolicy(entryOf('require: 2', keys))).allow;
    expect([both?.require, both?.requireStatements]).toEqual([2, undefined]);
    const [apart] = (await validPolicy(entryOf('require: { signatures: 2, statements: 1 }', keys))).allow;
    expect([apart?.require, apart?.requireStatements]).toEqual([2, 1]);
    for (const wrong of [
      '{ signatures: 2 }',
      '{ signatures: 2, statements: 0 }',
      '0',
      '{ signatures: 1, statements: 3 }',
    ])
      expect(await policyProblems(entryOf(`require: ${wrong}`, keys))).not.toEqual([]);
  });

  test.each([
    ['{ builder: "https://b/**" }', { builder: 'https://b/**' }],
    ['{ source: "https://s" }', { source: 'https://s' }],
    ['{ min-level: 2 }', { minLevel: 2 }],
  ])('asks of provenance %s', async (written, asked) => {
    const { allow } = await validPolicy(entryOf(`provenance: ${written}`));
    expect(allow[0]?.provenance).toStrictEqual(asked);
    expect(allow[0]?.signed).toBe(true);
  });

  test('takes what it says in the place of what the catalog knows', async () => {
    const { allow } = await validPolicy(
      'version: 1\nallow: [{ catalog: chainguard, wolfi: false, require: 1, attestations: { unsigned: allow }, no-packages: allow }]',
    );
    expect(allow[0]).toMatchObject({
      publisher: 'chainguard',
      wolfi: false,
      unsignedAttestations: 'allow',
      noPackages: 'allow',
    });
  });

  test('that needs no signature asks for nobody’s, whoever the catalog knows', async () => {
    const { allow } = await validPolicy('version: 1\nallow: [{ catalog: chainguard, signed: false, reason: r }]');
    expect(allow.map(({ authorities }) => authorities)).toEqual(allow.map(() => []));
    expect(allow.length).toBeGreaterThan(0);
  });

  test('cannot say that it needs no signature and who signs it', async () => {
    const text = entryOf('signed: false', 'reason: r', `authorities: [{ key: { pem: ${inline(KEY)} } }]`);
    expect(await policyProblems(text)).toMatchObject([{ key: 'allow[0].signed', code: 'contradiction' }]);
    const signed = entryOf('signed: true', `authorities: [{ key: { pem: ${inline(KEY)} } }]`);
    expect((await loadPolicyText(signed)).ok).toBe(true);
  });

  test('of a publisher who cannot be verified says why', async () => {
    const loaded = await loadPolicyText('version: 1\nallow: [{ catalog: microsoft }, { image: registry.example/x }]');
    if (!loaded.ok) throw new Error('it is valid');
    expect(loaded.value.warnings.map(({ message }) => /\(.+\)\.$/.test(message))).toEqual([true, false]);
  });
});

describe('what the catalog asks for', () => {
  const authority: Authority = { kind: 'keyless', issuer: ISSUER, subject: '{identities}' };
  const made = (given: Partial<Publisher>): Publisher => ({
    id: 'made',
    name: 'Made',
    hardened: true,
    verifiable: true,
    images: ['registry.example/**'],
    authorities: [{ ...authority, subject: SUBJECT }],
    parameters: [],
    wolfi: true,
    attestations: [],
    quirks: [],
    facts: [],
    read: '2026-11',
    ...given,
  });
  const catalog: Catalog = {
    version: '2026-11',
    date: '2026-11-30',
    abandoned: [],
    publishers: [
      made({ id: 'deep', images: ['registry.example/deep/**'] }),
      made({ id: 'first' }),
      made({ id: 'second' }),
      made({
        id: 'asking',
        images: ['asked.example/{organization}/**'],
        authorities: [authority],
        parameters: ['organization', 'identities'],
      }),
      made({
        id: 'identities',
        images: ['identified.example/**'],
        authorities: [authority],
        parameters: ['identities'],
      }),
      made({ id: 'soft', hardened: false, images: ['soft.example/**'] }),
      made({ id: 'unverifiable', verifiable: false, images: ['unverifiable.example/**'] }),
    ],
  };
  const world = { catalog };
  const wanting = (id: string, given: string) => `version: 1\nallow: [{ catalog: ${id}, with: { ${given} } }]`;

  test('is put into patterns and identities', async () => {
    const text = wanting('asking', `organization: acme.com, identities: ["${SUBJECT}", "${SUBJECT}2"]`);
    const { allow } = await validPolicy(text, world);
    expect(allow).toMatchObject([
      {
        pattern: 'asked.example/acme.com/**',
        authorities: [
          { ...authority, subject: SUBJECT },
          { ...authority, subject: `${SUBJECT}2` },
        ],
      },
    ]);
  });

  test.each(['acme', 'acme.com', 'a-b_c.d', '0a'])('takes the organization %s', async (organization) => {
    const text = wanting('asking', `organization: ${organization}, identities: ["${SUBJECT}"]`);
    expect((await loadPolicyText(text, world)).ok).toBe(true);
  });

  test.each(['Acme', 'acme/other', 'acme..com', '-acme', 'acme.', '**', 'a b', 'acme/', 'x/acme'])(
    'refuses the organization %s',
    async (organization) => {
      const text = wanting('asking', `organization: "${organization}", identities: ["${SUBJECT}"]`);
      expect(await policyProblems(text, world)).toMatchObject([
        { key: 'allow[0].with.organization', code: 'bad-value' },
      ]);
    },
  );

  test('must be given, and no more', async () => {
    expect(await policyProblems(wanting('asking', `identities: ["${SUBJECT}"]`), world)).toMatchObject([
      { key: 'allow[0].with.organization', code: 'missing-key' },
    ]);
    const more = wanting('identities', `organization: acme, identities: ["${SUBJECT}"]`);
    expect(await policyProblems(more, world)).toMatchObject([
      { key: 'allow[0].with.organization', code: 'unknown-key', message: expect.stringContaining('"organization"') },
    ]);
  });

  test('of an image, is the publisher with the longest pattern; of equals the first', async () => {
    const publisherOf = async (image: string) => {
      const { allow } = await validPolicy(`version: 1\nallow: [{ image: ${image} }]`, world);
      return allow[0]?.publisher;
    };
    expect(await publisherOf('registry.example/deep/app')).toBe('deep');
    expect(await publisherOf('registry.example/app')).toBe('first');
    expect(await publisherOf('asked.example/acme/app')).toBeUndefined();
    expect(await publisherOf('identified.example/app')).toBeUndefined();
  });

  test('keeps its publisher out of those that the catalog alone can verify', async () => {
    const ids = ['deep', 'first', 'second'];
    const verified = await validPolicy('version: 1\nallow: [{ catalog: verified }]', world);
    expect(verified.allow.map(({ publisher }) => publisher)).toEqual(ids);
    const { allow } = await validPolicy('version: 1\nprofile: strict', world);
    expect(allow).toStrictEqual(
      ids.map((publisher) => ({
        name: 'the default list of profile strict (catalog: verified)',
        pattern: publisher === 'deep' ? 'registry.example/deep/**' : 'registry.example/**',
        publisher,
        require: 1,
        authorities: [{ ...authority, subject: SUBJECT }],
        signed: true,
        unsignedAttestations: 'deny',
        noPackages: 'deny',
        wolfi: true,
      })),
    );
  });

  test('is suggested where a name is nearly one', async () => {
    expect(await policyProblems('version: 1\nallow: [{ catalog: verfied }]', world)).toMatchObject([
      { code: 'unknown-publisher', fix: 'Did you mean "verified"?' },
    ]);
  });
});
