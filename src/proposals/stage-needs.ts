import type { ImageUse } from '../build-files/image-use.js';
import type { Stage, StageInstruction } from '../build-files/stage.js';

/** What the instructions of a build ask of the image below them. */
export interface StageNeeds {
  /** Some RUN is in shell form. */
  readonly shell: boolean;
  /** The package manager that some RUN calls. */
  readonly packageManager: string | null;
  /** ENTRYPOINT or CMD is in shell form, so that the container starts a shell. */
  readonly shellAtStart: boolean;
}

const NOTHING: StageNeeds = { shell: false, packageManager: null, shellAtStart: false };
const PACKAGE_MANAGER = /(?:^|[\s;&|/"'(])(apk|apt|apt-get|dnf|microdnf|tdnf|yum|zypper)(?=[\s"'])/;

/** What runs on the image of a use: the stage that it is the base of, and every stage built on that. */
export function needsOf(use: ImageUse, stages: readonly Stage[]): StageNeeds {
  if (use.instruction !== 'FROM' || use.stage === null) return NOTHING;
  const above = new Set([use.stage.index]);
  const instructions: StageInstruction[] = [];
  for (const stage of stages.filter(({ file }) => file === use.file).sort((a, b) => a.index - b.index)) {
    if (stage.base.kind === 'stage' && above.has(stage.base.index)) above.add(stage.index);
    if (above.has(stage.index)) instructions.push(...stage.instructions);
  }
  const runs = instructions.filter(({ keyword }) => keyword === 'RUN');
  const starts = instructions.filter(({ keyword }) => keyword === 'ENTRYPOINT' || keyword === 'CMD');
  return {
    shell: runs.some(isShellForm),
    packageManager: runs.map(packageManagerOf).find((name) => name !== null) ?? null,
    shellAtStart: starts.some(isShellForm),
  };
}

function isShellForm({ json }: StageInstruction): boolean {
  return json === undefined;
}

function packageManagerOf({ text, heredocs }: StageInstruction): string | null {
  for (const part of [text, ...(heredocs ?? []).map(({ body }) => body)]) {
    const found = PACKAGE_MANAGER.exec(part)?.[1];
    if (found !== undefined) return found;
  }
  return null;
}
