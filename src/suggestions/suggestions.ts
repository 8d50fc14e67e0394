import type { ImageUse, Role } from '../build-files/image-use.js';
import type { Stage } from '../build-files/stage.js';
import { publisherOf } from '../catalog/catalog.js';
import type { Equivalent, EquivalentVariant } from '../catalog/equivalent.js';
import { equivalentsOf, publisherName } from '../catalog/equivalents.js';
import type { Catalog } from '../catalog/publisher.js';
import { distinct, optionalField } from '../lib/collections.js';
import type { Policy } from '../policy/policy.js';
import { parseReference, type Reference, repositoryName } from '../references/reference.js';
import { type Candidate, COMPILED, changesFor } from './changes.js';
import { type PolicyCheck, policyCheck, type Refusal, requiresDigest } from './policy-check.js';
import { needsOf, type StageNeeds } from './stage-needs.js';
import { ofThatLine, tagFor, versionOf } from './version-line.js';

/** An image that would be allowed in the place of a use's, under the policy it is evaluated by. */
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

/** An image that the policy allows, and that a rule is known to fail for: not proposed. */
export interface LeftOut {
  readonly image: string;
  /** A clause. */
  readonly because: string;
}

/** What is known in the place of a use's image. */
export interface Proposals {
  readonly proposed: readonly Proposal[];
  readonly leftOut: readonly LeftOut[];
  /** The policy requires a digest here, which a proposal does not have yet. */
  readonly toBePinned: boolean;
}

/**
 * What could be built on in the place of a use's image: hardened images of publishers that the policy allows, in the
 * variant that the stage needs. Those read at their source come before those inferred. An image that would itself be
 * refused is never proposed, as far as that is known without a network: not allowed, denied, signed or attested by
 * no signer that the policy names, without an attestation that the policy requires, with a package manager where the
 * policy wants none, or of a runtime past its end where the policy wants it supported.
 *
 * @param reference the use's image as the policy sees it
 * @param now when runtimes are to be supported
 * @param stages the stages of the use's file
 */
export function proposalsFor(
  { use, reference, now }: { readonly use: ImageUse; readonly reference: Reference; readonly now: Date },
  stages: readonly Stage[],
  policy: Policy,
  catalog: Catalog,
): Proposals {
  // Nothing is built on a frontend, or on an image that is only run.
  if (use.role === 'frontend' || use.role === 'run') return { proposed: [], leftOut: [], toBePinned: false };
  const needs = needsOf(use, stages);
  const outcomes = outcomesOf({ use, reference, now }, stages, policy, catalog);
  const proposals = outcomes.flatMap(({ candidate, because }): readonly Proposal[] => {
    if (because !== undefined) return [];
    const { equivalent, image } = candidate;
    const known = candidate.reference === null ? null : publisherOf(catalog, candidate.reference);
    return [
      {
        image,
        publisher: known?.name ?? publisherName(equivalent.publisher),
        inferred: equivalent.inferred ?? false,
        ...optionalField('purpose', equivalent.purpose),
        changes: changesFor(candidate, needs, use.role),
      },
    ];
  });
  const refused = outcomes.flatMap(({ candidate: { image }, because }) =>
    because === undefined ? [] : { image, because },
  );
  return {
    proposed: distinctImages(proposals).toSorted((a, b) => Number(a.inferred) - Number(b.inferred)),
    leftOut: distinctImages(refused),
    toBePinned: requiresDigest(policy, use.role),
  };
}

/** What {@link proposalsFor} proposes, with all that is known of each image: those read at their source before those inferred. */
export function candidatesFor(
  { use, reference, now }: { readonly use: ImageUse; readonly reference: Reference; readonly now: Date },
  stages: readonly Stage[],
  policy: Policy,
  catalog: Catalog,
): readonly Candidate[] {
  return outcomesOf({ use, reference, now }, stages, policy, catalog)
    .flatMap(({ candidate, because }) => (because === undefined ? [candidate] : []))
    .toSorted((a, b) => Number(a.equivalent.inferred ?? false) - Number(b.equivalent.inferred ?? false));
}

function outcomesOf(
  { use, reference, now }: { readonly use: ImageUse; readonly reference: Reference; readonly now: Date },
  stages: readonly Stage[],
  policy: Policy,
  catalog: Catalog,
): readonly Outcome[] {
  return outcomesFor(reference, use.role, needsOf(use, stages), policy, {
    inRole: policyCheck(policy, catalog, use.role, now),
    building: policyCheck(policy, catalog, 'build', now),
  });
}

/** The first of each image. */
function distinctImages<T extends { readonly image: string }>(all: readonly T[]): readonly T[] {
  return [...new Map(all.toReversed().map((one) => [one.image, one])).values()].reverse();
}

/** An image that suits the stage and that the policy allows; or one that a rule is known to fail for. */
interface Outcome {
  readonly candidate: Candidate;
  readonly because?: string;
}

function outcomesFor(
  reference: Reference,
  role: Role,
  needs: StageNeeds,
  policy: Policy,
  checks: Checks,
): readonly Outcome[] {
  const name = repositoryName(reference);
  const version = versionOf(name, reference.tag);
  const buildersOf = (equivalent: Equivalent, repository: string): readonly Candidate[] => {
    const { builder } = equivalent;
    if (builder !== undefined) return [variantAt(equivalent, builder.image ?? repository, builder, version)];
    return checks.inRole.shipsOnly ? compilersFor(equivalent, suited, policy, version) : [];
  };
  const suited = equivalentsOf(name).filter(({ stages }) => stages === undefined || stages === role || role === 'copy');
  return ofThatLine(suited, version).flatMap((equivalent) =>
    repositoriesOf(equivalent, policy).flatMap((repository): readonly Outcome[] => {
      const runtime = variantAt(equivalent, repository, equivalent, version);
      const builders = buildersOf(equivalent, repository);
      const chosen = (builders.length === 0 ? [undefined] : builders).map((building) =>
        choose(runtime, building, needs, checks),
      );
      return distinct(chosen.filter((outcome) => outcome !== undefined));
    }),
  );
}

/** For a base of compiled programs, the images of the same publisher that hold the compiler. */
function compilersFor(
  { purpose, publisher }: Equivalent,
  all: readonly Equivalent[],
  policy: Policy,
  version: string | undefined,
): readonly Candidate[] {
  if (purpose !== COMPILED) return [];
  const compilers = all.filter((other) => other.publisher === publisher && other.purpose === undefined);
  return compilers.flatMap((compiler) =>
    repositoriesOf(compiler, policy).flatMap((repository) => {
      const { builder } = compiler;
      return builder === undefined ? [] : [variantAt(compiler, builder.image ?? repository, builder, version)];
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
  const { tag, missed } = tagFor(equivalent, variant, version);
  const image = tag === undefined ? repository : `${repository}:${tag}`;
  const parsed = parseReference(image);
  return {
    equivalent,
    variant,
    image,
    reference: parsed.ok ? parsed.value : null,
    ...(missed !== undefined && hasVersions(equivalent) ? { missedVersion: missed } : {}),
  };
}

/** A base for programs compiled elsewhere holds nothing of the official image, and so no version of it to miss. */
function hasVersions({ purpose }: Equivalent): boolean {
  return purpose === undefined || purpose.startsWith('runtime');
}

interface Checks {
  readonly inRole: PolicyCheck;
  /** For a variant that moves to a stage of its own, which builds and does not ship. */
  readonly building: PolicyCheck;
}

/**
 * The plain variant where it has what the stage needs, else the builder. Where the policy wants what ships without
 * tools, it is the plain variant all the same, and the builder is for a stage before it.
 */
function choose(
  runtime: Candidate,
  builder: Candidate | undefined,
  needs: StageNeeds,
  { inRole, building }: Checks,
): Outcome | undefined {
  const runtimeServes = serves(runtime.variant, needs);
  const first = runtimeServes ? outcomeOf(runtime, [refusalOf(runtime, inRole)]) : undefined;
  if (first !== undefined && first.because === undefined) return first;
  if (builder === undefined || !serves(builder.variant, needs)) return first;
  if (!inRole.shipsOnly) return outcomeOf(builder, [refusalOf(builder, inRole)]) ?? first;
  // What runs on the plain variant need not be moved.
  if (runtimeServes) return first;
  const missed = runtime.missedVersion ?? builder.missedVersion;
  const split = { ...runtime, buildOn: builder.image, ...optionalField('missedVersion', missed) };
  return outcomeOf(split, [refusalOf(runtime, inRole), refusalOf(builder, building)]);
}

function refusalOf({ equivalent, reference, variant }: Candidate, check: PolicyCheck): Refusal | null {
  return check.refusal(reference, variant, equivalent.for);
}

/** Undefined where the policy does not allow one of the images at all. */
function outcomeOf(candidate: Candidate, refusals: readonly (Refusal | null)[]): Outcome | undefined {
  if (refusals.some((refusal) => refusal?.kind === 'not-allowed')) return undefined;
  const failing = refusals.find((refusal) => refusal?.kind === 'would-fail');
  return failing?.kind === 'would-fail' ? { candidate, because: failing.because } : { candidate };
}

/** What is not known is not taken for granted, but of a shell where there is a package manager. */
function serves({ shell, packageManager = 'none' }: EquivalentVariant, needs: StageNeeds): boolean {
  if (needs.packageManager !== null && packageManager === 'none') return false;
  return !needs.shell || shell === true || (shell === undefined && packageManager !== 'none');
}
