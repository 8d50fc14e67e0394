import { stringify } from 'yaml';
import { z } from 'zod';
import { err, ok, type Result } from '../../lib/result.js';
import type { Authority, Policy } from '../../policy/policy.js';
import { type ImagePattern, patternsOverlap } from '../../references/pattern.js';
import { formatReference, repositoryName } from '../../references/reference.js';
import { PUBLIC_GOOD_ROOT } from '../../signatures/sigstore/public-good-root.js';
import {
  type Exported,
  type ExportInput,
  type ExportTarget,
  exportHeader,
  headerComment,
  jsonFile,
} from '../export-target.js';
import {
  anyOfEach,
  constraintOf,
  decidingBefore,
  deniedEntry,
  deniedWhole,
  expressAuthorities,
  NAMES_AND_SIGNATURES,
  overlapsAny,
  type PatternEntry,
  policyEntries,
} from '../policy-entries.js';
import { compare, type VerifiedReference } from '../verified-references.js';
import { repositoriesOf, verifiedByEntry } from '../verified-repositories.js';

/** A condition on a scope; all of a scope's have to be met. */
type Requirement = Readonly<Record<string, unknown>>;

const REJECT: readonly Requirement[] = [{ type: 'reject' }];
const ACCEPT: readonly Requirement[] = [{ type: 'insecureAcceptAnything' }];
const MAX_LISTS = 20;

/**
 * policy.json and registries.d of the containers tools (podman, skopeo, buildah, CRI-O). The narrowest scope decides there,
 * and a scope covers what is below it: a denial inside an allowed scope is a scope of its own, and what can't be expressed is
 * rejected, so that no scope above it decides.
 *
 * @see https://github.com/containers/image/blob/main/docs/containers-policy.json.5.md
 */
export const containersPolicy: ExportTarget = {
  name: 'containers-policy',
  title: 'policy.json and registries.d of the containers tools',
  allows: { one: 'scope', many: 'scopes' },
  inDirectory: true,
  render: (input: ExportInput): Exported => {
    const entries = policyEntries(input.policy);
    const stated = [...entries.stated, ...entries.deny.filter(({ tag }) => tag !== undefined).map(deniedWhole)];
    const verified = verifiedByEntry(input);
    const allowed = new Map<string, readonly Requirement[]>();
    const rejected = new Set(entries.deny.map(enclosingScope));
    for (const one of entries.allow) {
      const before = decidingBefore(one, entries);
      const expressed = scopesOf(one, before, verified.get(one.entry) ?? [], input.policy);
      if (!expressed.ok) stated.push(deniedEntry(one.entry, expressed.error));
      for (const [scope, requirements] of expressed.ok ? expressed.value : []) allowed.set(scope, requirements);
      rejected.add(enclosingScope(one.pattern));
    }
    const scopes = new Map([...[...rejected].map((scope) => [scope, REJECT] as const), ...allowed]);
    scopes.delete('');
    const sorted = [...scopes].toSorted(([a], [b]) => compare(a, b));
    const limits = allowed.size === 0 ? [] : LIMITS;
    const transports = { ...header(input, limits), docker: Object.fromEntries(sorted) };
    return {
      files: {
        'policy.json': jsonFile({ default: REJECT, transports }),
        'registries.d/base-image-gate.yaml': `${headerComment(input, limits)}${attachments(sorted)}`,
      },
      allowed: allowed.size,
      stated: [...stated, ...limits],
    };
  },
};

const LIMITS = [
  NAMES_AND_SIGNATURES,
  'A scope of a namespace also covers an image of exactly that name, which has to carry the same signature.',
  'An image has to be signed under the name that it is pulled by.',
];

/** JSON has no comments, and an unknown key is an error; an unknown transport is never used. */
function header(input: ExportInput, limits: readonly string[]): Readonly<Record<string, unknown>> {
  const words = [...exportHeader(input, limits)].map(([name, value]) => [`${name}: ${value}`, REJECT]);
  return { 'base-image-gate': Object.fromEntries(words) };
}

/** Without it, signatures next to the image are not looked for. */
function attachments(scopes: readonly (readonly [string, readonly Requirement[]])[]): string {
  const signed = scopes.filter(([, requirements]) => requirements.some(({ type }) => type === 'sigstoreSigned'));
  const names = signed.map(([scope]) => scope.replace(/@.*$|(?<=\/[^/]*):[^/]*$/, ''));
  return stringify(
    { docker: Object.fromEntries([...new Set(names)].map((name) => [name, { 'use-sigstore-attachments': true }])) },
    { lineWidth: 0 },
  );
}

/**
 * The scope that everything a pattern matches is in: what is before its first wildcard, up to a whole segment; empty where
 * that is not even a registry.
 */
function enclosingScope({ name }: ImagePattern): string {
  const star = name.text.indexOf('*');
  if (star < 0) return name.text;
  return name.text.slice(0, Math.max(0, name.text.lastIndexOf('/', star)));
}

type Scopes = ReadonlyMap<string, readonly Requirement[]>;

/** The scopes of an entry: a namespace, or the repositories and references that were verified. */
function scopesOf(
  one: PatternEntry,
  before: readonly ImagePattern[],
  verified: readonly VerifiedReference[],
  policy: Policy,
): Result<Scopes, string> {
  const { entry, pattern } = one;
  if (!entry.signed) return unsignedScopes(before, verified);
  const requirements = (repository: string | null) => requirementsOf(one, repository, policy);
  const [, namespace] = /^([^*]+)\/\*\*$/.exec(pattern.text) ?? [];
  if (namespace !== undefined && hasOwnScope(namespace, pattern, before))
    return scopesFor([namespace], () => requirements(null));
  const { name, tag, digest, text } = pattern;
  if (tag !== undefined && (digest !== undefined || tag.text.includes('*')))
    return err('a scope has one tag or one digest');
  const names = name.text.includes('*') ? repositoriesOf(verified) : [text];
  const own = names.filter((scope) => !overlapsAny(scope, before));
  if (own.length === 0) return err('no repository that only this entry decides about was verified');
  const repository = (scope: string) => (name.text.includes('*') ? scope : name.text);
  return scopesFor(own, (scope) => requirements(repository(scope)));
}

/** Whether all that decides before has a scope of its own below a namespace. */
function hasOwnScope(namespace: string, pattern: ImagePattern, before: readonly ImagePattern[]): boolean {
  return before
    .filter((other) => patternsOverlap(other, pattern))
    .every((other) => enclosingScope(other).startsWith(`${namespace}/`));
}

function scopesFor(
  scopes: readonly string[],
  requirements: (scope: string) => Result<readonly Requirement[], string>,
): Result<Scopes, string> {
  const made = new Map<string, readonly Requirement[]>();
  for (const scope of scopes) {
    const own = requirements(scope);
    if (!own.ok) return own;
    made.set(scope, own.value);
  }
  return ok(made);
}

/** A scope of a repository covers what is below it, so what needs no signature is accepted by whole references alone. */
function unsignedScopes(
  before: readonly ImagePattern[],
  verified: readonly VerifiedReference[],
): Result<Scopes, string> {
  const names = verified.flatMap(({ reference, digest }) => {
    const byDigest = `${repositoryName(reference)}@${digest}`;
    const { digest: _, ...byTag } = reference;
    return reference.digest === undefined ? [formatReference(byTag), byDigest] : [byDigest];
  });
  const own = names.filter((name) => !overlapsAny(name, before));
  return own.length === 0
    ? err('it needs no signature, and no image of it was verified')
    : scopesFor(own, () => ok(ACCEPT));
}

/** A key, or an identity of a Fulcio certificate. */
interface Signer {
  /** What can stand in one requirement together: keys with the same log. */
  readonly group: string;
  readonly key?: string;
  readonly rest: Requirement;
}

/** @param repository that the signature has to name; null for the name that the image is pulled by */
function requirementsOf(
  { entry }: PatternEntry,
  repository: string | null,
  policy: Policy,
): Result<readonly Requirement[], string> {
  const expressed = expressAuthorities(entry, (authority) => signerOf(authority, policy));
  if (!expressed.ok) return expressed;
  const lists = anyOfEach(expressed.value, MAX_LISTS);
  if (lists === null)
    return err(`${entry.require} of ${entry.authorities.length} signers need more than ${MAX_LISTS} conditions`);
  const signedIdentity =
    repository === null ? { type: 'matchRepository' } : { type: 'exactRepository', dockerRepository: repository };
  return ok(lists.flatMap((list) => requirementOf(list, signedIdentity)));
}

/** One requirement takes any of several keys, or one identity: the others of a list are left out, which narrows it. */
function requirementOf(list: readonly Signer[], signedIdentity: Requirement): readonly Requirement[] {
  const [first] = list;
  if (first === undefined) return REJECT;
  const keys = list.filter(({ group }) => group === first.group).flatMap(({ key }) => key ?? []);
  const [key] = keys;
  const keyFields = key === undefined ? {} : keys.length === 1 ? { keyData: key } : { keyDatas: keys };
  return [{ type: 'sigstoreSigned', ...keyFields, ...first.rest, signedIdentity }];
}

function signerOf(authority: Authority, policy: Policy): Result<Signer, string> {
  if (authority.signatureRepository !== undefined) return err('its signatures are in another repository');
  switch (authority.kind) {
    case 'key': {
      const key = base64(authority.pem);
      if (authority.log === 'ignored') return ok({ group: 'key', key, rest: {} });
      const trust = trustOf(policy);
      return trust.ok ? ok({ group: 'logged key', key, rest: logKeys(trust.value) }) : trust;
    }
    case 'keyless': {
      const constraint = constraintOf(authority);
      if (constraint !== undefined) return err(`the containers tools can't check the ${constraint} of a signer`);
      const { issuer: oidcIssuer, subject: subjectEmail } = authority;
      if (!/^[^*:/@\s]+@[^*:/@\s]+$/.test(subjectEmail))
        return err('the containers tools identify signers only by e-mail address');
      const trust = trustOf(policy);
      if (!trust.ok) return trust;
      const fulcio = { caData: base64(trust.value.authorities.join('')), oidcIssuer, subjectEmail };
      return ok({ group: JSON.stringify(fulcio), rest: { fulcio, ...logKeys(trust.value) } });
    }
    case 'kms':
      return err('it is signed with a key that only a key management service holds');
    case 'notation':
      return err("it is signed in the Notary Project's form, which `--format notation` writes");
  }
}

interface Trust {
  readonly authorities: readonly string[];
  readonly logs: readonly string[];
}

/** What of a trusted root these tools read: roots of Fulcio, and ECDSA keys of logs, in PEM. */
const trustedRoot = z.object({
  tlogs: z.array(z.object({ publicKey: z.object({ rawBytes: z.base64(), keyDetails: z.string() }) })),
  certificateAuthorities: z.array(
    z.object({ certChain: z.object({ certificates: z.array(z.object({ rawBytes: z.base64() })).min(1) }) }),
  ),
});

function trustOf({ trustedRoot: own }: Policy): Result<Trust, string> {
  const read = trustedRoot.safeParse(parseJson(own ?? PUBLIC_GOOD_ROOT.json));
  if (!read.success) return err('the trusted root is not in one piece');
  const logs = read.data.tlogs
    .filter(({ publicKey }) => publicKey.keyDetails.includes('ECDSA'))
    .map(({ publicKey }) => pem('PUBLIC KEY', publicKey.rawBytes));
  const authorities = read.data.certificateAuthorities.map(({ certChain: { certificates } }) =>
    pem('CERTIFICATE', certificates.at(-1)?.rawBytes ?? ''),
  );
  return logs.length === 0
    ? err('the trusted root has no log that the containers tools know')
    : ok({ authorities, logs });
}

function logKeys({ logs }: Trust): Requirement {
  const [log = ''] = logs;
  return logs.length === 1 ? { rekorPublicKeyData: base64(log) } : { rekorPublicKeyDatas: logs.map(base64) };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function base64(text: string): string {
  return Buffer.from(text).toString('base64');
}

function pem(label: string, der: string): string {
  const lines = der.match(/.{1,64}/g) ?? [];
  return `-----BEGIN ${label}-----\n${lines.join('\n')}\n-----END ${label}-----\n`;
}
