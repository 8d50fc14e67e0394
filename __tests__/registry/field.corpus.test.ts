import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { check } from '../../src/cli/check.js';
import { verify } from '../../src/cli/verify.js';
import { digestOf } from '../../src/references/digest.js';
import { fallbackTag, type MadeContent } from '../support/image/image-maker.js';
import { runCommand } from '../support/process/run-command.js';
import { makeDirectory } from '../support/process/scratch-repository.js';
import { type RegistryServer, type RegistryServerOptions, startRegistry } from '../support/registry/registry-server.js';
import { describeWithSharedData, sharedData } from '../support/shared-data.js';

const FIELD = 'field/registry';
const REPOSITORY = 'team/base';
/** Whom the given attestations are by. */
const GITHUB = 'repository: acme/images, workflow: .github/workflows/release.yml, ref: refs/heads/main, runner: any';

/** What the case of Docker Hardened Images signs: its index, and the attestation manifest in that. */
const DOCKERS = {
  index: 'sha256:1696c9528331559c7ca21242500a32036a94b1d63a5caf4f6629ef957548934c',
  attestations: 'sha256:fdd4184d3a6e02c85dacf2038b4386cc385bee5ee40223da4e7c9354f9f4b58f',
};

/** The case has the manifests of its signatures, and not what they sign: that is written by the form of the others. */
function payloadsOfDocker(): readonly Buffer[] {
  return Object.values(DOCKERS).map((digest) =>
    Buffer.from(
      `{"critical":{"identity":{"docker-reference":"registry.example/base"},"image":{"docker-manifest-digest":"${digest}"},"type":"cosign container image signature"},"optional":null}`,
    ),
  );
}

/** cosign's tag for the digest that a payload of its signatures names. */
function signedTag(payload: Uint8Array | undefined): string {
  const digest = /"docker-manifest-digest":\s*"([^"]+)"/.exec(Buffer.from(payload ?? '').toString())?.[1] ?? '';
  return fallbackTag(digest, '.sig');
}

describeWithSharedData(FIELD, 'the given registries of the field', () => {
  let server: RegistryServer;
  /** What the registry of a case does otherwise. */
  let quirk: NonNullable<RegistryServerOptions['intercept']> = () => false;
  beforeAll(async () => {
    server = await startRegistry({ intercept: (request, response) => quirk(request, response) });
  });
  afterEach(() => {
    quirk = () => false;
  });
  afterAll(() => server.close());

  /** The cases share their images, and not each has every blob of its own. */
  const blobs = new Map<string, Uint8Array>();
  beforeAll(() => {
    for (const bytes of payloadsOfDocker()) blobs.set(digestOf(bytes), bytes);
    for (const path of readdirSync(sharedData(FIELD), { recursive: true, encoding: 'utf8' })) {
      if (!/(?:^|\/)blob-sha256-[0-9a-f]+$/.test(path)) continue;
      const bytes = readFileSync(sharedData(`${FIELD}/${path}`));
      blobs.set(digestOf(bytes), bytes);
    }
  });

  /** Pushes what a case's registry held under a name of its own; returns its image and policy. */
  function serve(name: string, authorities?: string, second?: RegistryServer) {
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
      for (const one of [server, ...(second === undefined ? [] : [second])])
        one.push(repository, content, isRoot ? 'v1' : signed);
    }
    const policy = readFileSync(join(directory, 'policy.yml'), 'utf8')
      .replaceAll(/127\.0\.0\.1:\d+/g, server.host)
      .replaceAll('/team/**', `/${REPOSITORY}*`)
      .replace(/keyless: \{.*\}/, (given) => authorities ?? given);
    const listed = second === undefined ? '' : `  "${second.host}": { insecure: true, private-network: true }\n`;
    const scratch = makeDirectory({ 'policy.yml': `${policy.trimEnd()}\n${listed}` });
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

  test('verify passes in d1-dhi-referrers-null, where null is the list of what refers to nothing', async () => {
    const answered: string[] = [];
    quirk = ({ url = '' }, response) => {
      if (!url.includes('/referrers/') || url.includes(DOCKERS.index)) return false;
      answered.push(url);
      const type = 'application/vnd.oci.image.index.v1+json';
      response.writeHead(200, { 'content-type': type });
      response.end(`{"schemaVersion":2,"mediaType":"${type}","manifests":null}`);
      return true;
    };
    expect(await run(serve('d1-dhi-referrers-null'))).toMatchObject({ code: 0 });
    expect(answered).not.toEqual([]);
  });

  // These cases have the requests and a policy, and no image: it is the one of another case.
  describe('with the image of e1-cosign-ed25519ph', () => {
    const IMAGE = 'e1-cosign-ed25519ph';
    const challenge = (host: string | undefined, scope: string) => ({
      'www-authenticate': `Bearer realm="http://${host}/token",service="reg",scope="${scope}"`,
    });

    test.each([
      ['c04-scope-of-vanity-domain', 'repository:vendor/base:pull', (token: string) => ({ token })],
      [
        'c05-token-nulls',
        `repository:${REPOSITORY}-${IMAGE}:pull`,
        (token: string) => ({ token: null, access_token: token, expires_in: null, issued_at: null }),
      ],
    ])('verify passes in %s', async (_, wanted, answer) => {
      quirk = ({ url = '', headers }, response) => {
        const { pathname, searchParams } = new URL(url, 'http://registry');
        if (pathname === '/token') {
          response.writeHead(200, { 'content-type': 'application/json' });
          response.end(JSON.stringify(answer(`for-${searchParams.get('scope')}`)));
          return true;
        }
        if (headers.authorization === `Bearer for-${wanted}`) return false;
        response.writeHead(401, challenge(headers.host, wanted)).end();
        return true;
      };
      expect(await run(serve(IMAGE))).toMatchObject({ code: 0 });
    });

    test('verify passes in c06-redirect-then-401, with a token of the second registry for it alone', async () => {
      const seen: (string | undefined)[] = [];
      const second = await startRegistry({
        intercept: ({ url = '', headers }, response) => {
          if (url.startsWith('/token')) {
            response.writeHead(200, { 'content-type': 'application/json' }).end('{"token":"second"}');
            return true;
          }
          seen.push(headers.authorization);
          if (headers.authorization === 'Bearer second') return false;
          response.writeHead(401, challenge(headers.host, 'repository:any:pull')).end();
          return true;
        },
      });
      const given = serve(IMAGE, undefined, second);
      quirk = ({ url = '' }, response) => {
        if (!url.includes('/manifests/')) return false;
        response.writeHead(307, { location: `http://${second.host}${url}` }).end();
        return true;
      };
      expect(await run(given)).toMatchObject({ code: 0 });
      expect(new Set(seen)).toEqual(new Set([undefined, 'Bearer second']));
      const own = server.requests.filter(({ headers }) => headers['authorization'] === 'Bearer second');
      expect(own).toEqual([]);
      await second.close();
    });
  });

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
    quirk = ({ method }, response) => {
      if (method !== 'HEAD') return false;
      response.writeHead(403).end();
      return true;
    };
    const { stdout } = await runCommand(check, scratch, '--policy', 'policy.yml', '--format', 'json', '.');
    const { answers, images } = JSON.parse(stdout);
    const all = [...answers, ...images.flatMap((one: { readonly answers: readonly object[] }) => one.answers)];
    expect(all.filter(({ rule }) => rule === 'current')).toMatchObject([{ outcome: 'pass' }]);
  });
});
