import type { Build, OpenValue } from './build.js';
import type { Place } from './image-use.js';

/** A file of the repository that a reader is given. */
export interface DefinitionFile {
  /** Relative to the repository's root, with `/`. */
  readonly path: string;
  readonly bytes: Uint8Array;
}

/** What the reader of definitions knows besides the files. */
export interface DefinitionOptions {
  /** The only variables of the environment that count (`--set-env NAME=VALUE`). */
  readonly environment: Readonly<Record<string, string>>;
  /** Whether the repository has a file of this path. */
  readonly exists: (path: string) => boolean;
  /** Another file of the repository that a definition names; undefined if there is none that can be read. */
  readonly load: (path: string) => Promise<Uint8Array | undefined>;
  /** The directory a command that names the files is run in; `.` for the root. Without it, the tool's own default holds. */
  readonly workingDirectory?: string;
}

/** What was seen in a definition and not understood. */
export interface DefinitionProblem {
  readonly file: string;
  /** 1-based. */
  readonly line: number;
  /** 1-based, in UTF-16 units. */
  readonly column: number;
  /** A sentence. */
  readonly message: string;
  /** Nothing of the file was understood. */
  readonly isOfFile?: true;
  /** The tool refuses it, and it hides no build and no image. */
  readonly hidesNothing?: true;
}

/** An image that a definition runs and does not build; its place is that of the value which names it. */
export interface RunImage extends Place {
  /** After variables. */
  readonly image: string;
  /** Compose service, job … */
  readonly name?: string;
  /** The platform that it is run on, where the definition says so. */
  readonly platform?: string;
  /** What of the image is not known statically. */
  readonly open: readonly OpenValue[];
  /** What of the image is known by the default of a variable, which the environment may set. */
  readonly defaults?: readonly OpenValue[];
}

/** What definitions build and run, and everything in them that was not understood. */
export interface DefinitionReading {
  readonly builds: readonly Build[];
  /** What else may be built, by what the definition writes for another value of a variable. */
  readonly alternatives?: readonly Build[];
  readonly images?: readonly RunImage[];
  readonly problems: readonly DefinitionProblem[];
}

/** Reads one kind of build definition. It never throws on what a file holds. */
export interface BuildDefinitionReader {
  readonly kind: string;
  /** Whether a path is that of a file which may be one. */
  matches(path: string): boolean;
  /** `files` are read together, in their order: those that the tool itself would join. */
  read(files: readonly DefinitionFile[], options: DefinitionOptions): Promise<DefinitionReading>;
}
