import { isRun } from '../build-files/image-use.js';
import type { FixKind, Reading } from '../build-files/reading.js';
import { cut } from '../lib/escape/visible.js';
import { plural } from '../lib/text.js';

/** Characters of a notice that text and Markdown show; JSON has it whole. */
const MAX_SHOWN = 900;

/** What reading a repository reports besides its references: everything that was not found or not checked. */
export function readingNotices({ uses, files, unseen }: Pick<Reading, 'uses' | 'files' | 'unseen'>): readonly string[] {
  const notices: string[] = [];
  const nothing = uses.some(isRun) ? 'nothing was evaluated but images that are run' : 'nothing was evaluated';
  // An inline build file is in no file of its own.
  const isNothing = uses.every(isRun);
  if (isNothing && files.length === 0) {
    notices.push(
      `No build file was found, so ${nothing}: none is called Dockerfile, Containerfile or NAME.Dockerfile, and \`files.include\` of the policy adds no other.`,
    );
  } else if (isNothing && files.every(({ status }) => status === 'skipped')) {
    notices.push(`Every build file is skipped, so ${nothing}.`);
  } else if (isNothing && files.every(({ status }) => status !== 'unreadable')) {
    notices.push(`The build files name no external image, so ${nothing}.`);
  }
  return unseen.length === 0 ? notices : [...notices, unseenNotice(unseen)];
}

/** What to do about a build that is not evaluated, in the order in which it is shown. */
const FIXES: readonly (readonly [FixKind | undefined, string])[] = [
  [
    undefined,
    'List further build files under `files.include`, their arguments and targets under `files.build-args` and `files.targets`',
  ],
  ['elsewhere', 'Run the gate in the other repositories, too'],
  ['correct', 'Correct what is not understood'],
  [
    'jenkins',
    'List the files that Jenkins builds under `files.include`, and what `docker.build` or `additionalBuildArgs` gives them under `files.build-args`',
  ],
  [
    'tilt',
    "List each `dockerfile` of Tilt's `docker_build` under `files.include`, its `build_args` under `files.build-args` and its `target` under `files.targets`",
  ],
  [
    'plugin',
    'Check the images that plugins of Maven and Gradle build on (`jib.from.image`, `<from><image>`, `builder`) with `verify IMAGE`',
  ],
  [
    'windows',
    'List the files that scripts for Windows build under `files.include`, or move the builds to a bake file, which is read',
  ],
];

/** A pass must not seem to cover builds that were not checked. The fix comes first, since the list may be long. */
function unseenNotice(unseen: Reading['unseen']): string {
  const builds = plural(unseen.length, 'build or file', 'builds or files');
  const wanted = new Set(unseen.map(({ fixKind }) => fixKind));
  const fixes = FIXES.flatMap(([fixKind, text]) => (wanted.has(fixKind) ? [text] : []));
  const [first = '', ...others] = [
    ...fixes,
    'List what is no build of yours, or needs no evaluation, under `files.exclude`',
  ];
  const advice = [first, ...others.map((text) => `${text.charAt(0).toLowerCase()}${text.slice(1)}`)].join('; ');
  const list = unseen
    .map(({ path, line, what }) => `${path}${line === undefined ? '' : `:${line}`} ${what}`)
    .join('; ');
  return `Not evaluated: ${builds}. ${advice}. They are: ${list}.`;
}

/** A notice as a person reads it: a long one is cut, and says where the rest is. */
export function shownNotice(notice: string): string {
  return notice.length <= MAX_SHOWN ? notice : `${cut(notice, MAX_SHOWN)} (whole in the JSON report)`;
}
