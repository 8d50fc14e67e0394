// Collects the signatures and statements of every image named, in one process, and fails unless each has all of them.
// Usage: ours.mjs HOST TRUSTED_ROOT ISSUER SUBJECT IMAGE…
import { startCollection } from '../../src/evidence/collect.js';
import { collectors } from '../../src/evidence/collectors.js';
import { builtInPolicy } from '../../src/policy/baseline.js';
import type { AllowEntry } from '../../src/policy/policy.js';
import { parseReference } from '../../src/references/reference.js';
import { openRegistries } from '../../src/registry/open-registries.js';

const [host = '', trustedRootFile = '', issuer = '', subject = '', ...images] = process.argv.slice(2);
const policy = {
  ...builtInPolicy('hardened'),
  registries: { [host]: { privateNetwork: true, insecure: true, tokenHosts: [] } },
};
const entry: AllowEntry = {
  name: 'bench',
  pattern: '**',
  require: 1,
  authorities: [{ kind: 'keyless', issuer, subject }],
  signed: true,
  unsignedAttestations: 'deny',
  noPackages: 'deny',
  wolfi: false,
};
const registries = await openRegistries({
  registries: policy.registries,
  isListed: () => true,
  environment: {},
  workspace: process.cwd(),
});
if (!registries.ok) throw new Error(registries.error);
const evidence = startCollection({
  policy,
  source: registries.value.source,
  settings: { now: new Date(), offline: false, trustedRootFile },
  collectors,
});
const verdicts = await Promise.all(
  images.map(async (image) => {
    const reference = parseReference(image);
    if (!reference.ok) throw new Error(reference.error.reason);
    const about = {
      reference: reference.value,
      pullFrom: reference.value,
      verifiedBy: entry,
      platform: { os: 'linux', architecture: 'amd64' },
    };
    const { signatures, statements } = await evidence.collect(about, ['signatures', 'statements']);
    return (
      signatures?.status === 'present' &&
      signatures.value.verified.length === 1 &&
      statements?.status === 'present' &&
      statements.value.verified.length === 3
    );
  }),
);
await registries.value.close();
if (verdicts.includes(false)) throw new Error(`${verdicts.filter((good) => !good).length} images do not verify`);
