import type { ImageUse } from '../../build-files/image-use.js';
import { pinInsertion } from '../../fix/pin-place.js';
import { formatReference } from '../../references/reference.js';
import type { Report } from '../../reports/report.js';
import type { CommitTree } from '../repository/commit-tree.js';

/** A pin that a developer can commit with one click. */
export interface Suggestion {
  readonly path: string;
  readonly line: number;
  /** The whole line, as it should be. */
  readonly text: string;
  /** The reference that is pinned, as it is written. */
  readonly written: string;
}

const MAX_FILE_BYTES = 4 * 1024 * 1024;
const IDENTITY_RULES = new Set(['denied-base', 'allowed-base', 'signature-verified']);

/**
 * Pins for uses that name a tag only, to the digest that was evaluated. Only what is written out in full on one line is
 * proposed, and only where nothing spoke against who the image is.
 */
export async function suggestionsFor(report: Report, tree: CommitTree): Promise<readonly Suggestion[]> {
  const suggestions: Suggestion[] = [];
  const readable = new Set(report.files.filter(({ status }) => status === 'read').map(({ path }) => path));
  for (const use of report.uses.filter(({ file }) => readable.has(file))) {
    const digest = evaluatedDigest(report, use);
    if (digest === null) continue;
    const content = await tree.read(use.file, MAX_FILE_BYTES);
    if (!content.ok) continue;
    const line = new TextDecoder().decode(content.value).split('\n')[use.line - 1]?.replace(/\r$/, '');
    if (line?.slice(use.column - 1, use.endColumn - 1) !== use.written) continue;
    const pin = pinInsertion(use, digest, report.stages);
    if (!pin.ok || pin.value.line !== use.line) continue;
    const text = `${line.slice(0, pin.value.column - 1)}${pin.value.text}${line.slice(pin.value.column - 1)}`;
    suggestions.push({ path: use.file, line: use.line, text, written: use.written });
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

function evaluatedDigest(report: Report, use: ImageUse): string | null {
  const { reference } = use;
  if (reference === null || reference.digest !== undefined) return null;
  if (use.written !== use.expanded || use.line !== use.endLine || use.instruction === 'ONBUILD') return null;
  const answers = report.answers.filter((answer) => answer.use === use.id);
  const doubted = answers.some(
    ({ rule, outcome, level }) =>
      IDENTITY_RULES.has(rule) && level !== 'note' && outcome !== 'pass' && outcome !== 'not-applicable',
  );
  if (doubted) return null;
  return report.images.find((image) => image.reference === formatReference(reference))?.digest ?? null;
}
