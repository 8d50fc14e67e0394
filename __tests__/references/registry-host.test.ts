import { expect, test } from '@jest/globals';
import { canonicalHost, isSharedHost, loginHost, mirroredName } from '../../src/references/registry-host.js';

test.each([
  ['ghcr.io', 'ghcr.io'],
  ['GHCR.io', 'ghcr.io'],
  ['ghcr.io:443', 'ghcr.io'],
  ['ghcr.io:0443', 'ghcr.io'],
  ['ghcr.io:000443', 'ghcr.io'],
  ['ghcr.io:05000', 'ghcr.io:5000'],
  ['ghcr.io:4430', 'ghcr.io:4430'],
  ['ghcr.io:8443', 'ghcr.io:8443'],
  ['index.docker.io', 'docker.io'],
  ['registry-1.docker.io:443', 'docker.io'],
  ['Registry.Hub.Docker.com', 'docker.io'],
  ['index.docker.io.example', 'index.docker.io.example'],
])('the host %s is %s', (registry, host) => {
  expect(canonicalHost(registry)).toBe(host);
});

test.each([
  ['https://index.docker.io/v1/', 'docker.io'],
  ['http://registry.example/v2', 'registry.example'],
  ['registry.example', 'registry.example'],
  ['registry.example/', 'registry.example'],
  ['https://registry.example/v3/', 'registry.example/v3'],
  ['registry.example/v1/x', 'registry.example/v1/x'],
  ['x-https://registry.example', 'x-https://registry.example'],
])('a login to %s is one to %s', (key, host) => {
  expect(loginHost(key)).toBe(host);
});

test.each([
  ...['docker.io', 'ghcr.io', 'registry.gitlab.com', 'quay.io', 'public.ecr.aws'].map((host) => [host, true] as const),
  ...['gcr.io', 'us.gcr.io', 'eu.gcr.io', 'asia.gcr.io', 'europe-docker.pkg.dev'].map((host) => [host, true] as const),
  ...['docker.pkg.dev', 'registry.example', 'ghcr.io.example', 'x-docker.pkg.dev.example'].map(
    (host) => [host, false] as const,
  ),
])('isSharedHost knows whether anyone publishes on %s: %s', (host, isShared) => {
  expect(isSharedHost(host)).toBe(isShared);
});

test.each([
  ['mirror.gcr.io', 'denied/x', 'docker.io/denied/x'],
  ['mirror.gcr.io:443', 'library/nginx', 'docker.io/library/nginx'],
  ['public.ecr.aws', 'docker/library/nginx', 'docker.io/library/nginx'],
  ['public.ecr.aws', 'acme/nginx', undefined],
  ['ghcr.io', 'library/nginx', undefined],
])('%s/%s is a mirror of %s', (registry, repository, original) => {
  expect(mirroredName(registry, repository)).toBe(original);
});
