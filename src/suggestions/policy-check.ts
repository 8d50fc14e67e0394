import type { Role } from '../build-files/image-use.js';
import { attests, publisherOf } from '../catalog/catalog.js';
import type { EquivalentVariant } from '../catalog/equivalent.js';
import type { Catalog, Publisher } from '../catalog/publisher.js';
import { hasEnded } from '../packages/lifecycle/lifecycles.js';
import { supportOf } from '../packages/lifecycle/support.js';
import { deniedBy, governingEntry, policyReference } from '../policy/govern.js';
import type { AllowEntry, Policy } from '../policy/policy.js';
import { ruleSetting } from '../policy/settings.js';
import type { Reference } from '../references/reference.js';
import { distroless } from '../rules/distroless.js';
import { pinnedByDigest } from '../rules/pinned-by-digest.js';
import { provenanceAttested } from '../rules/provenance-attested.js';
import { sbomAttested } from '../rules/sbom-attested.js';
import { signatureVerified } from '../rules/signature-verified.js';
import { supported } from '../rules/supported.js';

/** Official images that are runtimes → the product in the table of lifecycles, and what people call it. */
const RUNTIMES: Readonly<Record<string, { readonly product: string; readonly name: string }>> = {
  'docker.io/library/amazoncorretto': { product: 'eclipse-temurin', name: 'OpenJDK' },
  'docker.io/library/eclipse-temurin': { product: 'eclipse-temurin', name: 'OpenJDK' },
  'docker.io/library/golang': { product: 'go', name: 'Go' },
  'docker.io/library/node': { product: 'nodejs', name: 'Node.js' },
  'docker.io/library/openjdk': { product: 'eclipse-temurin', name: 'OpenJDK' },
  'docker.io/library/php': { product: 'php', name: 'PHP' },
  'docker.io/library/python': { product: 'python', name: 'Python' },
  'docker.io/library/ruby': { product: 'ruby', name: 'Ruby' },
  'mcr.microsoft.com/dotnet/aspnet': { product: 'dotnet', name: '.NET' },
  'mcr.microsoft.com/dotnet/runtime': { product: 'dotnet', name: '.NET' },
  'mcr.microsoft.com/dotnet/sdk': { product: 'dotnet', name: '.NET' },
};

/**
 * What to say of an image in the place of an official one whose tag names a runtime's version that is past its end: a
 * clause. Null for every other.
 *
 * @param official `registry/repository` of the official image
 * @param lastDays the policy's own last days, by product and cycle
 */
function endedRuntime(
  official: string,
  tag: string | undefined,
  lastDays: Readonly<Record<string, string>>,
  now: Date,
): string | null {
  const runtime = RUNTIMES[official];
  const version = /^\d{1,9}(?:\.\d{1,9}){0,4}(?![\w.])/.exec(tag ?? '')?.[0];
  if (runtime === undefined || version === undefined) return null;
  const { reported, end } = supportOf({ ...runtime, role: 'runtime', version, where: 'its tag' }, lastDays);
  if (end === undefined || !hasEnded(end, now)) return null;
  return end.kind === 'date' ? `${reported} was supported until ${end.date}` : `${reported} is no longer supported`;
}

/** Why the policy would refuse an image: no entry allows it, an entry denies it, or a rule is known to fail for it. */
export type Refusal = { readonly kind: 'not-allowed' } | { readonly kind: 'would-fail'; readonly because: string };

/** What can be reported of an image before it is opened: whether the policy would refuse it in a role. */
export interface PolicyCheck {
  /** Null where nothing that is known without a network contradicts the image, in the place of the official one. */
  readonly refusal: (image: Reference | null, variant: EquivalentVariant, official: string) => Refusal | null;
  /** In this role images ship, and the policy wants them without tools: what is run has to be run in another stage. */
  readonly shipsOnly: boolean;
}

/**
 * Checks images for one role: allowlist and denylist, who could have signed, what the publisher attests, known tools, and
 * runtimes past their end.
 */
export function policyCheck(policy: Policy, catalog: Catalog, role: Role, now: Date): PolicyCheck {
  const isError = (rule: Parameters<typeof ruleSetting>[1]) => ruleSetting(policy, rule, role).level === 'error';
  const shipsOnly = role === 'final' && isError(distroless);
  return {
    shipsOnly,
    refusal: (image, variant, official) => {
      if (image === null) return { kind: 'not-allowed' };
      const reference = policyReference(policy, image);
      const entry = governingEntry(policy, reference);
      if (deniedBy(policy, reference) !== null || entry === null) return { kind: 'not-allowed' };
      const publisher = publisherOf(catalog, reference);
      const because =
        unsigned(policy, role, entry, publisher) ??
        (isError(sbomAttested) ? unattested('sbom', entry, publisher) : null) ??
        (isError(provenanceAttested) ? unattested('provenance', entry, publisher) : null) ??
        (shipsOnly ? refusedTool(policy, role, variant) : null) ??
        // Others may fix a runtime for longer than its makers do, and `supported` does not see it in their images.
        (publisher?.wolfi === true && isError(supported)
          ? endedRuntime(official, image.tag, lastDaysOf(policy, role), now)
          : null);
      return because === null ? null : { kind: 'would-fail', because };
    },
  };
}

/** Whether building on a tag without a digest yields a finding in this role, of any level. */
export function requiresDigest(policy: Policy, role: Role): boolean {
  const { level } = ruleSetting(policy, pinnedByDigest, role);
  return level === 'error' || level === 'warning';
}

function lastDaysOf(policy: Policy, role: Role): Readonly<Record<string, string>> {
  const options = supported.options.safeParse(ruleSetting(policy, supported, role).options);
  return options.success ? options.data.lastDays : {};
}

function unsigned(policy: Policy, role: Role, entry: AllowEntry, publisher: Publisher | null): string | null {
  const { level, options } = ruleSetting(policy, signatureVerified, role);
  const { signed, require, authorities } = entry;
  if (!signed || usable(entry) >= Math.max(1, require) || level !== 'error') return null;
  const verifiable = publisher?.verifiable === true || authorities.length > 0;
  if (!verifiable && options['unverifiable-publisher'] !== 'error') return null;
  return `${entry.name} names no signer whose signature could be verified`;
}

/** A key that only a key management service holds verifies nothing here. */
function usable({ authorities }: AllowEntry): number {
  return authorities.filter(({ kind }) => kind !== 'kms').length;
}

function unattested(what: 'sbom' | 'provenance', entry: AllowEntry, publisher: Publisher | null): string | null {
  const name = what === 'sbom' ? 'SBOM' : what;
  if (usable(entry) === 0 && entry.unsignedAttestations === 'deny') {
    return `${entry.name} names no signer for the ${name} that the policy requires`;
  }
  // A publisher that keeps signatures elsewhere may keep its attestations there, too.
  if (entry.authorities.some(({ signatureRepository }) => signatureRepository !== undefined)) return null;
  return publisher !== null && attests(publisher, what) === false
    ? `${publisher.name} attests no ${name}, which the policy requires`
    : null;
}

function refusedTool(policy: Policy, role: Role, { shell, packageManager }: EquivalentVariant): string | null {
  if (packageManager !== undefined && packageManager !== 'none') return `it has a package manager (${packageManager})`;
  return shell === true && ruleSetting(policy, distroless, role).options['shell'] === 'error' ? 'it has a shell' : null;
}
