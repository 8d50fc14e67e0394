import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { check } from '../../src/cli/check.js';
import { verify } from '../../src/cli/verify.js';
import { digestOf } from '../../src/references/digest.js';
import { fallbackTag, type MadeContent } from '../support/image/image-maker.js';
import { runCommand } from '../support/process/run-command.js';
import { makeDirectory } from '../support/process/scratch-repository.js';
import { type RegistryServer, startRegistry } from '../support/registry/registry-server.js';
import { describeWithSharedData, sharedData } from '../support/shared-data.js';

const FIELD = 'field/registry';
const REPOSITORY = 'team/base';
/** Whom the given attestations are by. */
const GITHUB = 'repository: acme/images, workflow: .github/workflows/release.yml, ref: refs/heads/main, runner: any';

/** cosign's tag for the digest that a payload of its signatures names. */
function signedTag(payload: Uint8Array | undefined): string {
  const digest = /"docker-manifest-digest":\s*"([^"]+)"/.exec(Buffer.from(payload ?? '').toString())?.[1] ?? '';
  return fallbackTag(digest, '.sig');
}

describeWithSharedData(FIELD, 'the given registries of the field', () => {
  let server: RegistryServer;
  /** Set by the case that refuses them. */
  let refusesHead = false;
  beforeAll(async () => {
    server = await startRegistry({
      intercept: ({ method }, response) => {
        if (method !== 'HEAD' || !refusesHead) return false;
        response.writeHead(403).end();
        return true;
      },
    });
  });
  afterAll(() => server.close());

  /** The cases share their images, and not each has every blob of its own. */
  const blobs = new Map<string, Uint8Array>();
  beforeAll(() => {
    for (const path of readdirSync(sharedData(FIELD), { recursive: true, encoding: 'utf8' })) {
      if (!/(?:^|\/)blob-sha256-[0-9a-f]+$/.test(path)) continue;
      const bytes = readFileSync(sharedData(`${FIELD}/${path}`));
      blobs.set(digestOf(bytes), bytes);
    }
  });

  /** Pushes what a case's registry held under a name of its own; returns its image and policy. */
  function serve(name: string, authorities?: string) {
    const directory = sharedData(`${FIELD}/${name}`);
    const files = readdirSync(directory, { withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map(({ name: file }) => [file, readFileSync(join(directory, file))] as const);
    const manifests = files
      .filter(([file]) => /^sha256-[0-9a-f]+\.json$/.test(file))
      .map(([, bytes]) => ({ bytes, digest: digestOf(bytes), json: JSON.parse(bytes.toString()) }));
    const children = manifests.flatMap(({ json }) =>
      (json.manifests ?? []).map((child: { readonly digest: string }) => child.digest),
    );
    const repository = `${REPOSITORY}-${name}`;
    for (const { bytes, digest, json } of manifests) {
      const { mediaType, artifactType, annotations } = json;
      const descriptor = { mediaType, digest, size: bytes.length, artifactType, annotations };
      const content: MadeContent = { descriptor, manifests: new Map([[digest, { mediaType, bytes }]]), blobs };
      const isSignature = json.layers?.some((layer: { readonly mediaType: string }) =>
        layer.mediaType.includes('cosign.simplesigning'),
      );
      const signed = isSignature ? signedTag(blobs.get(json.layers.at(-1).digest)) : undefined;
      const isRoot = json.subject === undefined && !isSignature && !children.includes(digest);
      server.push(repository, content, isRoot ? 'v1' : signed);
    }
    const policy = readFileSync(join(directory, 'policy.yml'), 'utf8')
      .replaceAll(/127\.0\.0\.1:\d+/g, server.host)
      .replaceAll('/team/**', `/${REPOSITORY}*`)
      .replace(/keyless: \{.*\}/, (given) => authorities ?? given);
    const scratch = makeDirectory({ 'policy.yml': policy });
    const root = files.find(([file]) => file === 'trusted_root.json')?.[1];
    if (root !== undefined) writeFileSync(join(scratch, 'root.json'), root);
    return {
      scratch,
      image: `${server.host}/${repository}:v1`,
      digest: manifests.find(({ json }) => json.config?.mediaType?.includes('image.config'))?.digest ?? '',
      trust: root === undefined ? [] : ['--trusted-root', 'root.json'],
    };
  }

  const run = ({ scratch, image, trust }: ReturnType<typeof serve>) =>
    runCommand(verify, scratch, '--policy', 'policy.yml', ...trust, image);

  test.each(['e1-cosign-ed25519ph', 'n1-sig-tag-with-71-layers', 'x1-annotation-null-value', 'x1-index-blake3-entry'])(
    'verify passes in %s',
    async (name) => {
      expect(await run(serve(name))).toMatchObject({ code: 0 });
    },
  );

  describe('of an image with attestations by a job of GitHub', () => {
    test('provenance alone is named, and counts where the policy accepts it', async () => {
      const name = 'g1-gh-attestation-public-provenance-only';
      const plain = await run(serve(name));
      expect(plain).toMatchObject({
        code: 1,
        stdout: expect.stringMatching(/no image signature; signed provenance by/),
      });
      const accepting = `github: { ${GITHUB}, accept: [signature, provenance] }`;
      expect(await run(serve(name, accepting))).toMatchObject({ code: 0 });
    });

    test('a timestamp alone counts with a named root that lists no log', async () => {
      const name = 'g2-github-private-sigstore-tsa-only';
      expect(await run(serve(name))).toMatchObject({ code: 0 });
      expect(await run(serve(name, `github: { ${GITHUB} }`))).toMatchObject({ code: 0 });
    });
  });

  test('current passes where HEAD is refused and GET answers', async () => {
    const { scratch, image, digest } = serve('h1-head-403');
    writeFileSync(join(scratch, 'Dockerfile'), `FROM ${image}@${digest}\n`);
    refusesHead = true;
    const { stdout } = await runCommand(check, scratch, '--policy', 'policy.yml', '--format', 'json', '.');
    refusesHead = false;
    const { answers, images } = JSON.parse(stdout);
    const all = [...answers, ...images.flatMap((one: { readonly answers: readonly object[] }) => one.answers)];
    expect(all.filter(({ rule }) => rule === 'current')).toMatchObject([{ outcome: 'pass' }]);
  });
});
