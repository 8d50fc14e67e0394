import { err, ok, type Result } from '../lib/result.js';
import { identityMatches, namesCaller } from '../policy/identity.js';
import type { Authority } from '../policy/policy.js';
import { type SignatureError, signatureError } from './signature-error.js';
import { describeSigner, isCalled, type KeylessIdentity } from './signer.js';

export type KeylessAuthority = Extract<Authority, { readonly kind: 'keyless' }>;

/** An authority as a policy's reader would recognize it, in one line. */
export function describeAuthority(authority: Authority): string {
  switch (authority.kind) {
    case 'keyless':
      return `${authority.subject} (issuer ${authority.issuer})`;
    case 'key':
      return `the key ${authority.name}`;
    case 'kms':
      return `the key ${authority.uri}`;
    case 'notation':
      return `${authority.identities.join(' or ')} (Notary Project)`;
  }
}

/** The constraints on Fulcio's extensions, in the words of the policy. */
const CONSTRAINTS = [
  ['sourceRepository', 'source repository'],
  ['sourceRef', 'source ref'],
  ['workflow', 'workflow'],
  ['buildSignerDigest', 'build signer digest'],
  ['runnerEnvironment', 'runner environment'],
] as const;

/**
 * Whether a proven identity is the authority's: the issuer exactly, subject and constraints exactly or by the policy's
 * anchored globs. A constraint on something the certificate does not say is not met. Fails with `wrong-signer`.
 */
export function matchIdentity(identity: KeylessIdentity, authority: KeylessAuthority): Result<true, SignatureError> {
  const wrong = (detail: string) =>
    err(
      signatureError(
        'wrong-signer',
        `it is signed by ${describeSigner(identity)}${detail}, but the policy requires ${describeAuthority(authority)}`,
      ),
    );
  // GitHub's owners and repositories are the same in any case; paths and refs are not.
  const same = authority.github === true ? withLowerRepository : (text: string) => text;
  const meets = (wanted: string, seen: string) => identityMatches(same(wanted), same(seen));
  if (identity.issuer !== authority.issuer || !meets(authority.subject, identity.subject)) return wrong('');
  for (const [field, name] of CONSTRAINTS) {
    const wanted = authority[field];
    const seen = identity[field];
    if (wanted === undefined || (seen !== undefined && meets(wanted, seen))) continue;
    return wrong(` with ${name} ${seen ?? '(none)'} instead of ${wanted}`);
  }
  if (isCalledByOthers(identity) && !namesCaller(authority)) {
    return wrong(
      ", a workflow called from another owner's repository; the authority needs a `source-repository` to accept it",
    );
  }
  return ok(true);
}

/** `https://github.com/OWNER/REPOSITORY` at the beginning of a text, in lower case. */
function withLowerRepository(text: string): string {
  return text.replace(/^https:\/\/github\.com\/[^/]+\/[^/]+/i, (repository) => repository.toLowerCase());
}

/** Whether a workflow signed for a repository of another owner than its own: everyone who can read it can call it. */
function isCalledByOthers(identity: KeylessIdentity): boolean {
  const [, , host, owner] = identity.subject.toLowerCase().split('/');
  const [, , sourceHost, sourceOwner] = identity.sourceRepository?.toLowerCase().split('/') ?? [];
  // Where platform and forge are two, as with Codefresh, the subject is no workflow of the forge.
  return isCalled(identity) && host === sourceHost && owner !== sourceOwner;
}
