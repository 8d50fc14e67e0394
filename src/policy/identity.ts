import { type Glob, globMatches, parseGlob } from '../images/glob.js';
import { err, ok, type Result } from '../result.js';

/** Hosts where everybody has workflows or identities: a subject that leaves their owner open is everybody's. */
const SHARED_HOSTS =
  /^https?:\/\/(?:\*{0,2}\.?)?(?:github\.com|gitlab\.com|bitbucket\.org|codeberg\.org|issuer\.enforce\.dev)\//;

/** Mail domains where everybody has an address, and those of service accounts, where everybody has a project. */
const SHARED_MAIL =
  /^[*/]*@(?:gmail\.com|googlemail\.com|outlook\.com|hotmail\.com|[*.]*\.?iam\.gserviceaccount\.com)$/;

/**
 * Reads a subject or another identity: an exact text, or an anchored glob of the policy's dialect. Fails, with a reason
 * that can follow "because", for what everybody's identity matches.
 */
export function parseIdentity(text: string): Result<Glob, string> {
  const glob = parseGlob(text);
  if (!glob.ok) return glob;
  if (!text.includes('*')) return glob;
  if (matchesEverything(text) || SHARED_MAIL.test(text))
    return err('it matches everybody; name whose identity is meant');
  const host = SHARED_HOSTS.exec(text)?.[0];
  if (host !== undefined) {
    const [owner = ''] = text.slice(host.length).split('/');
    if (owner.replaceAll('*', '') === '') {
      return err(`it matches everybody on ${host.slice(0, -1)}; name the owner, as in ${host}OWNER/**`);
    }
  }
  return ok(glob.value);
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
