import type { ImageUse } from '../../build-files/image-use.js';
import { mayPin } from '../../fix/may-pin.js';
import { pinInsertion } from '../../fix/pin-place.js';
import type { Report } from '../../reports/report.js';
import type { CommitTree } from '../repository/commit-tree.js';

/** A change that a developer can commit with one click. */
export interface Suggestion {
  readonly path: string;
  /** The first line that it takes the place of, where it is not the only one. */
  readonly startLine?: number;
  /** The last or only line. */
  readonly line: number;
  /** The whole lines, as they should be. */
  readonly text: string;
  /** The reference that is changed, as it is written. */
  readonly written: string;
  /** What it is for: a sentence that ends in a colon. */
  readonly about: string;
}

const PINNING = 'Pin the evaluated digest so that builds pull exactly this image:';
const MAX_FILE_BYTES = 4 * 1024 * 1024;

/**
 * Pins for uses that name a tag only, to the digest that was evaluated. Only what is written out in full on one line is
 * proposed, and only where nothing contradicted the identity of the image.
 */
export async function suggestionsFor(report: Report, tree: Pick<CommitTree, 'read'>): Promise<readonly Suggestion[]> {
  const suggestions: Suggestion[] = [];
  const readable = new Set(report.files.filter(({ status }) => status === 'read').map(({ path }) => path));
  const decide = mayPin(report);
  for (const use of report.uses.filter((one) => readable.has(one.file) && isWrittenOut(one))) {
    const decision = decide(use);
    if (decision.kind !== 'pin') continue;
    const content = await tree.read(use.file, MAX_FILE_BYTES);
    if (!content.ok) continue;
    const line = new TextDecoder().decode(content.value).split('\n')[use.line - 1]?.replace(/\r$/, '');
    if (line?.slice(use.column - 1, use.endColumn - 1) !== use.written) continue;
    const pin = pinInsertion(use, decision.digest, report.stages);
    if (!pin.ok || pin.value.line !== use.line) continue;
    const text = `${line.slice(0, pin.value.column - 1)}${pin.value.text}${line.slice(pin.value.column - 1)}`;
    suggestions.push({ path: use.file, line: use.line, text, written: use.written, about: PINNING });
  }
  const lines = new Set<string>();
  return suggestions.filter(({ path, line }) => {
    const key = `${path}:${line}`;
    // Two uses on one line (ONBUILD, or one written text with two expansions) have no one right line.
    const first = !lines.has(key);
    lines.add(key);
    return first && suggestions.filter((other) => other.path === path && other.line === line).length === 1;
  });
}

/** Whether a use's text is its whole reference, on one line that names it once. */
function isWrittenOut({ written, expanded, line, endLine, instruction }: ImageUse): boolean {
  return written === expanded && line === endLine && instruction !== 'ONBUILD';
}
