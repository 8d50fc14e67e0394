/** Names under which Docker Hub answers besides `docker.io`; the first is what Docker itself normalizes. */
const DOCKER_HUB_HOSTS = new Set(['index.docker.io', 'registry-1.docker.io', 'registry.hub.docker.com']);

/**
 * One name for one registry, so that a deny entry cannot be passed by another spelling: host names have no case
 * (RFC 4343), 443 is the port HTTPS has anyway, and Docker Hub answers under several names.
 */
export function canonicalHost(registry: string): string {
  const lower = registry.toLowerCase();
  const host = lower.endsWith(':443') ? lower.slice(0, -':443'.length) : lower;
  return DOCKER_HUB_HOSTS.has(host) ? 'docker.io' : host;
}

/** The registry that a login is for: a host, or what older clients wrote, `https://host` or `https://host/v1/`. */
export function loginHost(key: string): string {
  return canonicalHost(key.replace(/^https?:\/\//, '').replace(/\/(?:v[12]\/?)?$/, ''));
}

/**
 * Registries where anybody can publish under a name of their own: there, a pattern must name whose images it means.
 * (Docker Hub, GitHub, GitLab.com, Quay, Amazon ECR Public and Google's registries.)
 */
const SHARED_HOSTS = new Set([
  'docker.io',
  'ghcr.io',
  'registry.gitlab.com',
  'quay.io',
  'public.ecr.aws',
  'gcr.io',
  'us.gcr.io',
  'eu.gcr.io',
  'asia.gcr.io',
]);

/** Whether a registry is one where untrusted parties publish. */
export function isSharedHost(host: string): boolean {
  return SHARED_HOSTS.has(host) || host.endsWith('-docker.pkg.dev');
}
