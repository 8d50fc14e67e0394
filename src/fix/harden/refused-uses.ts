import type { ImageUse } from '../../build-files/image-use.js';
import type { Report } from '../../reports/report.js';
import type { Answer } from '../../rules/answer.js';

/** Rules that replacing the image can satisfy, at any level. */
const ABOUT_ALLOWED = new Set(['allowed-base', 'denied-base']);
/** Failures that another image does not change: a digest is added, and what the policy says of the file is the file's. */
const NOT_THE_IMAGE = new Set([
  'pinned-by-digest',
  'overridable-base',
  'readable-build-file',
  'policy-unchanged',
  'allowed-frontend',
]);

/** Whether a use's image is refused, so that another one is sought: it is not allowed, or fails a rule at level error. */
export function isRefused(report: Pick<Report, 'answers'>): (use: ImageUse) => boolean {
  const refused = new Set(
    report.answers
      .filter(({ rule, outcome, waiver }) => outcome === 'fail' && waiver === undefined && !NOT_THE_IMAGE.has(rule))
      .filter((answer) => ABOUT_ALLOWED.has(answer.rule) || isError(answer))
      .flatMap(({ use }) => use ?? []),
  );
  return ({ id }) => refused.has(id);
}

function isError({ level, heldBack }: Answer): boolean {
  return level === 'error' || heldBack === true;
}

/**
 * What contradicts a rewritten file, in a clause: the first answer about a use that was replaced, or about one that
 * was not refused before, that is no pass and counts as an error. Undefined where nothing does.
 *
 * @param replaced whether a use of the new file stands for one that was replaced
 */
export function whyRefused(
  report: Pick<Report, 'answers' | 'uses'>,
  path: string,
  replaced: (use: ImageUse) => boolean,
): string | undefined {
  const uses = new Set(report.uses.filter((use) => use.file === path && replaced(use)).map(({ id }) => id));
  const against = report.answers.find(
    (answer) =>
      (answer.outcome === 'fail' || answer.outcome === 'indeterminate') &&
      answer.waiver === undefined &&
      isError(answer) &&
      uses.has(answer.use ?? ''),
  );
  return against === undefined ? undefined : `${against.rule}: ${against.message}`;
}
