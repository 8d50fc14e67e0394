import { stringify } from 'yaml';
import { err, ok, type Result } from '../../lib/result.js';
import type { Authority, Policy } from '../../policy/policy.js';
import type { ImagePattern } from '../../references/pattern.js';
import { type Exported, type ExportInput, type ExportTarget, headerComment } from '../export-target.js';
import {
  anchoredExpression,
  anyOfEach,
  constraintOf,
  deniedEntry,
  deniedWhole,
  expressAuthorities,
  NAMES_AND_SIGNATURES,
  type PatternEntry,
  policyEntries,
} from '../policy-entries.js';

/** More lists for one entry than a cluster would keep. */
const MAX_LISTS = 20;
const REKOR = 'https://rekor.sigstore.dev';
const FULCIO = 'https://fulcio.sigstore.dev';

/** An authority as policy-controller has it; a signature of the older and of the newer form are two of them. */
type ClusterAuthority = Readonly<Record<string, unknown>>;

/**
 * ClusterImagePolicy resources of Sigstore's policy-controller. All policies that match an image must admit it, and one of
 * the authorities of each: N of M signers are several policies, and a denial is one that always fails.
 *
 * @see https://docs.sigstore.dev/policy-controller/overview/
 */
export const clusterImagePolicy: ExportTarget = {
  name: 'cluster-image-policy',
  title: "ClusterImagePolicy of Sigstore's policy-controller",
  allows: { one: 'allow entry', many: 'allow entries' },
  render: (input: ExportInput): Exported => {
    const { policy } = input;
    const { allow, deny, stated } = policyEntries(policy);
    const notes = [...stated, ...deny.filter(({ tag }) => tag !== undefined).map(deniedWhole)];
    const resources: unknown[] = deny.map((pattern, index) =>
      resource(`deny-${index + 1}`, globsOf(pattern, 'deny') ?? ['**'], [fails('The policy denies this image.')]),
    );
    let allowed = 0;
    for (const [index, one] of allow.entries()) {
      const lists = listsOf(one, policy);
      if (!lists.ok) {
        // Left out, a broader entry would decide.
        notes.push(deniedEntry(one.entry, lists.error));
        const globs = globsOf(one.pattern, 'deny') ?? ['**'];
        resources.push(resource(`allow-${index + 1}`, globs, [fails("This entry can't be checked in a cluster.")]));
        continue;
      }
      allowed += 1;
      const globs = globsOf(one.pattern, 'allow') ?? [];
      for (const [part, authorities] of lists.value.entries())
        resources.push(resource(`allow-${index + 1}-${part + 1}`, globs, authorities));
    }
    // A file without a document would be applied and enforce nothing, as an image without a policy is only warned of.
    if (resources.length === 0) resources.push(resource('deny-all', ['**'], [fails('The policy allows no image.')]));
    const limits = allowed === 0 ? [] : LIMITS;
    const documents = resources.map((one) => stringify(one, { lineWidth: 0 }));
    return {
      files: { 'cluster-image-policy.yaml': `${headerComment(input, limits)}---\n${documents.join('---\n')}` },
      allowed,
      stated: [...notes, ...limits],
    };
  },
};

const LIMITS = [
  NAMES_AND_SIGNATURES,
  'Policies apply in namespaces with the label policy.sigstore.dev/include=true; images without a policy are denied unless the controller is configured otherwise.',
  'Where entries overlap, an image has to meet all of them, not only the most specific one.',
  'A reusable workflow is accepted regardless of its caller: policy-controller does not check the source repository.',
];

function resource(name: string, globs: readonly string[], authorities: readonly ClusterAuthority[]): unknown {
  return {
    apiVersion: 'policy.sigstore.dev/v1beta1',
    kind: 'ClusterImagePolicy',
    metadata: { name: `base-image-gate-${name}` },
    spec: { images: globs.map((glob) => ({ glob })), authorities, mode: 'enforce' },
  };
}

function fails(message: string): ClusterAuthority {
  return { name: 'denied', static: { action: 'fail', message } };
}

/** The lists of authorities of which one each has to have signed; `static: pass` for an entry without signatures. */
function listsOf(
  { entry, pattern }: PatternEntry,
  policy: Policy,
): Result<readonly (readonly ClusterAuthority[])[], string> {
  if (globsOf(pattern, 'allow') === null)
    return err('it has a tag that policy-controller could mistake for a digest, or both a tag and a digest');
  if (!entry.signed) return ok([[{ name: 'unsigned', static: { action: 'pass' } }]]);
  const expressed = expressAuthorities(entry, (authority) => clusterAuthority(authority, policy));
  if (!expressed.ok) return expressed;
  const lists = anyOfEach(expressed.value, MAX_LISTS);
  if (lists === null)
    return err(`${entry.require} of ${entry.authorities.length} signers need more than ${MAX_LISTS} policies`);
  return ok(lists.map((list) => list.flat().map((authority, index) => ({ name: `authority-${index}`, ...authority }))));
}

function clusterAuthority(authority: Authority, { trustedRoot }: Policy): Result<readonly ClusterAuthority[], string> {
  const { signatureRepository } = authority;
  const source = signatureRepository === undefined ? {} : { source: [{ oci: signatureRepository }] };
  switch (authority.kind) {
    case 'key': {
      const key = { key: { data: authority.pem, hashAlgorithm: 'sha256' }, ...source };
      if (authority.log === 'ignored') return ok([key]);
      return trustedRoot === undefined ? ok([{ ...key, ctlog: { url: REKOR } }]) : err(OWN_ROOT);
    }
    case 'keyless': {
      const constraint = constraintOf(authority);
      if (constraint !== undefined) return err(`policy-controller can't check the ${constraint} of a signer`);
      if (trustedRoot !== undefined) return err(OWN_ROOT);
      const { issuer, subject } = authority;
      const identity = subject.includes('*')
        ? { issuer, subjectRegExp: anchoredExpression(subject) }
        : { issuer, subject };
      const keyless = { keyless: { url: FULCIO, identities: [identity] }, ctlog: { url: REKOR }, ...source };
      return ok([keyless, { ...keyless, signatureFormat: 'bundle' }]);
    }
    case 'kms':
      return err('it is signed with a key that only a key management service holds');
    case 'notation':
      return err("it is signed in the Notary Project's form, which `--format notation` writes");
  }
}

const OWN_ROOT = 'the policy has a trusted root of its own, which belongs in a TrustRoot resource';

/**
 * The globs of a pattern: policy-controller compares them with the whole reference, `NAME:TAG` or `NAME@DIGEST`, and `*`
 * stands for `:` and `@` as well. `NAME*` would therefore match other names. Null for a tag behind a wildcard, which a
 * digest could pass for. A denial covers more rather than less.
 *
 * @see https://github.com/sigstore/policy-controller/blob/main/pkg/apis/glob/glob.go
 */
function globsOf({ name, tag, digest }: ImagePattern, mode: 'allow' | 'deny'): readonly string[] | null {
  const hosted = name.text.replace(/^docker\.io\//, 'index.docker.io/');
  // `**/` stands for nothing, too, which their dialect has no word for.
  const names = mode === 'deny' && hosted.includes('/**/') ? [hosted, hosted.replaceAll('/**/', '/')] : [hosted];
  if (digest !== undefined && tag === undefined) return names.map((one) => `${one}@${digest}`);
  if (mode === 'deny') return names.flatMap((one) => [`${one}:**`, `${one}@**`]);
  if (digest !== undefined) return null;
  if (tag === undefined) return names.flatMap((one) => [`${one}:*`, `${one}@*`]);
  return hosted.slice(hosted.lastIndexOf('/')).includes('*') || hosted.includes('**')
    ? null
    : names.map((one) => `${one}:${tag.text.replaceAll('**', '*')}`);
}
