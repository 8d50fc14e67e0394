import type { Platform } from '../references/platform.js';
import type { Reference } from '../references/reference.js';

/** A range of source text: lines and columns 1-based, columns in UTF-16 units, end exclusive. */
export interface SourceRange {
  readonly line: number;
  readonly column: number;
  readonly endLine: number;
  readonly endColumn: number;
}

/** A range in a file. */
export interface Place extends SourceRange {
  /** Relative to the repository's root, with `/`. */
  readonly file: string;
}

/** The place alone of something that stands somewhere. */
export function placeOf({ file, line, column, endLine, endColumn }: Place): Place {
  return { file, line, column, endLine, endColumn };
}

/** The first character of a line, for what concerns a whole file. */
export function startOfLine(file: string, line: number): Place {
  return { file, line, column: 1, endLine: line, endColumn: 1 };
}

/**
 * What a use is for. `final`: its stage is a target, reached from a target by FROM, or copied whole into what ships.
 * `build`: every other FROM.
 * `copy`: COPY --from and RUN --mount from. `frontend`: `# syntax=`. `run`: CI, Compose or a dev container runs it, and
 * nothing is built on it. Stage names never decide a role.
 */
export const ROLES = ['final', 'build', 'copy', 'frontend', 'run'] as const;
export type Role = (typeof ROLES)[number];

export const USE_INSTRUCTIONS = ['FROM', 'COPY', 'RUN', 'SYNTAX', 'ONBUILD', 'IMAGE'] as const;
export type UseInstruction = (typeof USE_INSTRUCTIONS)[number];

/** Whether an image is only run: nothing that the repository builds holds a part of it. */
export function isRun({ role }: Pick<ImageUse, 'role'>): boolean {
  return role === 'run';
}

/** One place in a build definition, and one distinct expansion of it, that names an external image. */
export interface ImageUse extends Place {
  /** Stable while the place keeps its meaning, and unique within a run. */
  readonly id: string;
  readonly instruction: UseInstruction;
  readonly stage: { readonly index: number; readonly name: string | null } | null;
  readonly role: Role;
  /** Whether a build of the evaluated targets would pull it. */
  readonly reachable: boolean;
  /** The resolved `--platform` flag. */
  readonly platform: Platform | null;
  /** The platforms the file is built for under which this expansion was found. */
  readonly targetPlatforms: readonly Platform[];
  /** linux/amd64 is one of them only because nothing says for which platform the file is built. */
  readonly assumesPlatform?: true;
  /** The source text of the range, exactly. */
  readonly written: string;
  /** What is left after variables. */
  readonly expanded: string;
  readonly reference: Reference | null;
  /** Build arguments that could replace the image, or a part of its reference. */
  readonly overridable: readonly string[];
  /** Why the reference can't be known without running the build. */
  readonly unresolved?: string;
  /** Parameters of a build that decide it and that a definition gives values which only a run knows: it may name other images, too. */
  readonly open?: readonly OpenArgument[];
  /**
   * Where the default of the ARG stands that alone is the reference (`ARG BASE=alpine:3.20`, `FROM $BASE`): the place
   * to write another reference to. Without it that place is the use's own range.
   */
  readonly definedAt?: SourceRange;
}

/** A parameter of a build that a build definition gives a value which only a run knows. */
export interface OpenArgument {
  /** A build argument's name, or a flag: `--target`, `--platform`, `--build-context NAME`, `--file` for the text of an inline file; `image` for one that is run. */
  readonly argument: string;
  /** An expression or a variable, as it is written where that is known. */
  readonly decidedBy: string;
  /** The path of the definition. */
  readonly definition: string;
  /** 1-based. */
  readonly line: number;
}

export const BUILD_FILE_STATUSES = ['read', 'unreadable', 'skipped'] as const;
export type BuildFileStatus = (typeof BUILD_FILE_STATUSES)[number];

/** One file that was found, and whether it could be read as BuildKit reads it. */
export interface BuildFile {
  readonly path: string;
  readonly status: BuildFileStatus;
  readonly reason?: string;
  readonly line?: number;
  /** A checkout puts other bytes in the place of what is committed. */
  readonly recoded?: true;
  /** The reference of `# syntax=`, as written. */
  readonly frontend?: string;
  /** It is no Dockerfile, and says what others are built from. */
  readonly isDefinition?: true;
  /** Nothing shows that it is used: no build definition names it, and it has no default name where tools look for it. */
  readonly isUnreferenced?: true;
}
