import { makeImage, makeIndex } from '../image/image-maker.js';
import {
  type ExportRun,
  makeMultiPlatform,
  makeSigner,
  type Probe,
  signedEntries,
  sourceOf,
  withGate,
} from './export-world.js';

export interface BuildProbes {
  readonly run: ExportRun;
  readonly probes: readonly Probe[];
  /** What the tags named when the run was made. */
  readonly digests: ReadonlyMap<string, string>;
}

const OTHER_DIGEST = `sha256:${'0'.repeat(63)}1`;
const nothing = 'nothing in the repository names it';
const NOT_IN_RUN = { buildkit: nothing, buildx: nothing };
const NO_PLATFORMS = { buildkit: 'a source policy has no platforms' };
const NOT_EVALUATED = { buildx: 'the run did not evaluate this platform' };

const policyOf = (files: readonly string[]) => `version: 1
profile: baseline
allow:
  - { image: "ghcr.io/acme/**", authorities: [{ key: { file: acme.pub, log: ignored } }] }
  - { image: alpine, authorities: [{ key: { file: acme.pub, log: ignored } }] }
  - { image: docker/dockerfile, signed: false, reason: Docker signs it another way }
deny:
  - { image: "ghcr.io/acme/old/**", reason: no longer maintained }
rules: { allowed-base: error, allowed-frontend: error, signature-verified: error, pinned-by-digest: error }
registries: { mirror.example/hub: { mirror-of: docker.io } }
waivers:
  - { rule: signature-verified, image: "ghcr.io/acme/waived:*", reason: the key moves, owner: acme, expires: 2026-12-20 }
files: { include: [${files.join(', ')}] }
platforms: [linux/amd64]
`;

/** Makes images, a repository that names some of them, and references that a build may ask for. */
export async function makeBuildProbes(): Promise<BuildProbes> {
  const [acme, untrusted] = [makeSigner(), makeSigner()];
  const image = (name: string) => makeMultiPlatform(name);
  const [alpine, base, go, arm, waived, moved, frontend, foreign, unsigned] = await Promise.all(
    ['alpine', 'base', 'go', 'arm', 'waived', 'moved', 'frontend', 'foreign', 'unsigned'].map(image),
  );
  if (!alpine || !base || !go || !arm || !waived || !moved || !frontend || !foreign || !unsigned)
    throw new Error('an image was not made');
  const halves = [await makeImage(), await makeImage({ platform: 'linux/arm64' })] as const;
  const entries = [
    ...(await signedEntries('docker.io/library/alpine:3.20', alpine, [acme])),
    ...(await signedEntries('docker.io/library/alpine:3.21', go, [acme])),
    ...(await signedEntries('docker.io/library/alpine-evil:3.20', alpine, [acme])),
    ...(await signedEntries('mirror.example/hub/library/alpine:3.20', alpine, [acme])),
    ...(await signedEntries('mirror.example/other/library/alpine:3.20', alpine, [acme])),
    ...(await signedEntries('docker.io/docker/dockerfile:1', frontend, [])),
    ...(await signedEntries('docker.io/docker/dockerfile:labs', moved, [])),
    ...(await signedEntries('ghcr.io/acme/base:1', base, [acme])),
    ...(await signedEntries('ghcr.io/acme/base:2', moved, [])),
    ...(await signedEntries('ghcr.io/acme/base-evil:1', moved, [untrusted])),
    ...(await signedEntries('ghcr.io/acme/tools/go:1.25', go, [acme])),
    ...(await signedEntries('ghcr.io/acme/other:1', base, [acme])),
    ...(await signedEntries('ghcr.io/acme/arm:1', arm, [acme])),
    ...(await signedEntries('ghcr.io/acme/waived:1', waived, [])),
    ...(await signedEntries('ghcr.io/acme/unsigned:1', unsigned, [])),
    ...(await signedEntries('ghcr.io/acme/foreign:1', foreign, [untrusted])),
    ...(await signedEntries('ghcr.io/acme/old/base:1', base, [acme])),
    ...(await signedEntries('ghcr.io/evil/base:1', base, [acme])),
    ...(await signedEntries('evil.example/acme/base:1', base, [acme])),
    ...(await signedEntries('evil.example/ghcr.io/acme/base:1', base, [acme])),
    { name: 'ghcr.io/acme/half:1', content: makeIndex(halves) },
    ...(await signedEntries('ghcr.io/acme/half:amd64', halves[0], [acme])),
  ];
  const digests = new Map(
    entries.flatMap(({ name, content }) => (name === undefined ? [] : [[name, content.descriptor.digest] as const])),
  );
  const source = await sourceOf(entries);
  const pinned = `ghcr.io/acme/tools/go:1.25@${go.descriptor.digest}`;
  const dockerfile = [
    '# syntax=docker/dockerfile:1',
    'FROM alpine:3.20 AS a',
    'FROM ghcr.io/acme/base:1 AS b',
    `FROM ${pinned} AS c`,
    'FROM mirror.example/hub/library/alpine:3.20 AS d',
    'FROM --platform=linux/arm64 ghcr.io/acme/arm:1 AS e',
    'FROM ghcr.io/acme/waived:1 AS f',
    'FROM ghcr.io/acme/half:1 AS half',
    'FROM ghcr.io/acme/unsigned:1 AS g',
    'FROM ghcr.io/acme/foreign:1 AS h',
    'FROM ghcr.io/acme/old/base:1 AS i',
    'FROM ghcr.io/evil/base:1 AS j',
    'FROM scratch',
    'COPY --from=a /etc/name /a',
  ].join('\n');
  const run = { dockerfile, policy: policyOf(['Dockerfile']), policyFiles: { 'acme.pub': acme.publicKeyPem }, source };

  const [amd64] = base.manifests.keys();
  const list: readonly (readonly [
    kind: string,
    reference: string,
    differs?: Probe['differs'] | undefined,
    platform?: Probe['platform'],
  ])[] = [
    ['allowed', 'alpine:3.20'],
    ['allowed', 'docker.io/alpine:3.20'],
    ['allowed', 'docker.io/library/alpine:3.20'],
    ['allowed', 'index.docker.io/library/alpine:3.20'],
    ['allowed', 'ghcr.io/acme/base:1'],
    ['allowed', `alpine:3.20@${alpine.descriptor.digest}`],
    ['allowed', `alpine@${alpine.descriptor.digest}`],
    ['allowed', `ghcr.io/acme/base:1@${base.descriptor.digest}`],
    ['allowed', `ghcr.io/acme/base@${base.descriptor.digest}`],
    ['allowed', pinned],
    ['allowed, waived', 'ghcr.io/acme/waived:1'],
    ['frontend, unsigned by the policy', 'docker/dockerfile:1'],
    ['pinned in the file, now by its tag', 'ghcr.io/acme/tools/go:1.25', NOT_IN_RUN],
    ['denied', 'ghcr.io/acme/old/base:1'],
    ['denied', `ghcr.io/acme/old/base@${base.descriptor.digest}`],
    ['unsigned', 'ghcr.io/acme/unsigned:1'],
    ['unsigned', `ghcr.io/acme/unsigned@${unsigned.descriptor.digest}`],
    ['signed by another key', 'ghcr.io/acme/foreign:1'],
    ['nobody allowed it', 'ghcr.io/evil/base:1'],
    ['nobody allowed it', `ghcr.io/evil/base@${base.descriptor.digest}`],
    ['other name', 'alpine-evil:3.20'],
    ['other name', `alpine-evil@${alpine.descriptor.digest}`],
    ['other name', 'ghcr.io/acme/base-evil:1'],
    ['other name', `ghcr.io/acme/base-evil@${base.descriptor.digest}`],
    ['other tag', 'alpine:3.21', NOT_IN_RUN],
    ['other tag', 'alpine'],
    ['other tag', 'ghcr.io/acme/base:2'],
    ['other tag', 'ghcr.io/acme/base:10'],
    ['other tag', `ghcr.io/acme/base:2@${base.descriptor.digest}`, NOT_IN_RUN],
    ['other digest', `alpine:3.20@${OTHER_DIGEST}`],
    ['other digest', `ghcr.io/acme/base:1@${moved.descriptor.digest}`],
    ['other digest', `ghcr.io/acme/base@${moved.descriptor.digest}`],
    ['other digest', `ghcr.io/acme/base:1@${amd64 ?? ''}`],
    ['other registry', 'evil.example/acme/base:1'],
    ['other registry', 'evil.example/ghcr.io/acme/base:1'],
    ['other registry', 'quay.io/acme/base:1'],
    ['other registry', 'ghcr.io.evil.example/acme/base:1'],
    ['other registry', 'ghcr.io:443/acme/base:1'],
    ['not in the run', 'ghcr.io/acme/other:1', NOT_IN_RUN],
    ['other frontend', 'docker/dockerfile:labs', NOT_IN_RUN],
    ['mirror', 'mirror.example/hub/library/alpine:3.20'],
    ['mirror', `mirror.example/hub/library/alpine@${alpine.descriptor.digest}`],
    ['another path of the mirror', 'mirror.example/other/library/alpine:3.20'],
    ['allowed for arm64', 'ghcr.io/acme/arm:1', undefined, 'linux/arm64'],
    ['other platform', 'ghcr.io/acme/arm:1', NOT_EVALUATED],
    ['other platform', 'alpine:3.20', NOT_EVALUATED, 'linux/arm64'],
    ['other platform', `alpine:3.20@${alpine.descriptor.digest}`, NOT_EVALUATED, 'linux/arm64'],
    ['signed for amd64 alone', 'ghcr.io/acme/half:1'],
    ['signed for amd64 alone', 'ghcr.io/acme/half:1', NO_PLATFORMS, 'linux/arm64'],
  ];
  const asked = list.map(([kind, written, differs = {}, platform = 'linux/amd64']) => ({
    kind,
    reference: written,
    platform,
    differs,
  }));
  return { run, digests, probes: await withGate(run, asked) };
}
