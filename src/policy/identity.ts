import { type Glob, globMatches, parseGlob } from '../images/glob.js';
import { err, ok, type Result } from '../result.js';

/** Forges where everybody has workflows: a subject that leaves their owner open is everybody's. */
const SHARED_FORGES = /^https?:\/\/(?:\*{0,2}\.?)?(?:github\.com|gitlab\.com|bitbucket\.org|codeberg\.org)\//;

/**
 * Reads a subject or another identity: an exact text, or an anchored glob of the policy's dialect. Fails, with a reason
 * that can follow "because", for what everybody's identity matches.
 */
export function parseIdentity(text: string): Result<Glob, string> {
  const glob = parseGlob(text);
  if (!glob.ok) return glob;
  if (!text.includes('*')) return glob;
  if (matchesEverything(text)) return err('it matches everybody; name whose identity is meant');
  const forge = SHARED_FORGES.exec(text)?.[0];
  if (forge !== undefined) {
    const [owner = ''] = text.slice(forge.length).split('/');
    if (owner.replaceAll('*', '') === '') {
      return err(`it matches everybody on ${forge.slice(0, -1)}; name the owner, as in ${forge}OWNER/**`);
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
