import { optionalField } from '../lib/collections.js';
import { err, ok, type Result } from '../lib/result.js';

/**
 * An image reference, normalized as Docker and BuildKit do it: `alpine` is
 * `{ registry: 'docker.io', repository: 'library/alpine', tag: 'latest' }`.
 *
 * @see https://github.com/distribution/reference/blob/main/reference.go the grammar
 * @see https://github.com/distribution/reference/blob/main/normalize.go the familiar names
 */
export interface Reference {
  readonly registry: string;
  readonly repository: string;
  readonly tag?: string;
  readonly digest?: string;
}

/** Why a text is no image reference, in one clause that can follow "because". */
export interface ReferenceError {
  readonly text: string;
  readonly reason: string;
}

const DOMAIN =
  /^(?:(?:[a-zA-Z0-9]|[a-zA-Z0-9][a-zA-Z0-9-]*[a-zA-Z0-9])(?:\.(?:[a-zA-Z0-9]|[a-zA-Z0-9][a-zA-Z0-9-]*[a-zA-Z0-9]))*|\[[a-fA-F0-9:]+\])(?::[0-9]+)?$/;
const PATH_COMPONENT = /^[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*$/;
const TAG = /^[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}$/;
const DIGEST_LENGTHS: Readonly<Record<string, number>> = { sha256: 64, sha384: 96, sha512: 128 };
const MAX_NAME_LENGTH = 255;

/** Whether `text` is a digest in the registered algorithms of the OCI image specification (`sha256:` + 64 hex …). */
export function isDigest(text: string): boolean {
  const colon = text.indexOf(':');
  const length = DIGEST_LENGTHS[text.slice(0, colon)];
  const hex = text.slice(colon + 1);
  return length !== undefined && hex.length === length && /^[a-f0-9]+$/.test(hex);
}

/**
 * Reads a reference as `docker pull` would and fills in what it leaves out (registry, `library/`, `latest`).
 * Fails with the reason when the text does not follow the reference grammar.
 */
export function parseReference(text: string): Result<Reference, ReferenceError> {
  const fail = (reason: string) => err<ReferenceError>({ text, reason });
  if (text === '') return fail('it is empty');
  if (/^[a-f0-9]{64}$/.test(text)) return fail('64 hexadecimal digits are an image ID, not a repository name');

  const at = text.indexOf('@');
  const digest = at < 0 ? undefined : text.slice(at + 1);
  if (digest !== undefined && !isDigest(digest))
    return fail(`"${digest}" is not a digest such as sha256:<64 hex digits>`);
  const nameAndTag = at < 0 ? text : text.slice(0, at);

  const { registry, rest } = splitRegistry(nameAndTag);
  // A first component that can be no host, but a path component, passes as one: `my_registry.example/app` is pulled.
  if (!DOMAIN.test(registry) && !PATH_COMPONENT.test(registry)) return fail(`"${registry}" is not a registry host`);

  const colon = rest.indexOf(':');
  const tag = colon < 0 ? undefined : rest.slice(colon + 1);
  if (tag !== undefined && !TAG.test(tag)) return fail(tag === '' ? 'its tag is empty' : `"${tag}" is not a tag`);
  const path = colon < 0 ? rest : rest.slice(0, colon);
  const repository = registry === 'docker.io' && path !== '' && !path.includes('/') ? `library/${path}` : path;
  if (repository === '') return fail('it names no repository');
  for (const component of repository.split('/')) {
    if (PATH_COMPONENT.test(component)) continue;
    return fail(
      component !== component.toLowerCase()
        ? `repository names are lower case, "${component}" is not`
        : `"${component}" is not a repository name component`,
    );
  }
  if (registry.length + 1 + repository.length > MAX_NAME_LENGTH)
    return fail(`its name is longer than ${MAX_NAME_LENGTH} characters`);

  return ok({
    registry,
    repository,
    ...(tag !== undefined ? { tag } : digest === undefined ? { tag: 'latest' } : {}),
    ...optionalField('digest', digest),
  });
}

/** The first component is a host only if it could not be a Docker Hub user: it has `.` or `:`, is `localhost`, or has upper case. */
function splitRegistry(name: string): { registry: string; rest: string } {
  const slash = name.indexOf('/');
  const first = slash < 0 ? '' : name.slice(0, slash);
  const isHost = /[.:]/.test(first) || first === 'localhost' || first !== first.toLowerCase();
  if (!isHost) return { registry: 'docker.io', rest: name };
  return { registry: first === 'index.docker.io' ? 'docker.io' : first, rest: name.slice(slash + 1) };
}

/** The canonical text: `registry/repository[:tag][@digest]`, never shortened. */
export function formatReference(reference: Reference): string {
  return `${repositoryName(reference)}${reference.tag === undefined ? '' : `:${reference.tag}`}${
    reference.digest === undefined ? '' : `@${reference.digest}`
  }`;
}

/** `registry/repository`, the name without tag and digest. */
export function repositoryName(reference: Reference): string {
  return `${reference.registry}/${reference.repository}`;
}

/** The short text people write: without `docker.io/` and `library/` where they are implied. */
export function familiarReference(reference: Reference): string {
  const full = formatReference(reference);
  if (reference.registry !== 'docker.io') return full;
  const rest = full.slice('docker.io/'.length);
  const short = rest.slice('library/'.length);
  return reference.repository.startsWith('library/') && !reference.repository.slice('library/'.length).includes('/')
    ? short
    : rest;
}
