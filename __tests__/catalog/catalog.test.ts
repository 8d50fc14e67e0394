import { execFileSync } from 'node:child_process';
import { describe, expect, test } from '@jest/globals';
import { isListedHost, loadCatalog, publisherOf } from '../../src/catalog/catalog.js';
import { builtInPolicy } from '../../src/policy/baseline.js';
import { parseIdentity } from '../../src/policy/identity.js';
import { parsePattern } from '../../src/references/pattern.js';
import { parseReference, type Reference } from '../../src/references/reference.js';
import { readPublicKey } from '../../src/signatures/key.js';
import { validPolicy } from '../support/load-policy-text.js';

const catalog = loadCatalog();

function reference(text: string): Reference {
  const parsed = parseReference(text);
  if (!parsed.ok) throw new Error(parsed.error.reason);
  return parsed.value;
}

test('the generated catalog is what the YAML files say', () => {
  const script = new URL('../../scripts/generate-catalog.mjs', import.meta.url);
  expect(execFileSync(process.execPath, [script.pathname, '--check']).toString()).toBe('');
});

describe('every publisher', () => {
  test.each(catalog.publishers.map((publisher) => [publisher.id, publisher] as const))(
    '%s has valid patterns and authorities',
    (_id, publisher) => {
      for (const image of publisher.images) {
        const pattern = parsePattern(image.replaceAll('{organization}', 'acme'));
        expect(pattern).toMatchObject({ ok: true, value: { text: image.replaceAll('{organization}', 'acme') } });
      }
      for (const authority of publisher.authorities) {
        if (authority.kind === 'keyless') {
          expect(authority.issuer).toMatch(/^https:\/\//);
          expect(authority.subject === '{identities}' || parseIdentity(authority.subject).ok).toBe(true);
          expect(authority.subject).not.toContain('*');
        } else if (authority.kind === 'key') {
          expect(readPublicKey(authority.pem).ok).toBe(true);
          expect(authority.name).toMatch(/^https:\/\//);
        }
      }
      expect(publisher.verifiable).toBe(publisher.authorities.length > 0 && publisher.parameters.length === 0);
      expect(publisher.notVerifiable === undefined).toBe(publisher.verifiable);
      expect(
        publisher.facts.every(({ source, read }) => source.startsWith('https://') && /^\d{4}-\d\d$/.test(read)),
      ).toBe(true);
    },
  );

  test('has an id of its own, and patterns no other has', () => {
    const ids = catalog.publishers.map(({ id }) => id);
    const images = catalog.publishers.flatMap((publisher) => publisher.images);
    expect(new Set(ids).size).toBe(ids.length);
    expect(new Set(images).size).toBe(images.length);
  });
});

test('the Red Hat key is release key 3, whole', () => {
  const authority = catalog.publishers.find(({ id }) => id === 'red-hat-ubi')?.authorities[0];
  const key = authority?.kind === 'key' ? readPublicKey(authority.pem) : undefined;
  expect(key).toMatchObject({
    ok: true,
    value: {
      description: 'RSA 4096',
      fingerprint: 'sha256:ba9d26350d78893a20f337e2153a113108bfcf064085afaee60d446e63405576',
    },
  });
});

describe('publisherOf', () => {
  test.each([
    ['cgr.dev/chainguard/python:latest', 'chainguard'],
    ['cgr.dev/acme.com/python', 'chainguard-organization'],
    ['gcr.io/distroless/static:nonroot', 'distroless'],
    ['gcr.io/other/static', undefined],
    ['alpine', 'docker-official'],
    ['grafana/grafana', undefined],
    ['registry.access.redhat.com/ubi9/ubi-minimal', 'red-hat-ubi'],
    ['registry.access.redhat.com/hi/python', undefined],
    ['registry.k8s.io/sig-storage/csi-provisioner', 'kubernetes'],
    ['dhi.io/python:3.13', 'docker-hardened'],
    ['mcr.microsoft.com/dotnet/runtime:10.0', 'microsoft-dotnet'],
    ['mcr.microsoft.com/dotnet/nightly/runtime:10.0', 'microsoft'],
    ['cgr.dev.evil.example/chainguard/python', undefined],
  ])('%s is by %s', (image, id) => {
    expect(publisherOf(catalog, reference(image))?.id).toBe(id);
  });
});

describe('isListedHost', () => {
  test.each([
    ['alpine', true],
    ['gcr.io/other/x', true],
    ['ghcr.io/acme/x', true],
    ['private.example.com/x', true],
    ['mirror.example.com/dockerhub/alpine', true],
    ['quay.io/evil/x', false],
    ['169.254.169.254/x', false],
    ['evil.example.com/x', false],
  ])('lists %s: %s', async (image, listed) => {
    const policy = await validPolicy(
      [
        'version: 1',
        'allow: [{ image: ghcr.io/acme/*, signed: false, reason: r }, { image: "*.example.com/base/*", signed: false, reason: r }]',
        'deny: [{ image: "quay.io/evil/**", reason: r }]',
        'registries: { private.example.com: {}, mirror.example.com/dockerhub: { mirror-of: docker.io } }',
      ].join('\n'),
    );
    expect(isListedHost(catalog, policy, reference(image))).toBe(listed);
  });

  test('an authority lists the host of its signature repository', async () => {
    const key = 'key: { kms: "awskms://key" }, signature-repository: signatures.example.com/acme';
    const policy = await validPolicy(`version: 1\nallow: [{ image: ghcr.io/acme/*, authorities: [{ ${key} }] }]`);
    expect(isListedHost(catalog, policy, reference('signatures.example.com/acme'))).toBe(true);
  });

  test('the catalog alone lists its publishers’ hosts', () => {
    expect(isListedHost(catalog, builtInPolicy(), reference('cgr.dev/acme/x'))).toBe(true);
    expect(isListedHost(catalog, builtInPolicy(), reference('ghcr.io/acme/x'))).toBe(false);
  });
});
