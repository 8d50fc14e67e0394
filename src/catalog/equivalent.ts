/** What of an image decides whether a stage can be built on it; what is not known is left out. */
export interface EquivalentVariant {
  /** Holds `{version}` where the publisher has the version lines of `versions`. */
  readonly tag?: string;
  readonly user?: string;
  readonly shell?: boolean;
  /** Its name, or `none`. */
  readonly packageManager?: string;
}

/** What a publisher has in the place of an official image. */
export interface Equivalent extends EquivalentVariant {
  /** `registry/repository` of the official image. */
  readonly for: string;
  readonly publisher: string;
  /** `registry/repository`; `{organization}` stands for the customer's name. */
  readonly image: string;
  /** The one version line that this repository holds. */
  readonly line?: string;
  /** The version lines that tags made from `template` are known of. */
  readonly versions?: readonly string[];
  readonly template?: string;
  /** Stages it is meant for, where not for all. */
  readonly stages?: 'build' | 'final';
  readonly purpose?: string;
  readonly entrypoint?: string;
  readonly workdir?: string;
  /** What else is other than in the official image, for a stage that ships: clauses. */
  readonly changes?: readonly string[];
  /** Its user was concluded (from a build file without USER), and not read. */
  readonly userInferred?: boolean;
  /** The variant with a shell and a package manager (or either), for stages that need them. */
  readonly builder?: EquivalentVariant & { readonly image?: string; readonly template?: string };
  /** Pulling needs a login. */
  readonly login?: boolean;
  /** The pairing, or a fact in it, was concluded and not read at its source. */
  readonly inferred?: boolean;
}

/** All equivalents of publishers, under the names that people know them by. */
export interface EquivalentsTable {
  readonly publishers: Readonly<Record<string, string>>;
  readonly images: readonly Equivalent[];
}
