import { existsSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import equivalents from '../../../src/catalog/equivalents.generated.json' with { type: 'json' };
import type { HardenedFile } from '../../../src/fix/harden/harden-file.js';
import { parseReference, repositoryName } from '../../../src/references/reference.js';
import type { ImageSource } from '../../../src/registry/image-source.js';
import { rules } from '../../../src/rules/index.js';
import { describeUnless } from '../../support/describe-unless.js';
import { sourceOf } from '../../support/enforce/export-world.js';
import { gateRun } from '../../support/gate-run.js';
import { readAnswers } from '../../support/image/buildkit-answers.js';
import { chainguardPolicy, hardenDockerfile, NOW } from '../../support/image/harden-dockerfile.js';
import { makeImage } from '../../support/image/image-maker.js';
import { validPolicy } from '../../support/load-policy-text.js';
import { sharedData } from '../../support/shared-data.js';

/** Without what only a real image has: signatures, attestations, packages, age. */
const policyOf = (profile: string) => `${chainguardPolicy(profile)}rules:
  signature-verified: off
  sbom-attested: off
  provenance-attested: off
  no-known-vulnerabilities: off
  supported: off
  current: off
  fresh: off
  from-wolfi: off
  # The digest of each image is written once it was resolved.
  pinned-by-digest: off
`;
const CORPUS = ['dockerfiles/corpus.jsonl', 'dockerfiles/cases.jsonl'].map(sharedData);

/** Takes the time of hundreds of runs, so that it is among the tests of peers. */
const reason =
  process.env['PEERS'] !== '1'
    ? 'PEERS is not 1'
    : CORPUS.every((path) => existsSync(path))
      ? null
      : 'there is no corpus';
describeUnless(reason, 'the gate', () => {
  test.each(['baseline', 'hardened'])(
    'lets all files pass that were rewritten whole for %s',
    async (profile) => {
      const policy = await validPolicy(policyOf(profile), { rules });
      const whole: HardenedFile[] = [];
      for (const { content } of CORPUS.flatMap((path) => readAnswers(path))) {
        const hardened = await hardenDockerfile(content, policy);
        if (hardened.replaced.length > 0 && hardened.left.length === 0) whole.push(hardened);
      }
      const source = await imagesOf(whole.flatMap(({ replaced }) => replaced.flatMap(({ images }) => images)));
      const failing: string[] = [];
      for (const { after } of whole) {
        const files = { Dockerfile: Buffer.from(after).toString() };
        const report = await gateRun({ files, policy: policyOf(profile), source, now: NOW });
        // Frontends stay as they were.
        const rewritten = new Set(report.uses.filter(({ role }) => role !== 'frontend').map(({ id }) => id));
        const against = report.answers.filter(
          ({ level, outcome, use }) =>
            level === 'error' &&
            (use === undefined || rewritten.has(use)) &&
            outcome !== 'pass' &&
            outcome !== 'not-applicable',
        );
        failing.push(...against.map(({ rule, message }) => `${rule}: ${message}`));
      }
      process.stdout.write(`The gate evaluated ${whole.length} files that were rewritten whole for ${profile}\n`);
      expect(failing).toEqual([]);
      expect(whole.length).toBeGreaterThan(100);
    },
    300_000,
  );
});

/** An image by each name, with the user that the catalog knows of it. */
async function imagesOf(names: readonly string[]): Promise<ImageSource> {
  const entries = [...new Set(names)].map(async (name) => {
    const user = userOf(name);
    const config = user === undefined || user === 'root' ? {} : { User: user };
    return { name, content: await makeImage({ config }) };
  });
  return await sourceOf(await Promise.all(entries));
}

function userOf(name: string): string | undefined {
  const parsed = parseReference(name);
  if (!parsed.ok) return undefined;
  const repository = repositoryName(parsed.value);
  const found = equivalents.images.find(({ image }) => image.replace('{organization}', 'acme') === repository);
  return parsed.value.tag?.endsWith('-dev') === true ? found?.builder?.user : found?.user;
}
