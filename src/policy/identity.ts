import { err, ok, type Result } from '../lib/result.js';
import { type Glob, globMatches, globsOverlap, parseGlob } from '../references/glob.js';

/** Hosts where anyone can have workflows or identities: a subject that leaves the owner open matches everyone. */
const SHARED_HOSTS = ['github.com', 'gitlab.com', 'bitbucket.org', 'codeberg.org', 'issuer.enforce.dev'];
const AT_SHARED_HOST = new RegExp(`^https?://(?:\\*{0,2}\\.?)?(?:${SHARED_HOSTS.join('|').replaceAll('.', '\\.')})/`);

const MATCHES_EVERYONE = 'it matches everyone; name a specific identity';

/** A name that no policy can write: what a pattern matches with it, it matches with any untrusted name. */
const ANYONE = '\0';

/**
 * Everything an untrusted party can be called: by a workflow or an identity of their own on a shared host, by a service account of
 * a project of their own, by an address where anyone can have one.
 */
const UNTRUSTED: readonly Glob[] = [
  ...SHARED_HOSTS.map((host) => `https://${host}/${ANYONE}/**`),
  `*@${ANYONE}.iam.gserviceaccount.com`,
  ...['gmail.com', 'googlemail.com', 'outlook.com', 'hotmail.com'].map((domain) => `*@${domain}`),
].flatMap((text) => {
  const glob = parseGlob(text);
  return glob.ok ? [glob.value] : [];
});

/**
 * Reads a subject or another identity: an exact text, or an anchored glob of the policy's dialect. Fails, with a reason
 * that can follow "because", for a subject that everyone's identity matches.
 */
export function parseIdentity(text: string): Result<Glob, string> {
  const glob = parseGlob(text);
  if (!glob.ok) return glob;
  if (!text.includes('*')) return glob;
  if (matchesEverything(text)) return err(MATCHES_EVERYONE);
  const host = AT_SHARED_HOST.exec(text)?.[0];
  if (host !== undefined) {
    const [owner = ''] = text.slice(host.length).split('/');
    if (owner.replaceAll('*', '') === '') {
      return err(`it matches everyone on ${host.slice(0, -1)}; name the owner, as in ${host}OWNER/**`);
    }
  }
  return UNTRUSTED.some((untrusted) => globsOverlap(glob.value, untrusted)) ? err(MATCHES_EVERYONE) : ok(glob.value);
}

/**
 * Repositories whose workflows may be called from any repository: the certificate of such a run has the called workflow as its subject,
 * no matter which repository it ran for.
 *
 * @see https://docs.github.com/en/actions/how-tos/reuse-automations/reuse-workflows
 */
const SHARED_BUILDERS: readonly Glob[] = [
  'https://github.com/slsa-framework/**',
  'https://github.com/docker/github-builder*/**',
  'https://github.com/actions/**',
  'https://github.com/github/**',
  'https://github.com/google-github-actions/**',
  'https://github.com/aws-actions/**',
].flatMap((text) => {
  const glob = parseGlob(text);
  return glob.ok ? [glob.value] : [];
});

/** Whether a subject, exact or a glob, belongs to a workflow that is known to be public for anyone to call. */
export function isSharedBuilder(subject: string): boolean {
  // GitHub's owners and repositories are the same in any case.
  const glob = parseGlob(subject.toLowerCase());
  return glob.ok && SHARED_BUILDERS.some((shared) => globsOverlap(glob.value, shared));
}

/**
 * Whether constraints say for whom a workflow that anyone may call must have run: by the source repository, or the
 * workflow that called it. A constraint that every repository matches does not count.
 */
export function namesCaller({
  sourceRepository,
  workflow,
}: {
  readonly sourceRepository?: string | undefined;
  readonly workflow?: string | undefined;
}): boolean {
  return [sourceRepository, workflow].some((pattern) => pattern !== undefined && parseIdentity(pattern).ok);
}

/** Nothing literal but the punctuation and scheme that every identity has: `**`, `https://**`, `*@*`, `https://*.*`/… */
function matchesEverything(text: string): boolean {
  const withoutScheme = text.replace(/^[a-z]*\*{0,2}:\/\//, '');
  return /^[*/@.:]*$/.test(withoutScheme) || /^https?\*{0,2}$/.test(text);
}

/** Whether an identity is the one a policy names, or is described by its glob. A text that is no valid glob matches nothing. */
export function identityMatches(pattern: string, identity: string): boolean {
  if (pattern === identity) return true;
  const glob = pattern.includes('*') ? parseGlob(pattern) : undefined;
  return glob?.ok === true && globMatches(glob.value, identity);
}

/**
 * What distinguishes one keyless signer from another: anyone who may push to a repository may run a workflow at a ref of their own,
 * so the ref is left out. A workflow that several repositories call is a signer for each. Case is left out too: forges and
 * mail hosts take a name in any, and a caller may write a workflow's repository in one of its own.
 */
export function keylessVoice({
  issuer,
  subject,
  sourceRepository,
}: {
  readonly issuer: string;
  readonly subject: string;
  readonly sourceRepository?: string;
}): readonly string[] {
  const [, workflow = subject] = /^(https:\/\/[^@]+)@/.exec(subject) ?? [];
  return [issuer, workflow.toLowerCase(), (sourceRepository ?? '').toLowerCase()];
}
