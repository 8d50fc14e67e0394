import { afterEach, describe, expect, test } from '@jest/globals';
import type { CollectContext } from '../../src/evidence/collector.js';
import { parseReference } from '../../src/references/reference.js';
import { collectImage, collectTag } from '../../src/registry/collectors.js';
import type { ImageSource } from '../../src/registry/image-source.js';
import { newerPatch } from '../../src/registry/newer-tag.js';
import { makeImage, makeIndex } from '../support/image/image-maker.js';
import { closeRegistries, openFor } from '../support/registry/registry-open.js';
import { type RegistryServer, startRegistry } from '../support/registry/registry-server.js';

const servers: RegistryServer[] = [];
afterEach(async () => {
  await closeRegistries();
  await Promise.all(servers.splice(0).map((server) => server.close()));
});

/** As much of a context as these collectors use. */
function contextFor(source: ImageSource, text: string): CollectContext {
  const reference = parseReference(text);
  if (!reference.ok) throw new Error(reference.error.reason);
  const context: Pick<CollectContext, 'subject' | 'source' | 'once'> = {
    subject: {
      reference: reference.value,
      pullFrom: reference.value,
      verifiedBy: null,
      platform: { os: 'linux', architecture: 'amd64' },
    },
    source,
    once: (_, work) => work(),
  };
  // The policy and the settings are of no use to these two.
  return context as CollectContext;
}

async function start() {
  const server = await startRegistry();
  servers.push(server);
  const old = makeIndex([await makeImage({ created: '2026-01-01T00:00:00Z' })]);
  const now = makeIndex([
    await makeImage({ created: '2026-02-01T00:00:00Z' }),
    await makeImage({ platform: 'linux/arm64' }),
  ]);
  server.push('base/app', old, '3.12.1-slim');
  server.push('base/app', now, '3.12.1-slim');
  return { server, old, now, source: await openFor(server.host) };
}

describe('the evidence tag', () => {
  test('shows a pin that the tag has left, with one HEAD and one look at the content', async () => {
    const { server, old, now, source } = await start();
    const evidence = await collectTag(
      contextFor(source, `${server.host}/base/app:3.12.1-slim@${old.descriptor.digest}`),
    );
    expect(evidence).toMatchObject({
      status: 'present',
      value: { currentDigest: now.descriptor.digest, pinnedDigest: old.descriptor.digest },
    });
  });

  test('costs a HEAD and no more where the pin is current and the tag names no patch', async () => {
    const { server, now, source } = await start();
    server.push('base/app', now, 'latest');
    await collectTag(contextFor(source, `${server.host}/base/app:latest@${now.descriptor.digest}`));
    expect(server.requests.map(({ method }) => method)).toEqual(['HEAD']);
  });

  test('knows that the index of the tag lists a pinned platform', async () => {
    const { server, now, source } = await start();
    const child = [...now.manifests.keys()].find((digest) => digest !== now.descriptor.digest);
    const evidence = await collectTag(contextFor(source, `${server.host}/base/app:3.12.1-slim@${child}`));
    expect(evidence).toMatchObject({ value: { listsPinned: true } });
  });

  test('names a newer patch of the same line', async () => {
    const { server, now, source } = await start();
    for (const tag of ['3.12.9-slim', '3.12.10-slim', '3.12.11', '3.13.12-slim']) server.push('base/app', now, tag);
    const evidence = await collectTag(contextFor(source, `${server.host}/base/app:3.12.1-slim`));
    expect(evidence).toMatchObject({ value: { newerTag: '3.12.10-slim' } });
  });

  test('is absent of a reference without a tag, and unavailable of a tag that is gone', async () => {
    const { server, now, source } = await start();
    expect(await collectTag(contextFor(source, `${server.host}/base/app@${now.descriptor.digest}`))).toMatchObject({
      status: 'absent',
    });
    expect(await collectTag(contextFor(source, `${server.host}/base/app:gone@${now.descriptor.digest}`))).toMatchObject(
      {
        status: 'unavailable',
        cause: 'not-found',
      },
    );
  });
});

describe('the evidence image', () => {
  test('is present with its digests', async () => {
    const { server, now, source } = await start();
    expect(await collectImage(contextFor(source, `${server.host}/base/app:3.12.1-slim`))).toMatchObject({
      status: 'present',
      value: { digest: now.descriptor.digest },
      from: expect.stringContaining(now.descriptor.digest),
    });
  });

  test('is unavailable with the cause, or unsupported where trying again cannot help', async () => {
    const { server, source } = await start();
    expect(await collectImage(contextFor(source, `${server.host}/base/none:1`))).toMatchObject({
      status: 'unavailable',
      cause: 'not-found',
      lookedIn: [{ answer: 'not-found (404)' }],
    });
    const old = await startRegistry({
      intercept: (_, response) => {
        response.setHeader('content-type', 'application/vnd.docker.distribution.manifest.v1+prettyjws');
        response.end('{"schemaVersion":1}');
        return true;
      },
    });
    servers.push(old);
    expect(await collectImage(contextFor(await openFor(old.host), `${old.host}/base/app:1`))).toMatchObject({
      status: 'unsupported',
      form: expect.stringContaining('schema 1'),
    });
  });
});

describe('newerPatch', () => {
  test.each([
    ['1.2.3', ['1.2.4', '1.2.10', '1.3.0'], '1.2.10'],
    ['v1.2.3', ['1.2.4', 'v1.2.5'], 'v1.2.5'],
    ['1.2.3-alpine3.20', ['1.2.4-alpine3.21', '1.2.9-alpine3.20'], '1.2.9-alpine3.20'],
    ['1.2.3', ['1.2.2', '1.2.3', '1.2.4-rc1'], undefined],
    ['1.2', ['1.3'], undefined],
    ['latest', ['1.2.3'], undefined],
    ['2024.01.02', ['2024.01.10'], '2024.01.10'],
  ])('of %s among %j is %s', (tag, tags, expected) => {
    expect(newerPatch(tag, tags)).toBe(expected);
  });
});
