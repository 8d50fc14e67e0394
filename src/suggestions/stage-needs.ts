import type { ImageUse } from '../build-files/image-use.js';
import type { Stage, StageInstruction } from '../build-files/stage.js';
import { stageIndex } from '../build-files/stage-index.js';
import { effectiveUsers } from '../image-content/effective-user.js';
import { optionalField } from '../lib/collections.js';

/** What the instructions of a build ask of the image below them. */
export interface StageNeeds {
  /** Some RUN is in shell form, or starts a shell or a script in exec form. */
  readonly shell: boolean;
  /** The package manager that some RUN calls. */
  readonly packageManager: string | null;
  /** What starts the container, or tests its health, starts a shell: in shell form, or by name in exec form. */
  readonly atStart: 'shell-form' | 'calls-shell' | null;
  /** Every target that is built on it says USER, so that the image's own user does not ship. */
  readonly setsUser: boolean;
}

const NOTHING: StageNeeds = { shell: false, packageManager: null, atStart: null, setsUser: false };
const PACKAGE_MANAGER = /(?:^|[\s;&|/"'(`])(apk|apt|apt-get|dnf|microdnf|tdnf|yum|zypper)(?=[\s"'])/;
/** Programs that are shells, and scripts, which name one in their first line. */
const SHELL = /^(?:(?:.*\/)?(?:ba|da|a|z|k|mk|c|tc|fi|rba)?sh|(?:.*\/)?(?:busybox|toybox|pwsh)|.*\.(?:ba|z|k)?sh)$/;
const ENV = /^(?:.*\/)?env$/;
/** How many elements of an exec form are examined: `env -S bash`, `tini -- sh`. */
const WORDS = 8;

/** What runs on the image of a use: the stage that it is the base of, and every stage built on that. */
export function needsOf(use: ImageUse, stages: readonly Stage[]): StageNeeds {
  if (use.instruction !== 'FROM' || use.stage === null) return NOTHING;
  const instructions = stageIndex(stages, use.file)
    .withAbove(use.stage.index)
    .flatMap((stage) => stage.instructions.map(ofTrigger));
  const of = (...keywords: readonly string[]) => instructions.filter(({ keyword }) => keywords.includes(keyword));
  const users = effectiveUsers(stages, use, { user: '', env: [], onBuild: [] });
  const runs = of('RUN');
  const starts = [...of('ENTRYPOINT', 'CMD'), ...of('HEALTHCHECK').flatMap(healthCommand)];
  return {
    // A SHELL instruction shows that a shell is to be used.
    shell: runs.some((run) => isShellForm(run) || callsShell(run)) || of('SHELL').length > 0,
    packageManager: runs.map(packageManagerOf).find((name) => name !== null) ?? null,
    atStart: starts.some(isShellForm) ? 'shell-form' : starts.some(callsShell) ? 'calls-shell' : null,
    setsUser: users.length > 0 && users.every(({ at }) => at !== undefined),
  };
}

/** A trigger runs in every image that is built on the stage: in this file, or on the image that is made of it. */
function ofTrigger(instruction: StageInstruction): StageInstruction {
  const trigger = instruction.keyword === 'ONBUILD' ? /^(\w+)\s+(.*)$/s.exec(instruction.text) : null;
  return trigger === null ? instruction : withText(instruction, trigger[1]?.toUpperCase() ?? '', trigger[2] ?? '');
}

function healthCommand(instruction: StageInstruction): readonly StageInstruction[] {
  const command = /^CMD\s+(.*)$/is.exec(instruction.text)?.[1];
  return command === undefined ? [] : [withText(instruction, 'CMD', command)];
}

/** An instruction that stands in another one's arguments, whose JSON form the reader leaves in its text. */
function withText({ json: _, ...instruction }: StageInstruction, keyword: string, given: string): StageInstruction {
  const text = given.replace(/^(?:--\S+\s+)+/, '');
  const json = execForm(text);
  return { ...instruction, keyword, text, ...optionalField('json', json) };
}

function execForm(text: string): readonly string[] | undefined {
  if (!text.startsWith('[')) return undefined;
  try {
    const parsed: unknown = JSON.parse(text);
    return Array.isArray(parsed) && parsed.every((item) => typeof item === 'string') ? parsed : undefined;
  } catch {
    // As BuildKit: what is no JSON is in shell form.
    return undefined;
  }
}

function isShellForm({ json }: StageInstruction): boolean {
  return json === undefined;
}

/** `["/bin/sh", "-c", …]`, `["/usr/bin/env", "bash", …]`, `["tini", "--", "./start.sh"]`. */
function callsShell({ json = [] }: StageInstruction): boolean {
  const [program = '', ...words] = json.slice(0, WORDS);
  if (SHELL.test(program)) return true;
  const dashes = words.indexOf('--');
  const next = ENV.test(program)
    ? words.find((word) => !/^-|=/.test(word))
    : dashes < 0
      ? undefined
      : words[dashes + 1];
  return next !== undefined && SHELL.test(next);
}

function packageManagerOf({ text, heredocs }: StageInstruction): string | null {
  for (const part of [text, ...(heredocs ?? []).map(({ body }) => body)]) {
    const found = PACKAGE_MANAGER.exec(part)?.[1];
    if (found !== undefined) return found;
  }
  return null;
}
