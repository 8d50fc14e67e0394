import { type ZodType, z } from 'zod';
import type { BuildFile, ImageUse, Place, Role } from '../build-files/image-use.js';
import type { Stage } from '../build-files/stage.js';
import { UNAVAILABLE_CAUSES } from '../evidence/evidence.js';
import type { CollectedEvidence, EvidenceKind } from '../evidence/kinds.js';
import type { AllowEntry, Level, Policy, Waiver } from '../policy/policy.js';
import type { Platform } from '../references/platform.js';
import type { Reference } from '../references/reference.js';

/** For rules that have nothing to set but their level. */
export const noOptions = z.strictObject({});
export type NoOptions = z.infer<typeof noOptions>;

export const OUTCOMES = ['pass', 'fail', 'indeterminate', 'not-applicable', 'skipped'] as const;
export type Outcome = (typeof OUTCOMES)[number];

/**
 * Why a rule has no answer: the image was not opened because its identity failed (`identity`) or because neither policy
 * nor catalog names its host (`not-contacted`), the evidence could not be had (its cause), or what was seen does not
 * decide the question (`undecided`).
 */
export const UNANSWERED_CAUSES = [...UNAVAILABLE_CAUSES, 'identity', 'not-contacted', 'undecided'] as const;
export type UnansweredCause = (typeof UNANSWERED_CAUSES)[number];

/** What a rule answers. A rule that asks several things answers several times, each with its `aspect`. */
export interface RuleResult {
  readonly outcome: Outcome;
  /** One sentence: what was seen. */
  readonly message: string;
  /** One sentence or a snippet: what to do. Wanted wherever the outcome is fail or indeterminate. */
  readonly fix?: string;
  /** Which of the rule's questions this answers, such as `shell`. */
  readonly aspect?: string;
  /** Lowers the configured level for this result; never raises it. */
  readonly atMost?: Level;
  /** Further lines of detail: paths, packages, identifiers. Hostile text is allowed, reports escape it. */
  readonly details?: readonly string[];
  /** Known vulnerabilities the result is about, so that waivers can name them. */
  readonly vulnerabilities?: readonly string[];
  /** The place that decides it, where that is not the reference's own (a USER instruction). */
  readonly location?: Place;
}

/** A profile's column of the table of levels; `observe` is baseline capped at warning, strict on build stages is hardened-build. */
export type ProfileColumn = 'baseline' | 'hardened' | 'hardened-build' | 'strict';

export interface Preset<O> {
  readonly level: Level;
  readonly options: O;
}

/** The presets of a rule whose options are the same in every profile. */
export function levels<O>(by: Readonly<Record<ProfileColumn, Level>>, options: O): RuleBase<O>['presets'] {
  const preset = (column: ProfileColumn): Preset<O> => ({ level: by[column], options });
  return {
    baseline: preset('baseline'),
    hardened: preset('hardened'),
    'hardened-build': preset('hardened-build'),
    strict: preset('strict'),
  };
}

/** The NIST SP 800-53 revision 5 controls among those that a rule gives evidence toward: `CM-2`, `SI-7(15)`. */
export function nistControls({ controls }: { readonly controls: Readonly<Record<string, string>> }): readonly string[] {
  return Object.keys(controls).filter((id) => /^[A-Z]{2}-\d/.test(id));
}

/** The fields that all rules have. */
interface RuleBase<O> {
  readonly id: string;
  readonly title: string;
  /** The question it answers, in one line. */
  readonly question: string;
  /** Markdown: why it matters. */
  readonly why: string;
  /** Markdown: what to do about a finding, with an example that was run. */
  readonly fix: string;
  /**
   * Decides who the image is: one that fails it at level error is not opened, and is never pinned. A rule that answers
   * several questions names the aspects that do.
   */
  readonly identity?: true | { readonly aspects: readonly string[] };
  /** Roles it is evaluated for; others answer `not-applicable`. */
  readonly roles: readonly Role[];
  readonly options: ZodType<O>;
  readonly presets: Readonly<Record<ProfileColumn, Preset<O>>>;
  /**
   * The levels for images in the role `run`; without it the rule is off there. `rules` of a policy may lower them, and
   * `roles.run` alone may raise them.
   */
  readonly runLevels?: Readonly<Record<'baseline' | 'hardened' | 'strict', Level>>;
  /**
   * Controls, indicators and points that its answers are evidence toward, by the ids of `src/compliance/requirements.ts`,
   * each with one sentence that says why. Whether a requirement is met is decided by the assessor of the whole system.
   */
  readonly controls: Readonly<Record<string, string>>;
  /** SARIF `security-severity`, 0.0–10.0. */
  readonly securitySeverity: number;
}

/** What a rule over a use sees. */
export interface UseSubject {
  readonly use: ImageUse;
  readonly file: BuildFile;
  readonly stages: readonly Stage[];
  /** The reference as policy sees it (a mirror's path replaced); null where it is unresolved. */
  readonly reference: Reference | null;
  readonly policy: Policy;
  /** The allow entry of the policy that governs it. */
  readonly entry: AllowEntry | null;
  /** The catalog publisher whose pattern matches, whether or not the policy allows it. */
  readonly publisher: PublisherFacts | null;
  readonly now: Date;
  /** The waiver of this rule that names this vulnerability for this use. Waived ones are still named in `vulnerabilities`. */
  readonly waiverOf: (vulnerability: string) => Waiver | null;
}

export interface PublisherFacts {
  readonly id: string;
  readonly name: string;
  readonly hardened: boolean;
  readonly verifiable: boolean;
  /** Why a signature can't be verified with the catalog alone; present where `verifiable` is false. */
  readonly notVerifiable?: string;
  /** What the publisher attests of its images; absent where that is not known. */
  readonly publishes?: { readonly sbom?: PublishedForm; readonly provenance?: PublishedForm };
}

/** How something is published, and a public source that says it is not, or not signed. */
export type PublishedForm =
  | { readonly as: 'signed' }
  | {
      readonly as: 'unsigned' | 'none';
      readonly source: string;
      /** The month it was read, `2026-11`. */
      readonly read: string;
    };

/** A use and the stages of its build files, now or in the base ref. */
export type BuiltUse = Pick<UseSubject, 'use' | 'stages'>;

/** What a rule over an image on one platform sees: the use, and the evidence it requires. */
export interface ImageRuleSubject extends UseSubject {
  /** Of an image that is not known no evidence is collected, and no rule over an image is evaluated. */
  readonly reference: Reference;
  /** What the image is verified by: the policy's entry, or the catalog's where the policy has none. */
  readonly verifiedBy: AllowEntry | null;
  readonly platform: Platform;
  readonly evidence: CollectedEvidence;
  /** What the base ref has in this place, for rules that compare. Absent where nothing is compared. */
  readonly base?: BaseImage;
  /** What its tag names today, for rules that failed and ask whether that fixes it. Absent where the tag names nothing newer. */
  readonly newer?: NewerImage;
}

/** What the base ref has in the place of a use: nothing, an image, or one that could not be evaluated. */
export type BaseImage =
  | { readonly kind: 'none' }
  | { readonly kind: 'image'; readonly reference: string; readonly evidence: CollectedEvidence }
  | { readonly kind: 'unknown'; readonly reason: string };

/** What a tag names today, where that is not what was evaluated: looked at, or why it was not. */
export type NewerImage = { readonly tag: string; readonly digest?: string } & (
  | { readonly kind: 'image'; readonly digest: string; readonly evidence: CollectedEvidence }
  /** The reason is a whole sentence. */
  | { readonly kind: 'unchecked'; readonly reason: string }
);

/** A rule about a build file as a whole. */
export interface FileRule<O> extends RuleBase<O> {
  readonly subject: 'file';
  readonly evaluate: (
    subject: { readonly file: BuildFile; readonly policy: Policy },
    options: O,
  ) => RuleResult | readonly RuleResult[];
}

/** A rule about a use, which needs nothing but the build file and the policy. */
export interface UseRule<O> extends RuleBase<O> {
  readonly subject: 'use';
  readonly evaluate: (subject: UseSubject, options: O) => RuleResult | readonly RuleResult[];
}

/** A rule about the image behind a use, on each platform evaluated. */
export interface ImageRule<O> extends RuleBase<O> {
  readonly subject: 'image';
  readonly evidence: readonly EvidenceKind[];
  /** Is given the same evidence about the base ref's image. */
  readonly comparesWithBase?: boolean;
  /** Where it fails, it is evaluated again with the same evidence about what the image's tag names today. */
  readonly comparesWithNewer?: boolean;
  /** The answer depends on time: inherited failures are warnings on a pull request. */
  readonly ages: boolean;
  /** The highest level of its answers where the publisher or the signers decide that; `explain` shows it. */
  readonly highestLevel?: (known: Pick<ImageRuleSubject, 'verifiedBy' | 'publisher'>, options: O) => Level;
  /** Whether what it evaluates besides the image is the same in the base ref; only then is its failure inherited. */
  readonly isSame?: (now: BuiltUse, before: BuiltUse) => boolean;
  readonly evaluate: (subject: ImageRuleSubject, options: O) => RuleResult | readonly RuleResult[];
}

/** A rule about the change under evaluation, evaluated once a run. */
export interface ChangeRule<O> extends RuleBase<O> {
  readonly subject: 'change';
  readonly evaluate: (subject: ChangeSubject, options: O) => RuleResult | readonly RuleResult[];
}

export interface ChangeSubject {
  readonly policy: Policy;
  /** Paths the pull request changes, or null where nothing is compared. */
  readonly changedFiles: readonly string[] | null;
}

/** A rule whose options have any shape: what the index holds. Its options are parsed by its own schema before it is evaluated. */
export type Rule = FileRule<unknown> | UseRule<unknown> | ImageRule<unknown> | ChangeRule<unknown>;

export const asFileRule = <O>(rule: FileRule<O>): FileRule<unknown> => ({ ...rule, evaluate: parsingOptions(rule) });
export const asUseRule = <O>(rule: UseRule<O>): UseRule<unknown> => ({ ...rule, evaluate: parsingOptions(rule) });
export const asImageRule = <O>(rule: ImageRule<O>): ImageRule<unknown> => {
  const { highestLevel, ...rest } = rule;
  return {
    ...rest,
    evaluate: parsingOptions(rule),
    ...(highestLevel === undefined
      ? {}
      : { highestLevel: (known, options) => highestLevel(known, rule.options.parse(options)) }),
  };
};
export const asChangeRule = <O>(rule: ChangeRule<O>): ChangeRule<unknown> => ({
  ...rule,
  evaluate: parsingOptions(rule),
});

function parsingOptions<S, O>(rule: {
  readonly options: ZodType<O>;
  readonly evaluate: (subject: S, options: O) => RuleResult | readonly RuleResult[];
}): (subject: S, options: unknown) => RuleResult | readonly RuleResult[] {
  return (subject, options) => rule.evaluate(subject, rule.options.parse(options));
}
