import type { ImageUse, Role } from '../build-files/image-use.js';
import type { Stage } from '../build-files/stage.js';
import { publisherOf } from '../catalog/catalogue.js';
import { type Equivalent, type EquivalentVariant, equivalentsOf, publisherName } from '../catalog/equivalents.js';
import type { Catalogue } from '../catalog/publisher.js';
import { parseReference, type Reference, repositoryName } from '../images/reference.js';
import type { Policy } from '../policy/policy.js';
import { changesFor } from './changes.js';
import { type PolicyCheck, policyCheck } from './policy-check.js';
import { needsOf, type StageNeeds } from './stage-needs.js';
import { ofThatLine, tagFor, versionOf } from './version-line.js';

/** An image that would pass in the place of a use's, under the policy it is judged by. */
export interface Proposal {
  /** As it would be written in the build file. */
  readonly image: string;
  /** What people call its publisher. */
  readonly publisher: string;
  /** Something of it was concluded from the publisher's sources, and not read there. */
  readonly inferred: boolean;
  readonly purpose?: string;
  /** What the stage has to be changed for. */
  readonly changes: readonly string[];
}

/** An image that is known in the place of the use's, in the variant that its stage needs. */
export interface Candidate {
  readonly equivalent: Equivalent;
  readonly variant: EquivalentVariant;
  readonly image: string;
  /** Where what the stage runs has to be run, if not in this image. */
  readonly buildOn?: string;
  /** The version asked for, where this image is of another line. */
  readonly missedVersion?: string;
}

/**
 * What could be built on in the place of a use's image: hardened images of publishers that the policy allows, in the
 * variant that the stage needs. Those read at their source come before those inferred. An image that would itself be
 * refused (not allowed, denied, signed by nobody that the policy names, or with a package manager where the policy
 * wants none) is never proposed.
 *
 * @param reference the use's image as the policy sees it
 * @param stages the stages of the use's file
 */
export function proposalsFor(
  { use, reference }: { readonly use: ImageUse; readonly reference: Reference },
  stages: readonly Stage[],
  policy: Policy,
  catalogue: Catalogue,
): readonly Proposal[] {
  const check = policyCheck(policy, use.role);
  const needs = needsOf(use, stages);
  const proposals = candidatesFor(reference, use.role, needs, policy, check).map((candidate): Proposal => {
    const { equivalent, image } = candidate;
    const parsed = parseReference(image);
    const known = parsed.ok ? publisherOf(catalogue, parsed.value) : null;
    return {
      image,
      publisher: known?.name ?? publisherName(equivalent.publisher),
      inferred: equivalent.inferred ?? false,
      ...(equivalent.purpose === undefined ? {} : { purpose: equivalent.purpose }),
      changes: changesFor(candidate, needs, use.role),
    };
  });
  const distinct = [...new Map(proposals.toReversed().map((proposal) => [proposal.image, proposal])).values()];
  return distinct.reverse().sort((a, b) => Number(a.inferred) - Number(b.inferred));
}

function candidatesFor(
  reference: Reference,
  role: Role,
  needs: StageNeeds,
  policy: Policy,
  check: PolicyCheck,
): readonly Candidate[] {
  const name = repositoryName(reference);
  const version = versionOf(name, reference.tag);
  const suited = equivalentsOf(name).filter(({ stages }) => stages === undefined || stages === role || role === 'copy');
  return ofThatLine(suited, version).flatMap((equivalent) =>
    repositoriesOf(equivalent, policy).flatMap((repository): readonly Candidate[] => {
      const runtime = variantAt(equivalent, repository, equivalent, version);
      const { builder } = equivalent;
      const building =
        builder === undefined ? undefined : variantAt(equivalent, builder.image ?? repository, builder, version);
      const chosen = choose(runtime, building, needs, check);
      return chosen === undefined ? [] : [chosen];
    }),
  );
}

/** A repository that is named by customer stands for one of each customer whose images the policy allows. */
function repositoriesOf({ image }: Equivalent, policy: Policy): readonly string[] {
  if (!image.includes('{organization}')) return [image];
  const organizations = policy.allow.flatMap(({ pattern, publisher }) => {
    const found =
      publisher === 'chainguard-organization' ? /^cgr\.dev\/([a-z0-9._-]+)\//.exec(pattern)?.[1] : undefined;
    return found ?? [];
  });
  return [...new Set(organizations)].map((organization) => image.replace('{organization}', organization));
}

function variantAt(
  equivalent: Equivalent,
  repository: string,
  variant: EquivalentVariant & { readonly template?: string },
  version: string | undefined,
): Candidate {
  const { tag, otherLine } = tagFor(equivalent, variant, version);
  return {
    equivalent,
    variant,
    image: tag === undefined ? repository : `${repository}:${tag}`,
    ...(otherLine && version !== undefined ? { missedVersion: version } : {}),
  };
}

/**
 * The plain variant where it has what the stage needs, else the builder. Where the policy wants what ships without
 * tools, it is the plain variant all the same, and the builder is for a stage before it.
 */
function choose(
  runtime: Candidate,
  builder: Candidate | undefined,
  needs: StageNeeds,
  check: PolicyCheck,
): Candidate | undefined {
  const suits = (candidate: Candidate) =>
    serves(candidate.variant, needs) && check.passes(candidate.image, candidate.variant);
  if (suits(runtime)) return runtime;
  if (builder === undefined || !serves(builder.variant, needs)) return undefined;
  if (!check.shipsOnly) return suits(builder) ? builder : undefined;
  return check.passes(runtime.image, runtime.variant) ? { ...runtime, buildOn: builder.image } : undefined;
}

/** What is not known is not taken for granted, but of a shell where there is a package manager. */
function serves({ shell, packageManager = 'none' }: EquivalentVariant, needs: StageNeeds): boolean {
  if (needs.packageManager !== null && packageManager === 'none') return false;
  return !needs.shell || shell === true;
}
