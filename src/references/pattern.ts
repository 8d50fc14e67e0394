import { optionalField } from '../lib/collections.js';
import { err, ok, type Result } from '../lib/result.js';
import { type Glob, globMatches, globsOverlap, parseGlob } from './glob.js';
import { isDigest, type Reference } from './reference.js';
import { canonicalHost, isSharedHost } from './registry-host.js';

/**
 * A pattern over normalized references: `registry/repository`, with `*` within a segment and `**` across,
 * optionally `:tag` (a glob as well) or `@digest`. It is normalized like a reference: `alpine`,
 * `docker.io/library/alpine` and `index.docker.io/library/alpine` are one.
 */
export interface ImagePattern {
  /** The canonical text, which a reference of the same spelling matches. */
  readonly text: string;
  readonly name: Glob;
  /** Without it, every tag matches, and so does a reference that has only a digest. */
  readonly tag?: Glob;
  readonly digest?: string;
  /** Why it matches far more (or other things) than its author can have meant, with what to write instead. */
  readonly broad?: string;
}

const HOST = /^(?:\[[a-f0-9:]+\]|[a-z0-9._*-]+)(?::[0-9*]+)?$/;
const PATH_SEGMENT = /^[a-z0-9._*-]+$/;
const TAG_GLOB = /^[A-Za-z0-9_.*-]{1,128}$/;
const DIGITS = /^[0-9]+$/;

/** Reads a pattern. Fails with a reason that can follow "because". */
export function parsePattern(text: string): Result<ImagePattern, string> {
  if (text === '') return err('it is empty');
  if (/\s/.test(text)) return err('it contains white space');
  const at = text.indexOf('@');
  const digest = at < 0 ? undefined : text.slice(at + 1);
  if (digest !== undefined && !isDigest(digest)) {
    return err(`"${digest}" is not a digest such as sha256:<64 hex digits>; digests have no wildcards`);
  }
  const written = splitTag(at < 0 ? text : text.slice(0, at));
  if (written.tag !== undefined && !TAG_GLOB.test(written.tag)) {
    return err(written.tag === '' ? 'its tag is empty' : `"${written.tag}" is not a tag or a glob over tags`);
  }

  const named = normalizeName(written.name);
  if (!named.ok) return named;
  const { host, path, broad } = named.value;
  const name = parseGlob(path === undefined ? host : `${host}/${path}`);
  if (!name.ok) return name;
  const tag = written.tag === undefined ? undefined : parseGlob(written.tag);
  if (tag?.ok === false) return tag;
  return ok({
    text: `${name.value.text}${tag === undefined ? '' : `:${tag.value.text}`}${digest === undefined ? '' : `@${digest}`}`,
    name: name.value,
    ...optionalField('tag', tag?.value),
    ...optionalField('digest', digest),
    ...optionalField('broad', broad),
  });
}

/** A colon after the last slash begins a tag, unless what stands before it can only be a host with a port. */
function splitTag(text: string): { name: string; tag?: string } {
  const slash = text.lastIndexOf('/');
  const colon = text.indexOf(':', slash + 1);
  if (colon < 0) return { name: text };
  const name = text.slice(0, colon);
  const tag = text.slice(colon + 1);
  return slash < 0 && isHost(name) && DIGITS.test(tag) ? { name: text } : { name, tag };
}

/** As in references: the first segment is a host if it could not be a Docker Hub name. */
function isHost(segment: string): boolean {
  return /[.:]/.test(segment) || segment === 'localhost' || segment !== segment.toLowerCase();
}

interface Name {
  readonly host: string;
  /** Absent where the pattern is `**…` from the start, which crosses from the host into the path. */
  readonly path?: string;
  readonly broad?: string;
}

function normalizeName(text: string): Result<Name, string> {
  const slash = text.indexOf('/');
  const first = slash < 0 ? text : text.slice(0, slash);
  if (first.startsWith('**')) {
    return checkPath(text, {
      host: text,
      broad: 'it names no registry, so anyone can publish an image that matches',
    });
  }
  if (!isHost(first)) return dockerHubName('docker.io', text);
  const host = canonicalHost(first);
  if (!HOST.test(host)) return err(`"${first}" is not a registry host`);
  if (slash < 0) {
    const broad = `it names a registry and no repository, and so matches every image there; write ${host}/** if that is meant`;
    return ok({ host, path: '**', broad });
  }
  const path = text.slice(slash + 1);
  if (host === 'docker.io') return dockerHubName(host, path);
  return checkPath(path, { host, path, ...broadness(host, path) });
}

/** `docker.io/x` is `docker.io/library/x`, for patterns as for references; `docker.io/**` is all of Docker Hub. */
function dockerHubName(host: string, path: string): Result<Name, string> {
  if (path.includes('/') || path.startsWith('**')) return checkPath(path, { host, path, ...broadness(host, path) });
  const official = `library/${path}`;
  const broad = `it matches Docker Hub's official images (docker.io/library/*) and nothing else; write ** for every image`;
  return checkPath(path, { host, path: official, ...(path === '*' ? { broad } : {}) });
}

function broadness(host: string, path: string): { broad?: string } {
  const [owner = ''] = path.split('/');
  if (owner.replaceAll('*', '') !== '') return {};
  if (isSharedHost(host)) {
    return { broad: `anyone can publish on ${host}; name the owner, as in ${host}/OWNER/**` };
  }
  const domain = host.split('.').slice(-2);
  return domain.some((label) => label.includes('*'))
    ? { broad: `"${host}" is not one organization's registry, so untrusted parties can publish what it matches` }
    : {};
}

function checkPath(path: string, name: Name): Result<Name, string> {
  for (const segment of path.split('/')) {
    if (segment === '') return err('a segment between its slashes is empty');
    if (PATH_SEGMENT.test(segment)) continue;
    const lower = segment.toLowerCase();
    return err(
      lower !== segment && PATH_SEGMENT.test(lower)
        ? `repository names are lower case, "${segment}" is not`
        : `"${segment}" can't be part of a repository name; the only wildcards are * and **`,
    );
  }
  return ok(name);
}

/** Whether a pattern describes a reference. A tag beside a digest counts as written: the registry decides what it names. */
export function matches(pattern: ImagePattern, reference: Reference): boolean {
  if (pattern.digest !== undefined && pattern.digest !== reference.digest) return false;
  if (pattern.tag !== undefined && (reference.tag === undefined || !globMatches(pattern.tag, reference.tag))) {
    return false;
  }
  return matchedNames(reference).some((name) => globMatches(pattern.name, name));
}

/** `registry/repository` under the registry's one name. */
function matchedName(reference: Reference): string {
  const host = canonicalHost(reference.registry);
  const official = host === 'docker.io' && !reference.repository.includes('/');
  return `${host}/${official ? 'library/' : ''}${reference.repository}`;
}

/**
 * Where Docker Hub has its official images for one architecture each: `arm32v7/alpine` is one of the images that
 * `alpine` names.
 * @see https://github.com/docker-library/official-images#architectures-other-than-amd64
 */
const OFFICIAL_BY_ARCHITECTURE =
  /^docker\.io\/(?:amd64|arm32v[567]|arm64v8|i386|mips64le|ppc64le|riscv64|s390x|windows-amd64)\/([^/]+)$/;

/** What patterns are matched against: the name, and that of the official image which it is. */
function matchedNames(reference: Reference): readonly string[] {
  const name = matchedName(reference);
  const [, official] = OFFICIAL_BY_ARCHITECTURE.exec(name) ?? [];
  return official === undefined ? [name] : [name, `docker.io/library/${official}`];
}

/** How much of a pattern is literal before its first wildcard, in characters of the canonical text: its rank. */
export function literalPrefixLength(pattern: ImagePattern): number {
  const star = pattern.text.indexOf('*');
  return star < 0 ? pattern.text.length : star;
}

/** Whether some reference matches both patterns. */
export function patternsOverlap(a: ImagePattern, b: ImagePattern): boolean {
  if (a.digest !== undefined && b.digest !== undefined && a.digest !== b.digest) return false;
  if (a.tag !== undefined && b.tag !== undefined && !globsOverlap(a.tag, b.tag)) return false;
  return globsOverlap(a.name, b.name);
}

/** Whether everything that `inner` matches is plainly also matched by `outer`'s name. */
export function patternCovers(outer: ImagePattern, inner: ImagePattern): boolean {
  // No reference holds these characters, so only a wildcard of `outer` can stand for what a wildcard of `inner` does.
  const sample = inner.name.text.replaceAll('**', '\0/\0').replaceAll('*', '\0');
  return outer.tag === undefined && outer.digest === undefined && globMatches(outer.name, sample);
}
