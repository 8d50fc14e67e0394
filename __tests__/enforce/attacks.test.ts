import { beforeAll, describe, expect, test } from '@jest/globals';
import { parse, parseAllDocuments } from 'yaml';
import { type Exported, type ExportTarget, onlyFile } from '../../src/enforce/export-target.js';
import { policyDigest } from '../../src/enforce/policy-digest.js';
import { clusterImagePolicy } from '../../src/enforce/targets/cluster-image-policy.js';
import { containersPolicy } from '../../src/enforce/targets/containers-policy.js';
import { kyverno } from '../../src/enforce/targets/kyverno.js';
import { notation } from '../../src/enforce/targets/notation.js';
import type { Policy } from '../../src/policy/policy.js';
import { offlineSource } from '../../src/registry/refusing-source.js';
import type { Report } from '../../src/reports/report.js';
import { rules } from '../../src/rules/index.js';
import { evaluateClusterImagePolicies, evaluateKyvernoPolicy } from '../support/enforce/cluster-evaluators.js';
import { makeSigner, NOW, runGateFor } from '../support/enforce/export-world.js';
import { validPolicy } from '../support/load-policy-text.js';

let report: Report;
let files: Readonly<Record<string, string>>;
beforeAll(async () => {
  files = { 'a.pub': makeSigner().publicKeyPem, 'b.pub': makeSigner().publicKeyPem };
  const run = { dockerfile: 'FROM scratch\n', policy: 'version: 1\n', source: offlineSource };
  report = (await runGateFor(run)).report;
});

async function exported(
  target: ExportTarget,
  allow: string,
  more = '',
): Promise<Exported & { readonly policy: Policy }> {
  const policy = await validPolicy(`version: 1\nallow: [${allow}]\n${more}`, { rules, files });
  return { policy, ...target.render({ report, policy, now: NOW }) };
}

const KEY = 'authorities: [{ key: { file: a.pub, log: ignored } }]';
const keyless = (subject: string, issuer = 'https://token.actions.githubusercontent.com', more = '') =>
  `{ keyless: { issuer: "${issuer}", subject: "${subject}"${more} } }`;
const RELEASE = 'https://github.com/acme/images/.github/workflows/release.yml@refs/heads/main';
const signed = () => true;
const CLUSTER = [
  { name: 'kyverno', target: kyverno, evaluate: evaluateKyvernoPolicy },
  { name: 'cluster-image-policy', target: clusterImagePolicy, evaluate: evaluateClusterImagePolicies },
] as const;

describe.each(CLUSTER)('export --format $name', ({ target, evaluate }) => {
  test('denies what a narrower entry is about that it can not say, rather than leaving it to the broader one', async () => {
    const narrow = `{ image: "ghcr.io/acme/app", authorities: [${keyless(RELEASE, undefined, ', source-repository: "https://github.com/acme/images"')}] }`;
    const made = await exported(target, `{ image: "ghcr.io/acme/**", ${KEY} }, ${narrow}`);
    expect(evaluate(onlyFile(made), 'ghcr.io/acme/app:1', signed)).toBe(false);
    expect(evaluate(onlyFile(made), 'ghcr.io/acme/other:1', signed)).toBe(true);
    expect(made.stated).toContainEqual(expect.stringMatching(/^allow\[1\] .* is denied: .* source repository /));
  });

  test.each([
    ['**', 'its registry is a wildcard'],
    ['*.example.com/base/**', 'its registry is a wildcard'],
    ['mirror.example/hub/**', 'mirror.example/hub is a mirror of another registry'],
  ])('denies %s, which another name could pass for', async (pattern, reason) => {
    const mirrors = 'registries: { mirror.example/hub: { mirror-of: docker.io } }';
    const made = await exported(target, `{ image: "${pattern}", ${KEY} }`, mirrors);
    expect(made).toMatchObject({ allowed: 0, stated: expect.arrayContaining([expect.stringContaining(reason)]) });
    for (const image of ['ghcr.io/a/b:1', 'a.example.com/base/x:1', 'mirror.example/hub/library/alpine:1'])
      expect(evaluate(onlyFile(made), image, signed)).toBe(false);
  });

  test('denies an entry whose two signers one signature could be of', async () => {
    const two = `require: 2, authorities: [${keyless(RELEASE)}, ${keyless(RELEASE.replace('/images/', '/*/'))}]`;
    const made = await exported(target, `{ image: "ghcr.io/acme/**", ${two} }`);
    expect(made.allowed).toBe(0);
    expect(evaluate(onlyFile(made), 'ghcr.io/acme/app:1', signed)).toBe(false);
    expect(made.stated).toContainEqual(expect.stringContaining('one signature could count for two of them'));
  });

  test('denies everything where the policy has no allow entries, and says so', async () => {
    const made = await exported(target, '', 'profile: baseline\n');
    expect(evaluate(onlyFile(made), 'alpine:3', signed)).toBe(false);
    expect(made.stated).toContain('The policy has no allow entries, so every image is denied.');
  });

  test.each([
    'acme/bad:1',
    'docker.io/acme/bad:1',
    'index.docker.io/acme/bad',
    'acme/bad@sha256:00',
    'alpine:3',
    'arm32v7/alpine:3',
  ])('denies %s by whatever name', async (image) => {
    const deny = 'deny: [{ image: acme/bad, reason: x }, { image: alpine, reason: x }]';
    const made = await exported(
      target,
      `{ image: "docker.io/acme/**", ${KEY} }, { image: "docker.io/**", ${KEY} }`,
      deny,
    );
    expect(evaluate(onlyFile(made), image, signed)).toBe(false);
    expect(evaluate(onlyFile(made), 'docker.io/acme/badly:1', signed)).toBe(true);
  });

  test('anchors each expression about a signer, and takes nothing of a hostile one for structure', async () => {
    const subject = "https://ci.example/**/x'\\\\n- evil: [.](?";
    const made = await exported(
      target,
      `{ image: "ghcr.io/acme/**", authorities: [${keyless(subject, 'https://ci.example')}] }`,
    );
    const [identity] = identitiesOf(onlyFile(made));
    expect(identity?.issuer).toBe('https://ci.example');
    const expression = new RegExp(identity?.subjectRegExp ?? '');
    expect(expression.source).toMatch(/^\^.*\$$/);
    expect(expression.test(subject.replace('\\\\', '\\').replace('**/', ''))).toBe(true);
    expect(expression.test(`evil ${subject}`)).toBe(false);
  });

  test('a hostile policy name stays a comment', async () => {
    const { policy } = await exported(target, `{ image: "ghcr.io/acme/**", ${KEY} }`);
    const name = 'p.yml\n---\nkind: Evil\r\u2028#';
    const text = onlyFile(target.render({ report, policy: { ...policy, source: { name, extends: [] } }, now: NOW }));
    expect(parseAllDocuments(text).map((document) => document.toJS()?.kind)).not.toContain('Evil');
    expect(text.match(/^---$/gm) ?? []).toHaveLength(target.name === 'kyverno' ? 0 : 1);
  });
});

test.each([
  'GHCR.IO/acme/bad:1',
  'registry-1.docker.io/acme/bad:1',
  'docker.io:443/acme/bad:1',
  'localhost/acme/bad:1',
])('export --format kyverno denies %s, which no entry names so', async (image) => {
  const made = await exported(kyverno, `{ image: "docker.io/**", ${KEY} }`, 'deny: [{ image: acme/bad, reason: x }]');
  expect(evaluateKyvernoPolicy(onlyFile(made), image, signed)).toBe(false);
});

interface Identity {
  readonly issuer?: string;
  readonly subject?: string;
  readonly subjectRegExp?: string;
}

/** Every identity that stands in a document, wherever. */
function identitiesOf(text: string): readonly Identity[] {
  const found: Identity[] = [];
  const visit = (value: unknown): void => {
    if (typeof value !== 'object' || value === null) return;
    if ('identities' in value && Array.isArray(value.identities)) found.push(...value.identities);
    for (const inner of Object.values(value)) visit(inner);
  };
  for (const document of parseAllDocuments(text)) visit(document.toJS());
  return found;
}

describe('export --format containers-policy', () => {
  const policyJson = ({ files: made }: Exported) => JSON.parse(made['policy.json'] ?? '');

  test.each([
    [keyless(RELEASE), 'only by e-mail address'],
    [keyless('*@acme.example', 'https://accounts.google.com'), 'only by e-mail address'],
    ['{ key: { kms: "awskms:///alias/x" } }', 'key management service'],
  ])('denies a signer it has no words for: %s', async (authority, reason) => {
    const made = await exported(containersPolicy, `{ image: "ghcr.io/acme/**", authorities: [${authority}] }`);
    expect(made).toMatchObject({ allowed: 0, stated: [expect.stringContaining(reason)] });
    expect(policyJson(made)).toMatchObject({
      default: [{ type: 'reject' }],
      transports: { docker: { 'ghcr.io/acme': [{ type: 'reject' }] } },
    });
  });

  test('says an identity that is an e-mail address, with roots and logs of the trusted root', async () => {
    const authority = keyless('release@acme.example', 'https://accounts.google.com');
    const made = await exported(containersPolicy, `{ image: "ghcr.io/acme/**", authorities: [${authority}] }`);
    expect(policyJson(made).transports.docker['ghcr.io/acme']).toEqual([
      {
        type: 'sigstoreSigned',
        fulcio: {
          caData: expect.any(String),
          oidcIssuer: 'https://accounts.google.com',
          subjectEmail: 'release@acme.example',
        },
        rekorPublicKeyData: expect.any(String),
        signedIdentity: { type: 'matchRepository' },
      },
    ]);
    expect(parse(made.files['registries.d/base-image-gate.yaml'] ?? '')).toEqual({
      docker: { 'ghcr.io/acme': { 'use-sigstore-attachments': true } },
    });
  });

  test('rejects a denied part of an allowed namespace in a scope of its own, and the whole where it has none', async () => {
    const allow = `{ image: "ghcr.io/acme/**", ${KEY} }`;
    const inside = await exported(containersPolicy, allow, 'deny: [{ image: "ghcr.io/acme/old/**", reason: x }]');
    expect(policyJson(inside).transports.docker).toMatchObject({
      'ghcr.io/acme': [{ type: 'sigstoreSigned' }],
      'ghcr.io/acme/old': [{ type: 'reject' }],
    });
    const across = await exported(containersPolicy, allow, 'deny: [{ image: "ghcr.io/*/old", reason: x }]');
    expect(policyJson(across).transports.docker).toMatchObject({ 'ghcr.io/acme': [{ type: 'reject' }] });
  });

  test('accepts no unsigned image by a scope that covers others', async () => {
    const made = await exported(containersPolicy, '{ image: "ghcr.io/acme/**", signed: false, reason: x }');
    expect(made.allowed).toBe(0);
    expect(JSON.stringify(made.files)).not.toContain('insecureAcceptAnything');
  });
});

test('export --format notation names no repository of a pattern that was not verified', async () => {
  const made = await exported(notation, `{ image: "ghcr.io/acme/**", ${KEY} }`);
  expect(JSON.parse(made.files['trustpolicy.json'] ?? '')).toEqual({ version: '1.0', trustPolicies: [] });
  expect(made.stated).toEqual([expect.stringContaining('none of its signers is a Notary Project identity')]);
});

describe('the policy digest', () => {
  const digestOf = async (text: string) => policyDigest(await validPolicy(text, { rules, files }));

  test('is the same for the same rules, wherever they stand', async () => {
    const one = await digestOf(`version: 1\nallow: [{ image: "ghcr.io/acme/**", ${KEY} }]\n`);
    expect(one).toMatch(/^sha256:[0-9a-f]{64}$/);
    expect(await digestOf(`# a comment\n\nallow: [{ ${KEY}, image: "ghcr.io/acme/**" }]\nversion: 1\n`)).toBe(one);
  });

  test('is another where a key file is another', async () => {
    const text = 'version: 1\nallow: [{ image: "ghcr.io/acme/**", authorities: [{ key: { file: a.pub } }] }]\n';
    expect(policyDigest(await validPolicy(text, { rules, files: { 'a.pub': files['b.pub'] ?? '' } }))).not.toBe(
      await digestOf(text),
    );
  });
});
