import type { ImageUse } from '../build-files/image-use.js';
import { indexReading } from '../build-files/reading-index.js';
import { groupBy } from '../lib/collections.js';
import { applyWaivers } from '../policy/waivers.js';
import { findingsOf } from '../reports/findings.js';
import type { Finding, FindingChanges } from '../reports/report.js';
import type { Answer } from '../rules/answer.js';
import { baseUseOf } from './change.js';
import { evaluateReference } from './evaluate-reference.js';
import { type RunContext, type RunInput, startRun } from './run-context.js';

/** References of the base that are evaluated to compare; a change that replaces more is compared as far as these go. */
const MAX_COMPARED = 200;

interface Evaluated {
  readonly uses: readonly ImageUse[];
  /** With waivers applied. */
  readonly answers: readonly Answer[];
  readonly findings: readonly Finding[];
}

/**
 * Which findings a change brings, and which of its base's it fixes: the references that it removed or replaced are evaluated
 * as they were, by the same policy. It informs, and decides nothing. Null where the base could not be read. Called when
 * everything else is evaluated, as the comparison of images is, and by the same rules about who is contacted and opened.
 */
export async function findingChanges(
  now: Evaluated,
  input: RunInput,
  { evidence, change }: RunContext,
): Promise<FindingChanges | null> {
  if (change === null || change.baseUses === null) return null;
  const { baseUses, baseStages = [], baseLock = null } = change;
  const kept = new Set(now.uses.map(sameUseKey));
  const gone = baseUses.filter((base) => !kept.has(sameUseKey(base)));
  const compared = gone.slice(0, MAX_COMPARED);
  const alone = startRun(
    { ...input, change: null, lock: baseLock },
    indexReading({ files: [], stages: baseStages }),
    evidence,
  );
  const evaluated = await Promise.all(compared.map((use) => evaluateReference(use, alone)));
  const then = applyWaivers(
    input.policy,
    evaluated.flatMap(({ answers }) => answers),
    compared,
    input.settings.now,
  ).answers;

  const ofFile = groupBy(baseUses, ({ file }) => file);
  const bases = new Map(now.uses.map((use) => [use.id, baseUseOf(use, ofFile.get(use.file) ?? [])]));
  const successors = groupBy(now.uses, ({ id }) => bases.get(id)?.id);
  const nowOf = groupBy(now.answers, answerKey);
  const isClean = (answers: readonly Answer[] | undefined) =>
    answers?.every(({ outcome }) => outcome === 'pass' || outcome === 'not-applicable') === true;

  const old = findingsOf({ answers: then, uses: compared, waivers: [], policy: input.policy }).filter(counts);
  const fixed = old.filter(({ use, rule, outcome }) => {
    if (use === undefined || outcome !== 'fail') return false;
    const next = successors.get(use) ?? [];
    return next.every(({ id }) => isClean(nowOf.get(key(id, rule))));
  });
  const goneIds = new Set(compared.map(({ id }) => id));
  const oldKeys = new Set(old.map(({ use = '', rule }) => key(use, rule)));
  const brought = now.findings.filter(counts).filter(({ use = '', rule }) => {
    const base = bases.get(use);
    if (base === undefined || base === null) return base === null;
    return goneIds.has(base.id) && !oldKeys.has(key(base.id, rule));
  });
  const named = new Map(compared.map(({ id, expanded }) => [id, expanded]));
  return {
    new: brought.map(({ fingerprint }) => fingerprint),
    fixed: fixed.map(({ rule, level, message, location, use }) => ({
      rule,
      level,
      message,
      location,
      image: named.get(use ?? '') ?? '',
    })),
    notCompared: gone.length - compared.length,
  };
}

/** The key that two uses share if they name the same image in the same file, instruction, role and platform. */
function sameUseKey({ file, instruction, role, platform, written, expanded }: ImageUse): string {
  return JSON.stringify([file, instruction, role, platform, written, expanded]);
}

function counts({ level, waiver }: Finding): boolean {
  return level !== 'note' && waiver === undefined;
}

function answerKey({ use, rule }: Answer): string {
  return key(use ?? '', rule);
}

function key(use: string, rule: string): string {
  return `${rule} ${use}`;
}
