import { identityMatches } from '../../policy/identity.js';
import { describeSigner, type Signer } from '../../signatures/signer.js';
import type { BuildLevel, BuildProvenance } from './provenance.js';
import { normalizeBuilder, readSourceUri } from './source-uri.js';

/**
 * Issuers whose tokens only a build platform's jobs can have.
 * @see https://github.com/sigstore/fulcio/blob/main/config/identity/config.yaml
 */
const PLATFORMS: ReadonlyMap<string, string> = new Map([
  ['https://token.actions.githubusercontent.com', 'GitHub Actions'],
  ['https://gitlab.com', 'GitLab CI'],
  ['https://agent.buildkite.com', 'Buildkite'],
  ['https://oauth2.sigstore.dev/auth/codefresh', 'Codefresh'],
  ['https://oidc.codefresh.io', 'Codefresh'],
]);

/** Builders that keep the signing key and the provenance out of the build's reach, by the beginning of their id. */
const ISOLATED_BUILDERS = [
  'https://github.com/slsa-framework/slsa-github-generator/.github/workflows/',
  'https://cloudbuild.googleapis.com/GoogleHostedWorker',
] as const;

/** Whether a builder, or the subject of a certificate, is one of those: what they say of a build is not the build's own word. */
export function isIsolatedBuilder(name: string): boolean {
  return ISOLATED_BUILDERS.some((prefix) => name.startsWith(prefix));
}

/**
 * Evaluates the SLSA build level that a provenance's own words and its signature support, and says by which steps. Never
 * more than is shown: 1 for provenance that is there, 2 where a hosted platform signed it, 3 where the platform keeps
 * the build from writing its own provenance.
 *
 * @param wantedBuilder the builder that the policy's entry names, which is what makes a key a platform's, and a reusable
 *   workflow one that keeps its caller out
 * @see https://slsa.dev/spec/v1.1/levels
 */
export function evaluateLevel(
  provenance: BuildProvenance,
  signer: Signer | null,
  wantedBuilder: string | undefined,
): BuildLevel {
  const { builder } = provenance;
  if (builder === undefined) return { level: 0, reasoning: ['it names no builder, which level 1 requires'] };
  const one = `level 1: it names its builder, ${builder}`;
  if (signer === null) return { level: 1, reasoning: [one, 'not level 2: it is not signed'] };
  if (signer.kind !== 'keyless') {
    if (wantedBuilder === undefined || !identityMatches(wantedBuilder, normalizeBuilder(builder))) {
      return {
        level: 1,
        reasoning: [
          one,
          `not level 2: ${describeSigner(signer)} signed it, but nothing shows that only the build platform has that key (if so, name the builder in the entry)`,
        ],
      };
    }
    return {
      level: 2,
      reasoning: [
        one,
        `level 2: according to the policy, ${describeSigner(signer)} belongs to this builder`,
        "not level 3: nothing shows that the key is out of the build's reach",
      ],
    };
  }
  const platform = PLATFORMS.get(signer.issuer);
  if (platform === undefined) {
    return {
      level: 1,
      reasoning: [one, `not level 2: ${signer.issuer} issues identities to more than the jobs of a build platform`],
    };
  }
  const two = `level 2: a job of ${platform} signed it (${signer.subject})`;
  const isolation = isolationOf(provenance, signer, wantedBuilder);
  return isolation.isolated
    ? { level: 3, reasoning: [one, two, `level 3: ${isolation.reason}`] }
    : { level: 2, reasoning: [one, two, `not level 3: ${isolation.reason}`] };
}

function isolationOf(
  provenance: BuildProvenance,
  signer: Extract<Signer, { readonly kind: 'keyless' }>,
  wantedBuilder: string | undefined,
): { readonly isolated: boolean; readonly reason: string } {
  if (signer.runnerEnvironment !== undefined && signer.runnerEnvironment !== 'github-hosted') {
    return { isolated: false, reason: `it ran on a ${signer.runnerEnvironment} runner` };
  }
  const builder = normalizeBuilder(provenance.builder ?? '');
  const known = ISOLATED_BUILDERS.find((prefix) => builder.startsWith(prefix));
  // The certificate, not the predicate, proves which workflow signed.
  if (known !== undefined && signer.subject.startsWith(known)) {
    return { isolated: true, reason: `${builder} builds and signs in separate jobs, out of reach of the caller` };
  }
  // The subject of a job's certificate is the workflow file it runs, which for a reusable workflow is not the caller's.
  if (signer.sourceRepository !== undefined && signer.runnerEnvironment === 'github-hosted') {
    const source = readSourceUri(signer.sourceRepository).repository;
    if (signer.subject.startsWith('https://') && !isBelow(signer.subject, source)) {
      const workflow = `the reusable workflow ${signer.subject} of another repository`;
      if (wantedBuilder === undefined || !namesWorkflow(wantedBuilder, signer.subject)) {
        const reason = `${workflow} signed it, but the entry does not name it as \`builder\``;
        return { isolated: false, reason };
      }
      return { isolated: true, reason: `${workflow} built and signed it, on a hosted runner` };
    }
  }
  return { isolated: false, reason: "the repository's own workflow controls what its provenance says" };
}

/** GitHub's names are the same in any case. */
function isBelow(subject: string, repository: string): boolean {
  return subject.toLowerCase().startsWith(`${repository}/`.toLowerCase());
}

/**
 * Whether the policy names a workflow as builder: by its repository at least. A pattern over all repositories of an owner
 * names none, since each of them may have a workflow that does what its caller says.
 */
function namesWorkflow(wanted: string, subject: string): boolean {
  const [, , host = '*', owner = '*', repository = '*'] = wanted.split('/');
  return (
    ![host, owner, repository].some((part) => part.includes('*')) && identityMatches(wanted, normalizeBuilder(subject))
  );
}
