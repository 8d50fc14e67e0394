import { createHash } from 'node:crypto';
import { optionalField } from '../../lib/collections.js';

/** GitHub answers 422 to a longer body. @see https://docs.github.com/en/rest/issues/comments */
export const MAX_COMMENT_LENGTH = 65_536;
/** Left free for the footer, and since GitHub may count line ends and astral characters another way than we do. */
const SPARE = 1_536;
const MAX_PARTS = 20;
/** How many findings a part remembers. */
export const MAX_FINGERPRINTS = 400;
const MAX_VERDICT_LENGTH = 500;

/** One job's share of the comment. */
export interface CommentPart {
  /** Names the job, its step and its inputs, so that a re-run finds its own part. */
  readonly id: string;
  /** The head commit it is about. */
  readonly commit: string;
  /** The head commit at which another job's newer result was first written next to this one. */
  readonly olderSince?: string;
  readonly fingerprints: readonly string[];
  /** Its first paragraph is the verdict, which is what stays where there is no space for the rest. */
  readonly markdown: string;
}

/** The first line of the comment a key owns. The author is checked too: anyone can write such a line. */
export function commentMarker(key: string): string {
  return `<!-- base-image-gate comment=${shortHash(key)} -->`;
}

/** What GitHub may change in a text that it keeps: line ends, and white space behind the last line. */
export function asKept(body: string): string {
  return body.replaceAll('\r\n', '\n').trimEnd();
}

/** A stable id for a job's part. Legs of a matrix differ in their inputs. */
export function partId(job: {
  readonly workflow: string;
  readonly job: string;
  readonly step: string;
  readonly inputs: Readonly<Record<string, string>>;
}): string {
  const inputs = Object.entries(job.inputs).sort(([a], [b]) => (a < b ? -1 : 1));
  return shortHash(JSON.stringify([job.workflow, job.job, job.step, inputs]));
}

function shortHash(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 16);
}

const PART_LINE =
  /^<!-- base-image-gate part=([0-9a-f]{16}) commit=([0-9a-f]{40,64})(?: older-since=([0-9a-f]{40,64}))? findings=([0-9a-f,]{0,4000}) -->$/;
const END_LINE = '<!-- base-image-gate end -->';

/** Reads the parts of a comment of ours. Text between them is left out: every write makes it anew. */
export function readParts(body: string): readonly CommentPart[] {
  const parts: CommentPart[] = [];
  let head: RegExpExecArray | null = null;
  let lines: string[] = [];
  for (const line of body.split(/\r?\n/)) {
    const started = PART_LINE.exec(line);
    if (started !== null) {
      head = started;
      lines = [];
    } else if (head !== null && line === END_LINE) {
      parts.push(partOf(head, lines));
      head = null;
    } else {
      lines.push(line);
    }
  }
  return parts.slice(0, MAX_PARTS);
}

function partOf(
  [, id = '', commit = '', olderSince, fingerprints = '']: RegExpExecArray,
  lines: string[],
): CommentPart {
  return {
    id,
    commit,
    ...optionalField('olderSince', olderSince),
    fingerprints: fingerprints === '' ? [] : fingerprints.split(','),
    markdown: lines.join('\n').trim(),
  };
}

/** How a finding is remembered in the comment, so that the next run can tell what is new: short, since it only marks. */
export function rememberedFingerprint(fingerprint: string): string {
  return shortHash(fingerprint).slice(0, 8);
}

/**
 * The parts that stay beside one's own. A part of an older commit stays through one push, marked as older, and goes
 * with the next: its job may still be running, or be gone.
 */
export function otherParts(
  parts: readonly CommentPart[],
  own: { readonly id: string; readonly formerly?: string; readonly commit: string },
): readonly CommentPart[] {
  return parts
    .filter((part) => part.id !== own.id && part.id !== own.formerly)
    .flatMap((part): readonly CommentPart[] => {
      if (part.commit === own.commit) return [part];
      if (part.olderSince !== undefined && part.olderSince !== own.commit) return [];
      return [{ ...part, olderSince: own.commit }];
    })
    .slice(0, MAX_PARTS - 1);
}

/** One order for all jobs, so that they don't shuffle each other's parts. */
export function inOrder(parts: readonly CommentPart[]): readonly CommentPart[] {
  return [...parts].sort((a, b) => (a.id < b.id ? -1 : 1));
}

/** How long one's own part may be beside those of the others, so that a fair share is always left for it. */
export function roomForPart(others: readonly CommentPart[]): number {
  const share = Math.floor((MAX_COMMENT_LENGTH - SPARE) / (others.length + 1));
  const taken = others.reduce((sum, part) => sum + formatPart(part, true).length, 0);
  return Math.max(share, MAX_COMMENT_LENGTH - SPARE - taken) - OVERHEAD;
}

/** Marker lines, and fingerprints at their longest. */
const OVERHEAD = 300 + MAX_FINGERPRINTS * 9;

/**
 * The comment's body, never above GitHub's limit. Where the parts don't fit together, the longest is cut to its
 * verdict first, then the next longest; twenty verdicts always fit.
 */
export function formatComment(key: string, parts: readonly CommentPart[], footer: string): string {
  const whole = new Set(parts.map((part) => part.id));
  const build = (): string =>
    [commentMarker(key), ...parts.map((part) => formatPart(part, whole.has(part.id))), footer].join('\n\n');
  const longestFirst = [...parts].sort((a, b) => b.markdown.length - a.markdown.length);
  for (const part of longestFirst) {
    if (build().length <= MAX_COMMENT_LENGTH - SPARE) break;
    whole.delete(part.id);
  }
  return build();
}

function formatPart(part: CommentPart, whole: boolean): string {
  const older = part.olderSince === undefined ? '' : ` older-since=${part.olderSince}`;
  const verdict = (part.markdown.split('\n\n', 1)[0] ?? '').slice(0, MAX_VERDICT_LENGTH);
  return [
    `<!-- base-image-gate part=${part.id} commit=${part.commit}${older} findings=${part.fingerprints.slice(0, MAX_FINGERPRINTS).join(',')} -->`,
    withoutMarkers(
      whole ? part.markdown : `${verdict}\n\nThe details are in the job summary because they did not fit here.`,
    ),
    END_LINE,
    ...(part.olderSince === undefined
      ? []
      : [
          `\n_Evaluated at ${part.commit.slice(0, 12)}; this job has not reported on ${part.olderSince.slice(0, 12)} yet._`,
        ]),
  ].join('\n');
}

/** A code frame quotes the repository: a line in it that looks like one of our markers must not act as one. */
function withoutMarkers(markdown: string): string {
  return markdown.replaceAll('<!-- base-image-gate', '<!-\u200b- base-image-gate');
}
