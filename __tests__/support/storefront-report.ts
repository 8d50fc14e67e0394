import type { Stage } from '../../src/build-files/stage.js';
import type { Report } from '../../src/reports/report.js';
import { DIGEST, makeAnswer, makeImage, makeReport, makeUse, makeWaiver } from './report-maker.js';

/** A stage of the storefront, with whatever else is given. */
export function makeStage(file: string, index: number, given: Partial<Stage>): Stage {
  const range = { line: index + 1, column: 1, endLine: index + 1, endColumn: 20 };
  return {
    file,
    index,
    name: null,
    base: { kind: 'scratch' },
    ships: false,
    target: false,
    reachable: true,
    copiesFrom: [],
    usesFrom: [],
    instructions: [],
    ...range,
    ...given,
  };
}

/** A report as a team would get it: two services, a base that is not allowed, one unsigned, one waived, warnings and notes. */
export function storefrontReport(given: Partial<Report> = {}): Report {
  const api = 'services/api/Dockerfile';
  const web = 'services/web/Dockerfile';
  const node = makeUse('node:20', { file: api, line: 2, stage: { index: 0, name: 'build' }, role: 'build' });
  const chainguard = makeUse(`cgr.dev/chainguard/node:latest@${DIGEST}`, { file: api, line: 9 });
  const nginx = makeUse('registry.example.com/base/nginx:1.27', { file: web, line: 1 });
  const curl = makeUse('docker.io/curlimages/curl:8.10.1', { file: web, line: 6, role: 'copy', instruction: 'COPY' });
  const uses = [node, chainguard, nginx, curl];
  return makeReport({
    uses,
    stages: [
      makeStage(api, 0, { name: 'build', base: { kind: 'image', use: node.id } }),
      makeStage(api, 1, { base: { kind: 'image', use: chainguard.id }, ships: true, target: true, copiesFrom: [0] }),
      makeStage(web, 0, { base: { kind: 'image', use: nginx.id }, ships: true, target: true, usesFrom: [curl.id] }),
    ],
    images: [makeImage(`cgr.dev/chainguard/node:latest@${DIGEST}`, { id: DIGEST, publisher: 'Chainguard' })],
    waivers: [
      makeWaiver({
        image: 'docker.io/curlimages/curl',
        at: { file: '.github/base-image-gate.yml', line: 30, column: 5 },
      }),
      makeWaiver({ rule: 'fresh', image: 'docker.io/library/redis', state: 'expired', expires: '2026-10-01' }),
    ],
    answers: [
      makeAnswer({
        use: node.id,
        message: 'No entry of the allowlist matches docker.io/library/node:20, which `node:20` names.',
        fix: 'Build on `cgr.dev/acme.com/node:20`, or ask the owners of the policy to add this image.',
      }),
      makeAnswer({ use: chainguard.id, outcome: 'pass', message: 'It is allowed by allow[0].' }),
      makeAnswer({ use: nginx.id, outcome: 'pass', message: 'It is allowed by allow[1].' }),
      makeAnswer({ use: curl.id, message: 'No entry of the allowlist matches it.', waiver: 0 }),
      makeAnswer({
        use: node.id,
        rule: 'pinned-by-digest',
        level: 'warning',
        message: '`node:20` names a tag, which may point to another image when the build pulls it.',
        fix: 'Add the digest after the tag (`fix --pin` does it).',
      }),
      makeAnswer({ use: chainguard.id, rule: 'pinned-by-digest', outcome: 'pass', message: 'It is pinned.' }),
      makeAnswer({
        use: nginx.id,
        rule: 'pinned-by-digest',
        message:
          '`registry.example.com/base/nginx:1.27` names a tag, which may point to another image when the build pulls it.',
        fix: `Pin what was verified:\nFROM registry.example.com/base/nginx:1.27@${DIGEST}`,
      }),
      makeAnswer({
        use: chainguard.id,
        rule: 'signature-verified',
        outcome: 'pass',
        platform: 'linux/amd64',
        image: DIGEST,
        message: 'Signed by the publisher.',
      }),
      makeAnswer({
        use: nginx.id,
        rule: 'signature-verified',
        outcome: 'indeterminate',
        platform: 'linux/amd64',
        message: 'registry.example.com answered 401 to GET /v2/base/nginx/manifests/1.27.',
        fix: 'Give the gate a login with `registry-credentials`.',
        details: ['referrers API: 401', 'tag sha256-….sig: 401'],
      }),
      makeAnswer({ use: node.id, rule: 'signature-verified', outcome: 'skipped', message: 'It is not allowed.' }),
      makeAnswer({
        use: nginx.id,
        rule: 'overridable-base',
        level: 'note',
        message: 'The build argument NGINX can replace the image.',
      }),
    ],
    ...given,
  });
}
