import type { CollectedEvidence } from '../../src/evidence/kinds.js';
import type { InstalledPackage } from '../../src/packages/inventory.js';
import type { BaseChange } from '../../src/reports/image-diff-document.js';
import type { Report } from '../../src/reports/report.js';
import type { Answer } from '../../src/rules/answer.js';
import { rules } from '../../src/rules/index.js';
import { makeKnown, makeVulnerability } from './image/vulnerability-maker.js';
import { DIGEST, makeAnswer, makeImage, makeReport, makeUse, makeWaiver } from './report-maker.js';
import { makeStage, storefrontReport } from './storefront-report.js';

/** The day that pages of tests are written. */
export const PAGE_DAY = new Date('2026-11-30T12:00:00Z');

function makePackage(name: string, version: string): InstalledPackage {
  return {
    type: 'apk',
    name,
    version,
    source: { name },
    licenses: ['MIT'],
    purl: `pkg:apk/wolfi/${name}@${version}`,
    where: 'lib/apk/db/installed',
    files: [],
  };
}

/** Packages and vulnerabilities that were looked at, a signature that was not found, an SBOM that could not be had. */
export function pageEvidence(packages: readonly string[], vulnerabilities: readonly string[] = []): CollectedEvidence {
  return {
    packages: {
      status: 'present',
      from: 'the layers of the image',
      value: {
        packages: packages.map((name) => makePackage(name, '1.2.3-r0')),
        distribution: { id: 'wolfi', idLike: [], where: 'etc/os-release' },
        databases: [{ path: 'lib/apk/db/installed', format: 'apk', packages: packages.length }],
        unknowns: [],
        unreadContents: [],
        uncataloged: [],
      },
    },
    vulnerabilities: {
      status: 'present',
      from: 'OSV API',
      value: makeKnown(
        vulnerabilities.map((id, index) =>
          makeVulnerability(id, { exploited: index === 0, summary: `A flaw in ${packages[0] ?? 'it'}` }),
        ),
      ),
    },
    signatures: { status: 'absent', lookedIn: [{ place: 'referrers API', answer: 'none' }] },
    sbom: { status: 'unavailable', cause: 'timeout', message: 'The registry took too long.', fix: 'Run it again.' },
  };
}

const CHANGE: BaseChange = {
  uses: ['services/api/Dockerfile:9:6'],
  platform: 'linux/amd64',
  before: { reference: 'docker.io/library/node:20', digest: DIGEST },
  after: { reference: `cgr.dev/chainguard/node:latest@${DIGEST}`, digest: DIGEST },
  packages: {
    status: 'compared',
    from: 'layers',
    counts: { added: 1, removed: 1, changed: 1 },
    added: [{ package: 'apk/wolfi/ca-certificates', version: '2026-r1' }],
    removed: [{ package: 'deb/debian/perl', version: '5.40' }],
    changed: [{ package: 'apk/wolfi/openssl', before: '3.3.1-r0', after: '3.3.2-r0' }],
    gaps: ['The Go program /usr/bin/tool has no build information.'],
  },
  vulnerabilities: {
    status: 'compared',
    counts: { added: 0, removed: 1 },
    added: [],
    removed: [
      {
        packages: ['perl'],
        version: '5.40',
        fixed: [],
        unfixed: [{ id: 'CVE-2026-0007', severity: 'high', exploited: true, possible: false }],
      },
    ],
    gaps: [],
  },
};

/** The storefront with everything that a page can show: evidence, a changed base, waivers of several owners, limits. */
export function pageReport(given: Partial<Report> = {}): Report {
  const storefront = storefrontReport();
  const [image] = storefront.images;
  if (image === undefined) throw new Error('the storefront has no image');
  const evidence = pageEvidence(['openssl', 'nodejs'], ['CVE-2026-0001', 'CVE-2026-0002']);
  const answers = storefront.answers.concat(
    makeAnswer({
      use: `services/api/Dockerfile:9:6`,
      rule: 'no-known-vulnerabilities',
      level: 'warning',
      image: DIGEST,
      platform: 'linux/amd64',
      message: 'CVE-2026-0001 in `openssl` is known to be exploited.',
      details: ['openssl 3.3.1-r0: CVE-2026-0001'],
      fix: 'Build on the newer image.',
    }),
  );
  return storefrontReport({
    answers,
    images: [{ ...image, evidence }],
    baseChanges: [CHANGE],
    findingChanges: {
      new: storefront.findings.slice(0, 1).map(({ fingerprint }) => fingerprint),
      fixed: [
        {
          rule: 'denied-base',
          level: 'error',
          message: 'It is denied by `docker.io/bitnamilegacy/**`: it is no longer maintained.',
          image: 'docker.io/bitnamilegacy/redis:7.4',
          location: { file: 'services/web/Dockerfile', line: 1, column: 6, endLine: 1, endColumn: 40 },
        },
      ],
      notCompared: 3,
    },
    base: {
      ref: 'refs/heads/main',
      policyRef: 'refs/heads/main',
      commit: 'a'.repeat(40),
      evaluated: { kind: 'merge', commit: 'b'.repeat(40) },
      parents: ['a'.repeat(40), 'c'.repeat(40)],
    },
    waivers: [
      ...storefront.waivers,
      makeWaiver({ owner: '@acme/web', rule: 'current', state: 'used', expires: '2026-12-10' }),
    ],
    limits: [{ name: 'signature-layers', message: 'Only 100 signatures of it were read.' }],
    ...given,
  });
}

/** As many build files as given, each with an image of its own, every rule asked of it, and 40 packages. */
export function manyImages(count: number): Report {
  const asked = rules.filter(({ subject }) => subject === 'image' || subject === 'use');
  const uses = Array.from({ length: count }, (_, index) =>
    makeUse(`registry.example/team-${index % 40}/service-${index}:1.${index % 7}`, {
      file: `services/s${index}/Dockerfile`,
      line: 1,
    }),
  );
  const names = Array.from({ length: 40 }, (_, index) => `package-${index}`);
  const images = uses.map(({ written }, index) =>
    makeImage(written, { evidence: pageEvidence([...names, `only-${index}`], [`CVE-2026-${10_000 + index}`]) }),
  );
  const answers = uses.flatMap((use, index) =>
    asked.map(
      ({ id, subject }, rule): Answer =>
        makeAnswer({
          use: use.id,
          rule: id,
          outcome: (index * 7 + rule * 3) % 11 === 0 ? 'fail' : (index + rule) % 5 === 0 ? 'not-applicable' : 'pass',
          level: rule % 2 === 0 ? 'error' : 'warning',
          message: `The image ${use.written} was asked about ${id}, and this is what was seen of it.`,
          ...(subject === 'image' ? { image: `${use.written} linux/amd64`, platform: 'linux/amd64' } : {}),
        }),
    ),
  );
  const stages = uses.map((use) =>
    makeStage(use.file, 0, { base: { kind: 'image', use: use.id }, ships: true, target: true }),
  );
  return makeReport({ uses, images, answers, stages });
}
