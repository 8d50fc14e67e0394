import { isDeepStrictEqual } from 'node:util';
import { z } from 'zod';
import { stageIndex } from '../build-files/stage-index.js';
import { type AccountChange, accountChange } from '../image-content/account-changes.js';
import {
  type BaseDefaults,
  type EffectiveUser,
  effectiveUsers,
  ownUser,
  usersOnScratch,
} from '../image-content/effective-user.js';
import type { FilesystemFacts } from '../image-content/filesystem/filesystem-facts.js';
import { runsAs } from '../image-content/user.js';
import type { Result } from '../lib/result.js';
import { listed } from '../lib/text.js';
import { stricter } from '../policy/strictness.js';
import { isWindowsImage } from './image-contents.js';
import { type BuiltUse, type ImageRule, levels, type RuleResult } from './rule.js';
import { needed } from './without-evidence.js';

const options = z.strictObject({
  numeric: stricter(z.boolean(), 'true').describe(
    "Requires a number: Kubernetes refuses to start a named user under runAsNonRoot, since it can't see its uid.",
  ),
});
type Options = z.infer<typeof options>;

const NO_CHANGE: AccountChange = { kind: 'none' };
const NAMED: Options = { numeric: false };

export const nonRoot: ImageRule<Options> = {
  id: 'non-root',
  title: 'The shipped image does not run as root',
  question: 'Which user does the image that is built here run as?',
  why: 'A process that is root in a container is root for every file and kernel interface it can reach; one mistake in isolation makes it root on the host. What counts is the user of the stage that ships: its own USER instructions over those of the stages below, over the base image. "Hardened" does not mean non-root: several hardened images run as root by default.',
  fix: [
    'Set USER at the end of the stage that ships, as a number if Kubernetes should check it:',
    '',
    '```dockerfile',
    'FROM cgr.dev/chainguard/wolfi-base:latest',
    'USER 65532:65532',
    '```',
    '',
    'Steps that need root come before it; a later `USER root` would decide again.',
  ].join('\n'),
  subject: 'image',
  roles: ['final'],
  evidence: ['image', 'filesystem'],
  ages: false,
  options,
  presets: levels({ baseline: 'warning', hardened: 'error', 'hardened-build': 'off', strict: 'error' }, NAMED),
  controls: {
    'AC-6': "A process that would start with root's privileges is found.",
    'CM-6': 'The user is set in image or build file, and is the one expected.',
    'KSI-CNA-DFP': "The privileges of the container's process are defined.",
    'containers/hardened-images': 'An unprivileged user is among what hardening guides ask of images.',
    'CIS 4.1': 'The effective user of the shipped image is determined from image and build file.',
  },
  securitySeverity: 7,
  isSame: (now, before) => isDeepStrictEqual(usersOn(now), usersOn(before)),
  evaluate: (subject, chosen) => {
    const { evidence, use } = subject;
    if (use.instruction === 'ONBUILD') {
      return { outcome: 'not-applicable', message: 'A trigger copies from it, and nothing that ships is built on it.' };
    }
    const image = needed(evidence, 'image');
    if (!image.ok) return image.error;
    const { configuration } = image.value;
    if (isWindowsImage(subject)) {
      return { outcome: 'not-applicable', message: 'It is a Windows image, which has no user numbers.' };
    }
    const contents = needed(evidence, 'filesystem');
    const [first, ...others] = usersOver(subject, configuration) ?? [ownUser(configuration)];
    if (first === undefined) {
      return { outcome: 'not-applicable', message: 'Its files are copied; the stage they are copied into sets USER.' };
    }
    const answer = evaluate(first, contents, chosen);
    const answers = [answer, ...others.map((user) => evaluate(user, contents, chosen))];
    return (
      answers.find(({ outcome }) => outcome === 'fail') ??
      answers.find(({ outcome }) => outcome === 'indeterminate') ??
      answer
    );
  },
};

/** Of a stage that is copied whole, the users of what is built on scratch; undefined where nothing is built on the use. */
function usersOver({ use, stages }: BuiltUse, base: BaseDefaults): readonly EffectiveUser[] | undefined {
  const users = effectiveUsers(stages, use, base);
  if (users.length > 0) return users;
  const own = use.stage === null ? undefined : stageIndex(stages, use.file).get(use.stage.index);
  return own?.ships === true ? usersOnScratch(stages, use.file) : undefined;
}

/** The user that the build file sets, independent of the image. */
function usersOn(built: BuiltUse): readonly string[] {
  const users = usersOver(built, { user: '', env: [], onBuild: [] }) ?? [];
  return [...new Set(users.map(({ user, at }) => JSON.stringify([user, at?.text])))].sort();
}

function evaluate(
  { user, at, trigger, stage, chain, givenBy }: EffectiveUser,
  contents: Result<FilesystemFacts, RuleResult>,
  chosen: Options,
): RuleResult {
  const what = stage.name === null ? 'The image that is built here' : `The stage ${stage.name}`;
  const decides = decision(at, trigger, givenBy);
  const place =
    at === undefined
      ? {}
      : { location: { file: at.file, line: at.line, column: at.column, endLine: at.endLine, endColumn: at.endColumn } };
  const fix = 'End the stage that ships with a USER that is not root, such as USER 65532.';
  if (user === undefined) {
    return {
      outcome: 'indeterminate',
      message: `${what} runs as the user that a build argument sets (${decides}).`,
      fix: 'Set the user in the build file, or give its build argument a default there.',
      ...place,
    };
  }
  const { uid, name, unread, invalid } = runsAs(user, contents.ok ? contents.value.tree : undefined);
  if (invalid !== undefined) {
    const who = name === undefined ? 'a uid' : `${name}, whose uid`;
    const message = `${what} runs as ${who} that not every runtime takes for the same: ${invalid} (${decides}).`;
    return { outcome: 'fail', message, fix, ...place };
  }
  if (uid === 0) {
    const who = user === '' && at === undefined ? 'root, since neither it nor its base sets USER' : 'root';
    const by = user === '' && at === undefined ? '' : ` (${decides})`;
    return { outcome: 'fail', message: `${what} runs as ${who}${by}.`, fix, ...place };
  }
  if (chosen.numeric && name !== undefined) {
    return {
      outcome: 'fail',
      message: `${what} runs as ${name}, which is not a number (${decides}).`,
      fix: `Write its uid${uid === undefined ? '' : ` ${uid}`} instead of its name.`,
      ...place,
    };
  }
  // The image's passwd maps the name to a uid, which may be 0.
  if (uid === undefined && !contents.ok) {
    return {
      ...contents.error,
      message: `${what} runs as ${name} (${decides}), whose uid is not known: ${contents.error.message}`,
      ...place,
    };
  }
  if (unread !== undefined) {
    return {
      outcome: 'indeterminate',
      message: `${what} runs as ${name} (${decides}), whose uid is not known: ${unread}.`,
      fix: 'Write a number instead of the name, such as USER 65532.',
      ...place,
    };
  }
  const change = name === undefined ? NO_CHANGE : accountChange(chain, name);
  const number = change.kind === 'made' ? (change.uid ?? uid) : uid;
  if (change.kind === 'made' && number === 0) {
    return { outcome: 'fail', message: `${what} runs as ${name}, which is made as root (${decides}).`, fix, ...place };
  }
  if (change.kind === 'unknown' || (change.kind === 'none' && uid === undefined)) {
    const why =
      change.kind === 'unknown'
        ? `line ${change.line} may change what /etc/passwd says of it`
        : 'it is in no passwd that was read, and no useradd of the build creates it';
    return {
      outcome: 'indeterminate',
      message: `${what} runs as ${name} (${decides}), whose uid is not known: ${why}.`,
      fix: 'Write a number instead of the name, such as USER 65532.',
      ...place,
    };
  }
  if (change.kind === 'made') {
    const shown = number === undefined ? `${name}, made on line ${change.line}` : `${name} (uid ${number})`;
    return { outcome: 'pass', message: `${what} runs as ${shown} (${decides}).`, ...place };
  }
  const shown = name === undefined ? `uid ${uid}` : `${name} (uid ${uid})`;
  return { outcome: 'pass', message: `${what} runs as ${shown} (${decides}).`, ...place };
}

/** What decides the user, in a clause for brackets. */
function decision(
  at: EffectiveUser['at'],
  trigger: string | undefined,
  givenBy: EffectiveUser['givenBy'] = [],
): string {
  if (trigger !== undefined) return `ONBUILD ${trigger.trim().slice(0, 200)} of the base image`;
  if (at === undefined) return "the base image's configuration";
  const given = givenBy.length === 0 ? '' : `, which the build argument ${listed(givenBy)} can change`;
  return `USER ${at.text} on line ${at.line}${given}`;
}
