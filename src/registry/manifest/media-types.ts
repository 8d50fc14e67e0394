/** The media types of images, and the one that we refuse by name. @see https://github.com/opencontainers/image-spec/blob/main/media-types.md */
export const OCI_INDEX = 'application/vnd.oci.image.index.v1+json';
export const OCI_MANIFEST = 'application/vnd.oci.image.manifest.v1+json';
export const OCI_CONFIG = 'application/vnd.oci.image.config.v1+json';
/** @see https://distribution.github.io/distribution/spec/manifest-v2-2/ */
export const DOCKER_INDEX = 'application/vnd.docker.distribution.manifest.list.v2+json';
export const DOCKER_MANIFEST = 'application/vnd.docker.distribution.manifest.v2+json';
export const DOCKER_CONFIG = 'application/vnd.docker.container.image.v1+json';

const INDEXES: ReadonlySet<string> = new Set([OCI_INDEX, DOCKER_INDEX]);
const MANIFESTS: ReadonlySet<string> = new Set([OCI_MANIFEST, DOCKER_MANIFEST]);
const SCHEMA_1 = /^application\/vnd\.docker\.distribution\.manifest\.v1\+(?:json|prettyjws)$/;

/** The `Accept` header of a manifest request: everything that we can read. */
export const ACCEPTED_MANIFESTS = [OCI_INDEX, DOCKER_INDEX, OCI_MANIFEST, DOCKER_MANIFEST].join(', ');

/** Whether it is an index of OCI or a manifest list of Docker. */
export function isIndexType(mediaType: string): boolean {
  return INDEXES.has(mediaType);
}

/** Whether it is an image manifest of OCI or of Docker's schema 2. */
export function isManifestType(mediaType: string): boolean {
  return MANIFESTS.has(mediaType);
}

/** Docker's image manifest v2, schema 1: its digest covers a signed envelope and its layers have no sizes. */
export function isSchema1(mediaType: string): boolean {
  return SCHEMA_1.test(mediaType);
}

/** Whether it is the configuration of an image; those of artifacts have other types. */
export function isImageConfigType(mediaType: string): boolean {
  return mediaType === OCI_CONFIG || mediaType === DOCKER_CONFIG;
}

/** A `Content-Type` without its parameters, in lower case; undefined if there is none. */
export function essence(contentType: string | undefined): string | undefined {
  const type = contentType?.split(';', 1)[0]?.trim().toLowerCase();
  return type === '' ? undefined : type;
}
