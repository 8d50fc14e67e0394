/** One build that a build definition asks for; paths are relative to the repository's top, as the build tool resolves them. */
export interface Build {
  /** Path of the definition. */
  readonly definition: string;
  /** 1-based. */
  readonly line: number;
  /** Bake target, Compose service, job … */
  readonly name?: string;
  /** Path of the Dockerfile, relative to the repository; absent if it is inline. */
  readonly dockerfile?: string;
  /** Text of an inline Dockerfile. */
  readonly inline?: string;
  /** Path relative to the repository, `.` for its top, or a URL. */
  readonly context: string;
  /** Null: taken from the builder's environment. */
  readonly args: Readonly<Record<string, string | null>>;
  readonly target?: string;
  readonly platforms: readonly string[];
  readonly contexts: Readonly<Record<string, string>>;
  /** A bake target that others inherit from and no group names: mostly not built by itself. */
  readonly isInherited?: true;
  /** The names that the image gets, as far as they are literal. */
  readonly tags?: readonly string[];
  /** What is not known statically, and what decides it. */
  readonly open: readonly OpenValue[];
  /** Fields that are known by the default of a variable, which the builder may set. */
  readonly defaults?: readonly OpenValue[];
  /** Of a build with an inline file whose text has such defaults: texts with other values. Absent where none is known. */
  readonly otherTexts?: readonly string[];
}

/** A field of a build whose value only a run knows: `args.NAME`, `target`, `platforms`, `contexts.NAME` … */
export interface OpenValue {
  readonly field: string;
  readonly decidedBy: string;
  readonly line?: number;
  /** The variables that `decidedBy` names. */
  readonly variables?: readonly string[];
}

/** Whether a context is fetched: HTTP, or a Git repository in one of its forms. */
export function isRemote(context: string): boolean {
  return /^(?:https?|git|ssh):\/\/|^github\.com\/|^[\w.-]+@[\w.-]+:/.test(context);
}

/** The image that a named context stands for; `undefined` where it is a directory, a repository, a build file … */
export function contextImage(context: string): string | undefined {
  const match = /^docker-image:(?:\/\/)?(.*)$/s.exec(context);
  return match?.[1];
}
