/** Names under which Docker Hub answers besides `docker.io`; the first is what Docker itself normalizes. */
const DOCKER_HUB_HOSTS = new Set(['index.docker.io', 'registry-1.docker.io', 'registry.hub.docker.com']);

/**
 * One name for one registry, so that a deny entry cannot be passed by another spelling: host names have no case
 * (RFC 4343), 443 is the port HTTPS has anyway, and Docker Hub answers under several names.
 */
export function canonicalHost(registry: string): string {
  // Clients read a port as a number, so zeros before it make no other one.
  const lower = registry.toLowerCase().replace(/:0+(?=[0-9]+$)/, ':');
  const host = lower.endsWith(':443') ? lower.slice(0, -':443'.length) : lower;
  return DOCKER_HUB_HOSTS.has(host) ? 'docker.io' : host;
}

/** Public registries that serve the images of another one: what is before the path there, and whose images they are. */
const PUBLIC_MIRRORS: readonly (readonly [prefix: string, original: string])[] = [
  // https://cloud.google.com/artifact-registry/docs/pull-cached-dockerhub-images
  ['mirror.gcr.io/', 'docker.io/'],
  // https://gallery.ecr.aws/docker
  ['public.ecr.aws/docker/', 'docker.io/'],
  ['public.ecr.aws/bitnami/', 'docker.io/bitnami/'],
  ['public.ecr.aws/ubuntu/', 'docker.io/ubuntu/'],
  ['public.ecr.aws/chainguard/', 'cgr.dev/chainguard/'],
  ['public.ecr.aws/eks-distro/kubernetes/', 'registry.k8s.io/'],
  ['k8s.gcr.io/', 'registry.k8s.io/'],
  ['docker.mirrors.ustc.edu.cn/', 'docker.io/'],
  ['registry.docker-cn.com/', 'docker.io/'],
  ['docker.m.daocloud.io/', 'docker.io/'],
  ['dockerproxy.net/', 'docker.io/'],
];

/** The name that an image has in the registry that a public mirror takes it from; undefined where none is known. */
export function mirroredName(registry: string, repository: string): string | undefined {
  const name = `${canonicalHost(registry)}/${repository}`;
  const mirror = PUBLIC_MIRRORS.find(([prefix]) => name.startsWith(prefix));
  return mirror === undefined ? undefined : `${mirror[1]}${name.slice(mirror[0].length)}`;
}

/** The paths, without the last slash, under which public mirrors serve the images of another registry. */
export function publicMirrors(): readonly string[] {
  return PUBLIC_MIRRORS.map(([prefix]) => prefix.slice(0, -1));
}

/** The registry that a login is for: a host, or what older clients wrote, `https://host` or `https://host/v1/`. */
export function loginHost(key: string): string {
  return canonicalHost(key.replace(/^https?:\/\//, '').replace(/\/(?:v[12]\/?)?$/, ''));
}

/**
 * Registries where anyone can publish under a name of their own: there, a pattern must name the owner of the images.
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
