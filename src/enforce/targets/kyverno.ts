import { stringify } from 'yaml';
import { err, ok, type Result } from '../../lib/result.js';
import type { Authority, Policy } from '../../policy/policy.js';
import { globMatches } from '../../references/glob.js';
import type { ImagePattern } from '../../references/pattern.js';
import { type Exported, type ExportInput, type ExportTarget, headerComment } from '../export-target.js';
import {
  anchoredExpression,
  constraintOf,
  deniedEntry,
  deniedWhole,
  type EntrySigners,
  expressAuthorities,
  NAMES_AND_SIGNATURES,
  policyEntries,
} from '../policy-entries.js';

const REKOR = 'https://rekor.sigstore.dev';

type Attestor = Readonly<Record<string, unknown>>;

/**
 * An ImageValidatingPolicy of Kyverno: one expression that finds the allow entry which decides about an image, as the gate
 * does, and counts the signatures of its signers.
 *
 * @see https://kyverno.io/docs/policy-types/image-validating-policy/
 */
export const kyverno: ExportTarget = {
  name: 'kyverno',
  title: 'ImageValidatingPolicy of Kyverno',
  allows: { one: 'allow entry', many: 'allow entries' },
  render: (input: ExportInput): Exported => {
    const { allow, deny, stated } = policyEntries(input.policy);
    const notes = [...stated, ...deny.filter(({ tag }) => tag !== undefined).map(deniedWhole)];
    const attestors: Attestor[] = [];
    const cases: string[] = [];
    let allowed = 0;
    for (const { entry, pattern } of allow) {
      const covering = matches(expressionOf(pattern, 'cover'));
      const expressed = entry.signed
        ? expressAuthorities(entry, (authority) => attestorOf(authority, input.policy))
        : null;
      if (expressed?.ok === false) {
        notes.push(deniedEntry(entry, expressed.error));
        cases.push(`${covering} ? false`);
        continue;
      }
      allowed += 1;
      const exact = matches(expressionOf(pattern, 'allow'));
      const signed = expressed === null ? '' : ` && ${signatures(expressed.value, attestors)}`;
      cases.push(`${covering} ? ${exact}${signed}`);
    }
    const denied = deny.map((pattern) => `!${matches(expressionOf(pattern, 'cover'))}`);
    // The first entry that covers an image decides; the others are not evaluated.
    const decision = [...cases, 'false'].join(' : ');
    const all = [...denied, `(${decision})`].join(' && ');
    const limits = allowed === 0 ? [] : LIMITS;
    return {
      files: {
        'image-validating-policy.yaml': `${headerComment(input, limits)}${stringify(resource(all, attestors), { lineWidth: 0 })}`,
      },
      allowed,
      stated: [...notes, ...limits],
    };
  },
};

const LIMITS = [
  NAMES_AND_SIGNATURES,
  'Docker Hub images of a pattern whose first segment is a wildcard have to be written with their registry.',
  'A reusable workflow is accepted regardless of its caller.',
];

const LISTS = ['containers', 'initContainers', 'ephemeralContainers'] as const;

function resource(decision: string, attestors: readonly Attestor[]): unknown {
  return {
    apiVersion: 'policies.kyverno.io/v1',
    kind: 'ImageValidatingPolicy',
    metadata: { name: 'base-image-gate' },
    spec: {
      validationActions: ['Deny'],
      failurePolicy: 'Fail',
      matchConstraints: {
        resourceRules: [
          {
            apiGroups: [''],
            apiVersions: ['v1'],
            operations: ['CREATE', 'UPDATE'],
            resources: ['pods', 'pods/ephemeralcontainers'],
          },
        ],
      },
      // Without separators `*` stands for any text: an image that this leaves out would not be evaluated.
      matchImageReferences: [{ glob: '*' }],
      // The expression asks for signatures itself, where the policy does.
      validationConfigurations: { mutateDigest: true, verifyDigest: true, required: false },
      attestors,
      validations: LISTS.map((list) => ({
        expression: `images.${list}.all(image, ${decision})`,
        message: `An image in ${list} is not allowed by the policy of base-image-gate, or lacks a required signature.`,
      })),
    },
  };
}

/** A condition on a signature count. The names are ours, so they need no quotes in CEL. */
function signatures({ authorities, require }: EntrySigners<Attestor>, attestors: Attestor[]): string {
  const names = authorities.map((authority) => {
    const name = `attestor${attestors.length}`;
    attestors.push({ name, ...authority });
    return `attestors.${name}`;
  });
  return `verifyImageSignatures(image, [${names.join(', ')}]) >= ${require}`;
}

/** `image.matches("…")`: JSON's strings are strings of CEL, and `matches` finds a part, so expressions are anchored. */
function matches(expression: string): string {
  return `image.matches(${JSON.stringify(expression)})`;
}

function attestorOf(authority: Authority, { trustedRoot }: Policy): Result<Attestor, string> {
  const { signatureRepository } = authority;
  const source = signatureRepository === undefined ? {} : { source: { repository: signatureRepository } };
  const root = trustedRoot === undefined ? {} : { trustedRoot: { value: trustedRoot } };
  switch (authority.kind) {
    case 'key': {
      const ctlog = { url: REKOR, ...(authority.log === 'ignored' ? { insecureIgnoreTlog: true } : {}) };
      const key = { data: authority.pem, hashAlgorithm: 'sha256' };
      return ok({ cosign: { key, ctlog, ...source, ...(authority.log === 'ignored' ? {} : root) } });
    }
    case 'keyless': {
      const constraint = constraintOf(authority);
      if (constraint !== undefined) return err(`Kyverno can't check the ${constraint} of a signer`);
      const { issuer, subject } = authority;
      const identity = subject.includes('*')
        ? { issuer, subjectRegExp: anchoredExpression(subject) }
        : { issuer, subject };
      return ok({ cosign: { keyless: { identities: [identity] }, ctlog: { url: REKOR }, ...source, ...root } });
    }
    case 'kms':
      return err('it is signed with a key that only a key management service holds');
    case 'notation':
      return err(
        'Kyverno accepts every subject below the roots of a Notary Project signer; `--format notation` writes it',
      );
  }
}

const TAG = '[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}';
const DIGEST = '[a-z0-9]+:[a-f0-9]+';

/**
 * The references that a pattern matches, as Kyverno sees them: the text of the manifest, which may leave out Docker Hub's
 * name, the tag and the digest. `allow` matches no more than the pattern, `cover` no less.
 */
function expressionOf({ name, tag, digest }: ImagePattern, mode: 'allow' | 'cover'): string {
  return `^${nameExpression(name.text, mode)}${mode === 'cover' ? COVERED_REST : restExpression(tag, digest)}$`;
}

const COVERED_REST = `(?::${TAG})?(?:@${DIGEST})?`;

function restExpression(tag: ImagePattern['tag'], digest: string | undefined): string {
  const written = tag === undefined ? TAG : tag.text.replaceAll('.', '\\.').replace(/\*+/g, '[A-Za-z0-9_.-]*');
  const pinned = digest === undefined ? `(?:@${DIGEST})?` : `@${digest}`;
  if (tag === undefined) return `(?::${TAG})?${pinned}`;
  // A reference without tag and digest names `latest`.
  return digest === undefined && globMatches(tag, 'latest') ? `(?::${written}${pinned}|)` : `:${written}${pinned}`;
}

/** A name of Docker Hub that is written without its registry: a first of several segments has no point. */
const HUB_NAME = '(?:[a-z0-9._-]+|[a-z0-9_-]+/[a-z0-9._/-]*)';
/** The names that Docker Hub answers under. */
const HUB_HOSTS =
  '(?i:docker\\.io|index\\.docker\\.io|registry-1\\.docker\\.io|registry\\.hub\\.docker\\.com)(?::0*443)?';

function nameExpression(name: string, mode: 'allow' | 'cover'): string {
  const [host = '', ...path] = name.split('/');
  if (path.length === 0) return `${segments(host)}(?::[0-9]+)?(?:/[a-z0-9._/-]*)?`;
  const rest = segments(path.join('/'));
  if (host === 'docker.io') return hubExpression(path, rest, mode);
  const hosted = host.includes('*') ? segments(host) : host.replace(/[\\^$.|?+()[\]{}]/g, '\\$&');
  return mode === 'cover' ? `(?i:${hosted})(?::0*443)?/${rest}` : `${hosted}/${rest}`;
}

function hubExpression(path: readonly string[], rest: string, mode: 'allow' | 'cover'): string {
  const [first = '', ...others] = path;
  const [official] = others;
  if (first === 'library' && others.length === 1 && official !== undefined && !official.includes('*')) {
    const either = `(?:library/)?${rest.slice('library/'.length)}`;
    return `(?:(?:${mode === 'cover' ? HUB_HOSTS : HUB_ALLOWED})/)?${either}`;
  }
  if (mode === 'allow') {
    // A first segment that is a wildcard could be another registry.
    const hosts = first.includes('*') ? `${HUB_ALLOWED}/` : `(?:${HUB_ALLOWED}/)?`;
    return `${hosts}${rest}`;
  }
  const isOpen = first.includes('*') || first === 'library';
  return isOpen ? `(?:${HUB_HOSTS}/[a-z0-9._/-]*|${HUB_NAME})` : `(?:${HUB_HOSTS}/)?${rest}`;
}

const HUB_ALLOWED = '(?:index\\.)?docker\\.io';

/** Globs over characters of names, which neither tags nor digests are made of: nothing crosses a colon or an `@`. */
function segments(glob: string): string {
  return glob
    .replace(/[.+]/g, '\\$&')
    .replace(/(^|\/)\*\*\//g, '$1\u0000')
    .replaceAll('**', '\u0001')
    .replaceAll('*', '[a-z0-9._-]*')
    .replaceAll('\u0000', '(?:[a-z0-9._/-]*/)?')
    .replaceAll('\u0001', '[a-z0-9._/-]*');
}
