import { readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import { loadCatalog } from '../../src/catalog/catalog.js';
import { gateRun } from '../support/gate-run.js';
import { publishedImage } from '../support/image/published-image.js';
import { makeDirectory } from '../support/process/scratch-repository.js';
import { zipOf } from '../support/registry/export-directory.js';
import { canaryRecord } from '../support/registry/osv-canary.js';
import { writeTrustedRoot } from '../support/signing/signature-search.js';
import { layoutSource } from '../support/signing/signer-context.js';
import { makeSigstore } from '../support/signing/sigstore-trust.js';

/** The image of the command line, which has to pass the policy of its own repository. */

const read = (path: string) => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');
const DOCKERFILE = read('packaging/image/Dockerfile');
const POLICY = read('.github/base-image-gate.yml').replace(/^files:\n(?: .*\n)*/m, '');
const PINNED = /cgr\.dev\/chainguard\/(\w+):latest@(sha256:[0-9a-f]{64})/g;

/** Evaluates the Dockerfile over base images that are signed and attested as the catalog says their publisher does. */
async function evaluate(edit: (text: string) => string = (text) => text) {
  const chainguard = loadCatalog().publishers.find(({ id }) => id === 'chainguard');
  if (chainguard === undefined) throw new Error('the catalog has no chainguard');
  const sigstore = await makeSigstore();
  const names = [...DOCKERFILE.matchAll(PINNED)].map(([, name = '']) => `cgr.dev/chainguard/${name}:latest`);
  const images = await Promise.all(names.map((name) => publishedImage(chainguard, sigstore, { name })));
  const made = DOCKERFILE.replace(PINNED, (_whole, name) => {
    const index = names.indexOf(`cgr.dev/chainguard/${name}:latest`);
    return `cgr.dev/chainguard/${name}:latest@${images[index]?.digest}`;
  });
  const exploited = { dateReleased: new Date().toISOString(), vulnerabilities: [{ cveID: 'CVE-2020-0001' }] };
  return gateRun({
    files: { Dockerfile: edit(made) },
    policy: POLICY,
    source: await layoutSource(images.flatMap(({ entries }) => entries)),
    now: new Date(Date.now() + 60_000),
    settings: {
      offline: true,
      trustedRootFile: writeTrustedRoot(JSON.stringify(sigstore.trustedRoot())),
      vulnerabilitiesDirectory: makeDirectory({
        'known_exploited_vulnerabilities.json': JSON.stringify(exploited),
        'all.zip': zipOf(['Wolfi', 'Chainguard'].map((ecosystem) => canaryRecord(ecosystem))),
      }),
    },
  });
}

test('both tags pass strict over base images as their publisher makes them', async () => {
  const report = await evaluate();
  const errors = report.findings
    .filter(({ level }) => level === 'error')
    .map(({ rule, message }) => `${rule}: ${message}`);
  expect(errors).toEqual([]);
  expect([report.verdict, report.uses.map(({ role }) => role)]).toEqual(['pass', ['final', 'copy']]);
});

test.each([
  ['that runs as root', (text: string) => text.replaceAll('USER 65532\n', 'USER root\n'), 'non-root'],
  ['whose base is a tag', (text: string) => text.replace(/@sha256:\w+/, ''), 'pinned-by-digest'],
  [
    'whose tag has a shell by its base',
    (text: string) => text.replace('FROM cli AS shell', 'FROM docker.io/library/node:24'),
    'allowed-base',
  ],
])('an image %s does not pass', async (_what, edit, rule) => {
  const report = await evaluate(edit);
  expect(report.verdict).toBe('fail');
  expect(report.findings.filter(({ level }) => level === 'error').map((finding) => finding.rule)).toContain(rule);
});
