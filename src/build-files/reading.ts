import type { Result } from '../lib/result.js';
import type { Platform } from '../references/platform.js';
import type { Build } from './build.js';
import type { BuildFile, ImageUse } from './image-use.js';
import type { RepositoryTree, TreeError } from './repository-tree.js';
import type { Stage } from './stage.js';

/** What a build is given besides its file; `files` overrides hold for one path. */
export interface ReadingOptions {
  readonly buildArgs: Readonly<Record<string, string>>;
  /** Name → what stands for it: `docker-image://ref`, a path, or a build file of the repository. */
  readonly buildContexts: Readonly<Record<string, string>>;
  readonly platforms: readonly Platform[];
  readonly target?: string;
  /** Per path: targets and build arguments that the policy (or a workflow of the repository) names. */
  readonly perFile: Readonly<
    Record<
      string,
      {
        readonly targets?: readonly string[];
        readonly buildArgs?: Readonly<Record<string, string>>;
        readonly platforms?: readonly Platform[];
      }
    >
  >;
  readonly include: readonly string[];
  readonly exclude: readonly string[];
  /** Ignore git's index: every file below the directory. */
  readonly allFiles: boolean;
  /** The only variables of the environment that build definitions see. */
  readonly environment?: Readonly<Record<string, string>>;
  /** Definitions that a command names and joins; without them, those that are found are read. */
  readonly definitions?: readonly string[];
  /** Leave out images that are only run. */
  readonly leavesOutRun?: boolean;
  /** Evaluate only these paths; others are listed as skipped. */
  readonly only?: readonly string[];
}

/** Everything the first step knows. */
export interface Reading {
  readonly files: readonly BuildFile[];
  readonly uses: readonly ImageUse[];
  readonly stages: readonly Stage[];
  /** What build definitions build. */
  readonly builds?: readonly Build[];
  /** What else the repository builds, as far as it is known, and was not evaluated. */
  readonly unseen: readonly UnseenBuild[];
}

/** A build that is not evaluated. */
export interface UnseenBuild {
  /** The file that asks for it. */
  readonly path: string;
  /** 1-based, where it is known. */
  readonly line?: number;
  /** What that file does, in a clause that follows its name. */
  readonly what: string;
  readonly fixKind?: FixKind;
}

/**
 * What helps where it is not to name the file: to run the gate in another repository, to correct the definition, or what
 * fits a program whose files are not read.
 */
export type FixKind = 'elsewhere' | 'correct' | 'jenkins' | 'tilt' | 'plugin' | 'windows';

/** Finds and reads every build file of a repository. */
export type ReadRepository = (tree: RepositoryTree, options: ReadingOptions) => Promise<Result<Reading, TreeError>>;
