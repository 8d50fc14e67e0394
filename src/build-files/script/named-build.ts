import { optionalField } from '../../lib/collections.js';
import type { SourceRange } from '../image-use.js';
import type { FixKind } from '../reading.js';
import { isOpen, OWN_MARK, TOP_MARK } from './word-marks.js';

/** One build that a command line or a workflow step asks for, as far as it is literal. */
export interface NamedBuild {
  /** Relative to the repository, with `/`. */
  readonly file: string;
  /** The text of a build file that stands in `file`, a definition. */
  readonly inline?: string;
  /** Other texts that it may have by variables with defaults; absent where they are not known. */
  readonly otherTexts?: readonly string[];
  /** Another value of a variable than its default makes it: what it can't show is no fault. */
  readonly isAlternative?: true;
  readonly target?: string;
  readonly platforms?: readonly string[];
  readonly buildArgs: Readonly<Record<string, string>>;
  readonly buildContexts: Readonly<Record<string, string>>;
  /** What takes the place of the first FROM (`podman build --from`). */
  readonly firstBase?: string;
  /** What it is given besides, to a value that only a run knows. */
  readonly open?: OpenParts;
  /** What podman or buildah read before they build. */
  readonly podman?: PodmanFiles;
  /** The files that `inline` was made of. */
  readonly parts?: readonly string[];
  /** The command is in the script, and no run comes to it: it makes no value known. */
  readonly neverRuns?: true;
  /** Where the build is requested, and its names. These do not change what the build file says. */
  readonly request?: {
    readonly line: number;
    /** Bake target, Compose service … */
    readonly name?: string;
    readonly context?: string;
    /** The file that is built where there is none of the first name. */
    readonly otherwise?: string;
    /** The names that the image gets, as far as they are literal. */
    readonly tags?: readonly string[];
  };
}

/** Files of a build by podman or buildah that are to be read before it is known what is built. */
export interface PodmanFiles {
  /** Joined to one text; of each the paths at which it is looked for. None where one file is built as it is. */
  readonly files: readonly (readonly string[])[];
  readonly argumentFiles: readonly string[];
  readonly preprocessorFlags: readonly string[];
}

/** A build that a file of the repository asks for. */
export interface PlacedBuild {
  /** The workflow, script or Compose file. */
  readonly path: string;
  readonly build: NamedBuild;
}

/** What of a build's parameters is not known. */
export interface OpenParts {
  /** Names of build arguments; an empty one stands for any. */
  readonly args: readonly string[];
  /** What decides an argument, by its name, or another parameter, by its flag, where that is known: an expression, a variable. */
  readonly decidedBy?: Readonly<Record<string, string>>;
  readonly target: boolean;
  /** Names of contexts; an empty one stands for any. */
  readonly contexts: readonly string[];
  readonly platforms?: boolean;
  /** Whether a run may name another file. */
  readonly file?: boolean;
  /** Whether the text of the file, which stands in the definition, has what a run may replace. */
  readonly text?: boolean;
}

/** The builds that a script or a workflow asks for, and what it does that is none we can look at, in clauses. */
export interface RequestedBuilds {
  readonly named: readonly NamedBuild[];
  readonly unseen: readonly UnseenRequest[];
  /** Runs of `docker buildx bake`. */
  readonly bakes?: readonly BakeRun[];
  readonly images?: readonly NamedImage[];
  /** Runs of Compose on files that a command names. */
  readonly composes?: readonly ComposeRun[];
  /** Other configurations of the same kind that it includes. */
  readonly follows?: readonly string[];
  /** Actions and workflows of the repository that it calls. */
  readonly calls?: readonly LocalCall[];
  /** Other files that were read as parts of this one. */
  readonly includes?: readonly string[];
  /** Why the file, or the rest of it, could not be read: what else it builds is not known. */
  readonly fault?: FileFault;
}

/** A call of an action or a reusable workflow of the repository. */
export interface LocalCall {
  /** As it is written: `./.github/actions/build`, `./.github/workflows/build.yml`. */
  readonly uses: string;
  /** Literal values, by the names of inputs; null for one that only a run knows. */
  readonly inputs: Readonly<Record<string, string | number | boolean | null>>;
}

/** What a file does that is no build which can be read, in a clause that follows the file's name. */
export interface UnseenRequest {
  readonly what: string;
  /** 1-based, where it is known. */
  readonly line?: number;
  readonly fixKind?: FixKind;
  /** A file at the top of the repository that makes the build known, if it is there. */
  readonly knownBy?: string;
}

/** An image that a job or a step runs, where it is named. */
export interface NamedImage extends SourceRange {
  readonly image: string;
  /** The job, or the service next to it. */
  readonly name?: string;
  readonly platform?: string;
  /** The expression that decides it, where that has no value here. */
  readonly decidedBy?: string;
  /** The expression whose default it is. */
  readonly defaultOf?: string;
}

/** Why a file could not be read, in a clause, and where it stands. */
export interface FileFault {
  readonly reason: string;
  readonly line?: number;
}

/** What is known of a file that could not be read. */
export function notRead(fault: FileFault): RequestedBuilds {
  return { ...NO_BUILDS, fault };
}

/** One run of bake: the files that it joins, relative to the repository; none are those of bake's own names. */
export interface BakeRun {
  readonly files: readonly string[];
  readonly directory: string;
  /** `--set`: `TARGET.KEY=VALUE`, and what is not known of them. */
  readonly overrides: readonly string[];
  readonly line: number;
  /** No run of the script comes to it. */
  readonly neverRuns?: true;
}

/** One run of Compose: the files that it joins, relative to the repository. */
export interface ComposeRun {
  readonly files: readonly string[];
  readonly line: number;
}

export const NO_BUILDS: RequestedBuilds = { named: [], unseen: [] };

/** All of them in one, in their order. */
export function allRequested(requested: readonly RequestedBuilds[]): RequestedBuilds {
  return {
    named: requested.flatMap(({ named }) => named),
    unseen: requested.flatMap(({ unseen }) => unseen),
    bakes: requested.flatMap(({ bakes = [] }) => bakes),
    images: requested.flatMap(({ images = [] }) => images),
    calls: requested.flatMap(({ calls = [] }) => calls),
    composes: requested.flatMap(({ composes = [] }) => composes),
    follows: requested.flatMap(({ follows = [] }) => follows),
    ...optionalField('fault', requested.find(({ fault }) => fault !== undefined)?.fault),
  };
}

/** The same where no run comes to it: it makes no value known. */
export function neverRunning(requested: RequestedBuilds): RequestedBuilds {
  return {
    ...requested,
    named: requested.named.map((build) => ({ ...build, neverRuns: true })),
    ...optionalField(
      'bakes',
      requested.bakes?.map((run) => ({ ...run, neverRuns: true as const })),
    ),
  };
}

/** Where all builds and runs of them stand that were found in one step or target. */
export function onLine(requested: RequestedBuilds, line: number): RequestedBuilds {
  return {
    ...requested,
    named: requested.named.map((build) => ({ ...build, request: { ...build.request, line } })),
    unseen: requested.unseen.map((one) => ({ ...one, line })),
    ...optionalField(
      'bakes',
      requested.bakes?.map((run) => ({ ...run, line })),
    ),
  };
}

/** The name of a build argument whose value is not known; empty where the name is not, either. */
export function openName(text: string): string {
  const [name = ''] = text.split('=', 1);
  return /^\w+$/.test(name) ? name : '';
}

/** The name of a context whose value is not known; empty where the name is not, either. */
export function openContext(text: string): string {
  const [name = ''] = text.split('=', 1);
  return name === text || isOpen(name) || name.includes('${') ? '' : name;
}

/** The first expression of a workflow in a text, as it is written. */
export function firstExpression(text: string): string | undefined {
  const start = text.indexOf('${{');
  const end = start < 0 ? -1 : text.indexOf('}}', start);
  return end < 0 ? undefined : text.slice(start, end + 2);
}

/** As a field of a build; none where all is known. */
export function openParts(open: OpenParts): Pick<NamedBuild, 'open'> {
  const { args, target, contexts, platforms = false, file = false, text = false } = open;
  return args.length > 0 || target || contexts.length > 0 || platforms || file || text ? { open } : {};
}

/** Notes `NAME=value`; a text without a value says nothing. */
export function assign(values: Record<string, string>, text: string): void {
  const equals = text.indexOf('=');
  if (equals <= 0) return;
  Object.defineProperty(values, text.slice(0, equals), {
    value: text.slice(equals + 1),
    enumerable: true,
    configurable: true,
    writable: true,
  });
}

/**
 * Joins path parts; `undefined` where a part is not known, is no path in the repository, or leads out of it. A part may
 * begin at the top of the repository, by its mark.
 */
export function joinInside(...parts: readonly (string | null | undefined)[]): string | undefined {
  let segments: string[] = [];
  for (const part of parts) {
    if (part === null || part === undefined || isOpen(part) || part.includes(OWN_MARK)) return undefined;
    if (part.startsWith('/') || /^(?:[a-z+]+:|git@)|^-$/.test(part)) return undefined;
    const mark = part.lastIndexOf(TOP_MARK);
    if (mark > 0) return undefined;
    if (mark === 0) segments = [];
    for (const segment of part.slice(mark + 1).split('/')) {
      if (segment === '' || segment === '.') continue;
      if (segment !== '..') segments.push(segment);
      else if (segments.pop() === undefined) return undefined;
    }
  }
  return segments.length === 0 ? undefined : segments.join('/');
}
