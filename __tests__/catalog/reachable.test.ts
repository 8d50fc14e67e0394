import { beforeAll, describe, expect, test } from '@jest/globals';
import { loadCatalog } from '../../src/catalog/catalog.js';
import type { Publisher } from '../../src/catalog/publisher.js';
import type { Report } from '../../src/reports/report.js';
import { gateRun } from '../support/gate-run.js';
import { ORGANIZATION_IDENTITY, publishedImage } from '../support/image/published-image.js';
import { makeDirectory } from '../support/process/scratch-repository.js';
import { zipOf } from '../support/registry/export-directory.js';
import { canaryRecord } from '../support/registry/osv-canary.js';
import { writeTrustedRoot } from '../support/signing/signature-search.js';
import { layoutSource } from '../support/signing/signer-context.js';
import { makeSigstore, type TestSigstore } from '../support/signing/sigstore-trust.js';

/** Every profile must be reachable by those whose images are made for it. */

const { publishers } = loadCatalog();
const hardened = publishers.filter((one) => one.hardened).map((one) => [one.id, one] as const);

let sigstore: TestSigstore;
let trustedRootFile: string;
let vulnerabilitiesDirectory: string;

beforeAll(async () => {
  sigstore = await makeSigstore();
  trustedRootFile = writeTrustedRoot(JSON.stringify(sigstore.trustedRoot()));
  const exploited = { dateReleased: '2026-11-29T00:00:00Z', vulnerabilities: [{ cveID: 'CVE-2020-0001' }] };
  vulnerabilitiesDirectory = makeDirectory({
    'known_exploited_vulnerabilities.json': JSON.stringify(exploited),
    'all.zip': zipOf(['Debian:13', 'Wolfi', 'Chainguard'].map((ecosystem) => canaryRecord(ecosystem))),
  });
});

/** The allow entry of a publisher whose catalog entry is not enough: the test's key, or what the entry asks for. */
function allowOf(publisher: Publisher, image: string, key: string | undefined): string {
  const signer = key === undefined ? '' : `, authorities: [{ key: { log: ignored, pem: ${JSON.stringify(key)} } }]`;
  if (publisher.parameters.length > 0)
    return `{ catalog: ${publisher.id}, with: { organization: acme, identities: ["${ORGANIZATION_IDENTITY}"] } }`;
  return publisher.verifiable ? `{ catalog: ${publisher.id}${signer} }` : `{ image: "${image}"${signer} }`;
}

/** Evaluates an image that was published as the catalog says. */
async function evaluate(publisher: Publisher, profile: string): Promise<Report> {
  const pattern = publisher.images[0] ?? 'registry.customer.example/**';
  const name = pattern.replace('{organization}', 'acme').replace(/\/\*+$/, '/app');
  const { entries, digest, key } = await publishedImage(publisher, sigstore, { name: `${name}:1` });
  return gateRun({
    files: { Dockerfile: `FROM ${name}:1@${digest}\n` },
    policy: [
      'version: 1',
      `profile: ${profile}`,
      `allow: [${allowOf(publisher, name, key)}]`,
      'registries: { registry.customer.example: {} }',
    ].join('\n'),
    source: await layoutSource(entries),
    now: new Date(Date.now() + 60_000),
    settings: { offline: true, trustedRootFile, vulnerabilitiesDirectory },
  });
}

const failing = ({ answers }: Report, level: string) =>
  answers
    .filter((answer) => answer.level === level && answer.outcome !== 'pass' && answer.outcome !== 'not-applicable')
    .map(({ rule, outcome, message }) => `${rule} ${outcome}: ${message}`);

describe('an image with exactly what its publisher attests passes hardened', () => {
  test.each(hardened)('the image of %s passes', async (_id, publisher) => {
    const report = await evaluate(publisher, 'hardened');
    expect(failing(report, 'error')).toEqual([]);
    expect(report.verdict).toBe('pass');
  });
});

test('what Google distroless does not attest is a warning in hardened, and fails strict', async () => {
  const distroless = publishers.find(({ id }) => id === 'distroless');
  if (distroless === undefined) throw new Error('the catalog has no distroless');
  expect(failing(await evaluate(distroless, 'hardened'), 'warning')).toContainEqual(
    expect.stringMatching(/^provenance-attested fail/),
  );
  const strict = await evaluate(distroless, 'strict');
  expect(strict.verdict).toBe('fail');
  expect(failing(strict, 'error')).toContainEqual(expect.stringMatching(/^provenance-attested fail/));
});
