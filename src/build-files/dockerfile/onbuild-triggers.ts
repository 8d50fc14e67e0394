import { hash } from 'node:crypto';
import { plural } from '../../lib/text.js';
import { parseReference } from '../../references/reference.js';
import type { ImageUse } from '../image-use.js';
import type { Stage } from '../stage.js';
import { copySources, type NamedSource } from './copy-sources.js';
import { readInstruction } from './document.js';
import { LimitPassed } from './limits.js';
import { LineReader } from './logical-lines.js';
import { shortReason } from './read-error.js';
import { SourceText } from './source-text.js';
import { toLower } from './white-space.js';

/** An image's configuration that lists more than this is not looked into. */
const MAX_TRIGGERS = 1_000;

/**
 * The images that the ONBUILD triggers of an image's configuration pull, as uses in the place of `parent`, the use of
 * that image, with its range and role. `stages` are the stages of the reading that `parent` is of: a trigger may copy
 * from one of them. A trigger that BuildKit would refuse is a use that is `unresolved`.
 *
 * @see https://github.com/moby/buildkit/blob/master/frontend/dockerfile/dockerfile2llb/convert.go `initOnBuildTriggers`
 * @see https://github.com/opencontainers/image-spec/blob/main/config.md
 */
export function readOnBuildTriggers(
  triggers: readonly string[],
  parent: ImageUse,
  stages: readonly Stage[],
): readonly ImageUse[] {
  const ofFile = stages.filter((stage) => stage.file === parent.file);
  const found = triggers
    .slice(0, MAX_TRIGGERS)
    .flatMap((trigger) => sourcesOfTrigger(trigger).map((source) => toUse(source, parent, ofFile)));
  if (triggers.length > MAX_TRIGGERS)
    found.push(makeUse(parent, '', `its configuration has more than ${plural(MAX_TRIGGERS, 'ONBUILD trigger')}`));
  const distinct = new Map(found.flatMap((use) => (use === undefined ? [] : [[use.id, use] as const])));
  return [...distinct.values()];
}

/** Whether a use is one that the triggers of `parent`'s image brought, or those of such an image. */
export function isTriggeredBy(use: ImageUse, parent: ImageUse): boolean {
  return use.instruction === 'ONBUILD' && use.id.startsWith(triggerId(parent));
}

/** What the ids of the uses begin with that the triggers of `parent`'s image bring. */
function triggerId({ id }: ImageUse): string {
  return `${id}:onbuild:`;
}

type TriggerSource = NamedSource | { readonly kind: 'refused'; readonly text: string; readonly reason: string };

function sourcesOfTrigger(trigger: string): readonly TriggerSource[] {
  const refused = (reason: string): readonly TriggerSource[] => [
    { kind: 'refused', text: trigger, reason: `its ONBUILD trigger "${trigger.slice(0, 80)}" ${reason}` },
  ];
  try {
    return sourcesOrRefusal(trigger, refused);
  } catch (error) {
    if (!(error instanceof LimitPassed)) throw error;
    return refused(`can't be read: ${error.message} (limit ${error.limit})`);
  }
}

function sourcesOrRefusal(
  trigger: string,
  refused: (reason: string) => readonly TriggerSource[],
): readonly TriggerSource[] {
  const lines = new LineReader(new SourceText(Buffer.from(trigger)));
  const read = readInstruction(lines);
  if (read === undefined) return refused('is not an instruction');
  const error = lines.error ?? read.error;
  if (error !== undefined) return refused(`can't be read: ${error.reason}`);
  if (readInstruction(lines) !== undefined) return refused('is more than one instruction');
  return copySources(read.instruction, lines.escape);
}

/** A stage that comes earlier in the file is no image; neither is scratch. */
function toUse(source: TriggerSource, parent: ImageUse, stages: readonly Stage[]): ImageUse | undefined {
  if (source.kind === 'refused') return makeUse(parent, source.text, source.reason);
  const stage =
    source.kind === 'index'
      ? stages[source.index]
      : stages.findLast((candidate) => candidate.name === toLower(source.text));
  if (stage !== undefined) {
    if (parent.stage === null || stage.index <= parent.stage.index) return undefined;
    return makeUse(parent, source.text, `its ONBUILD trigger copies from stage "${source.text}", which comes later`);
  }
  if (source.kind === 'index')
    return makeUse(parent, source.text, `its ONBUILD trigger copies from stage ${source.text}, which does not exist`);
  return source.text === 'scratch' ? undefined : makeUse(parent, source.text, undefined);
}

function makeUse(parent: ImageUse, expanded: string, refusal: string | undefined): ImageUse {
  const reference = parseReference(expanded);
  const unresolved =
    refusal ?? (reference.ok ? undefined : `its ONBUILD trigger names "${expanded}", which is not an image reference`);
  const { definedAt: _, unresolved: __, ...rest } = parent;
  return {
    ...rest,
    id: `${triggerId(parent)}${hash('sha256', JSON.stringify([expanded, unresolved])).slice(0, 12)}`,
    instruction: 'ONBUILD',
    platform: null,
    expanded,
    reference: unresolved === undefined && reference.ok ? reference.value : null,
    overridable: [],
    ...(unresolved === undefined ? {} : { unresolved: shortReason(unresolved) }),
  };
}
