import type { Build, OpenValue } from '../build-files/build.js';
import { type BuildFile, type ImageUse, isRun } from '../build-files/image-use.js';
import { openText } from '../build-files/open-arguments.js';
import type { Reading } from '../build-files/reading.js';
import { distinct, groupBy, optionalField } from '../lib/collections.js';
import { jsonText } from '../lib/escape/json.js';
import { terminal } from '../lib/escape/visible.js';
import { plural } from '../lib/text.js';
import { formatPlatform } from '../references/platform.js';
import { formatReference } from '../references/reference.js';
import type { ImagesDocument, UseDocument } from './images-document.js';
import { readingNotices, shownNotice } from './notices.js';
import { displayWidth, padded } from './text/display-width.js';
import { paint } from './text/paint.js';

/** Names the shape of the document; a change that breaks readers changes the number. */
const IMAGES_SCHEMA = 'base-image-gate/images/v1';

/** The uses of a reading as `images --format json` prints them: JSON with a line end. */
export function imagesJson(reading: Pick<Reading, 'files' | 'uses' | 'builds' | 'unseen'>): string {
  const document: ImagesDocument = {
    schema: IMAGES_SCHEMA,
    files: reading.files.map(fileDocument),
    uses: reading.uses.map(useDocument),
    // Bake reads Compose files, too, and mostly as Compose does.
    builds: [...distinct((reading.builds ?? []).map(buildDocument))],
    notices: [...readingNotices(reading)],
  };
  return jsonText(document, 2);
}

/** A build file with exactly the fields of the contract. */
export function fileDocument(file: BuildFile): ImagesDocument['files'][number] {
  return {
    path: file.path,
    status: file.status,
    ...optionalField('reason', file.reason),
    ...optionalField('line', file.line),
    ...optionalField('frontend', file.frontend),
  };
}

/** A build with exactly the fields of the contract. */
function buildDocument(build: Build): ImagesDocument['builds'][number] {
  const { name, dockerfile, inline, target, platforms, open, defaults, ...rest } = build;
  return {
    definition: rest.definition,
    line: rest.line,
    ...optionalField('name', name),
    ...optionalField('dockerfile', dockerfile),
    ...optionalField('inline', inline),
    context: rest.context,
    args: { ...rest.args },
    ...optionalField('target', target),
    platforms: [...platforms],
    contexts: { ...rest.contexts },
    open: open.flatMap(openFields),
    ...optionalField('defaults', defaults?.flatMap(openFields)),
  };
}

/** What a bake target may inherit from others. */
const INHERITED = ['context', 'dockerfile', 'args', 'target', 'platforms', 'contexts'];

function openFields({ field, decidedBy, line }: OpenValue): ImagesDocument['builds'][number]['open'] {
  const fields = field === 'inherits' ? INHERITED : [field];
  return fields.map((one) => ({ field: one, decidedBy, ...optionalField('line', line) }));
}

/** A use with exactly the fields of the contract. */
export function useDocument(use: ImageUse): UseDocument {
  const { reference } = use;
  return {
    id: use.id,
    file: use.file,
    line: use.line,
    column: use.column,
    endLine: use.endLine,
    endColumn: use.endColumn,
    instruction: use.instruction,
    stage: use.stage === null ? null : { index: use.stage.index, name: use.stage.name },
    role: use.role,
    reachable: use.reachable,
    platform: use.platform === null ? null : formatPlatform(use.platform),
    targetPlatforms: use.targetPlatforms.map(formatPlatform),
    written: use.written,
    expanded: use.expanded,
    reference:
      reference === null
        ? null
        : {
            registry: reference.registry,
            repository: reference.repository,
            ...optionalField('tag', reference.tag),
            ...optionalField('digest', reference.digest),
          },
    overridable: use.overridable,
    ...optionalField('unresolved', use.unresolved),
    ...optionalField('open', use.open),
  };
}

/** The uses of a reading as a table for a terminal, file by file. Ends with a line end. */
export function imagesText(
  reading: Pick<Reading, 'files' | 'uses' | 'unseen'>,
  options: { readonly color: boolean },
): string {
  const colors = paint(options.color);
  const byFile = groupBy(
    reading.uses.filter((use) => !isRun(use)),
    ({ file }) => file,
  );
  const blocks = reading.files
    .filter((file) => file.status !== 'skipped' || byFile.has(file.path))
    .map((file) => {
      const status =
        file.status === 'read'
          ? file.reason === undefined
            ? ''
            : colors.yellow(`  ${terminal(file.reason)}`)
          : colors.yellow(
              `  ${file.status}${file.line === undefined ? '' : ` at line ${file.line}`}${
                file.reason === undefined ? '' : `: ${terminal(file.reason)}`
              }`,
            );
      const rows = (byFile.get(file.path) ?? []).map(rowOf);
      const none = file.status === 'read' ? '  names no image' : '  no image can be seen in it';
      const lines = rows.length === 0 ? [colors.dim(none)] : aligned(rows);
      return [`${colors.bold(terminal(file.path))}${status}`, ...lines].join('\n');
    });
  for (const [file, uses] of groupBy(reading.uses.filter(isRun), ({ file }) => file)) {
    blocks.push([`${colors.bold(terminal(file))}  runs`, ...aligned(uses.map(rowOf))].join('\n'));
  }
  const skipped = reading.files.filter((file) => file.status === 'skipped');
  const skippedLines = skipped.map(
    (file) =>
      `${colors.dim('skipped')} ${terminal(file.path)}${file.reason === undefined ? '' : `: ${terminal(file.reason)}`}`,
  );
  if (skippedLines.length > 0) blocks.push(skippedLines.join('\n'));
  const notices = readingNotices(reading).map((notice) => `${colors.blue('notice')}: ${terminal(shownNotice(notice))}`);
  if (notices.length > 0) blocks.push(notices.join('\n'));
  blocks.push(totals(reading));
  return `${blocks.join('\n\n')}\n`;
}

function rowOf(use: ImageUse): readonly string[] {
  const image = use.reference === null ? use.expanded || use.written : formatReference(use.reference);
  const remarks = [
    ...(use.stage?.name == null ? [] : [`stage ${use.stage.name}`]),
    ...(use.platform === null ? [] : [`--platform=${formatPlatform(use.platform)}`]),
    ...(use.overridable.length === 0 ? [] : [`replaceable by ${use.overridable.join(', ')}`]),
    ...(use.reachable ? [] : ['not reached by the target']),
    ...(use.open === undefined || use.unresolved !== undefined ? [] : [openText(use.open)]),
    ...(use.unresolved === undefined ? [] : [`unresolved: ${use.unresolved}`]),
  ];
  return [`${use.line}:${use.column}`, use.role, use.instruction, image, remarks.join('; ')].map(terminal);
}

function aligned(rows: readonly (readonly string[])[]): readonly string[] {
  const widths: number[] = [];
  for (const row of rows) {
    row.slice(0, -1).forEach((cell, column) => {
      widths[column] = Math.max(widths[column] ?? 0, displayWidth(cell));
    });
  }
  return rows.map((row) => `  ${row.map((cell, column) => padded(cell, widths[column] ?? 0)).join('  ')}`.trimEnd());
}

function totals(reading: Pick<Reading, 'files' | 'uses'>): string {
  const uses = reading.uses.filter((use) => !isRun(use));
  const run = reading.uses.length - uses.length;
  const images = new Set(uses.flatMap((use) => (use.reference === null ? [] : [formatReference(use.reference)])));
  const unresolved = uses.filter((use) => use.reference === null).length;
  const unreadable = reading.files.filter((file) => file.status === 'unreadable').length;
  const evaluated = reading.files.filter((file) => file.status !== 'skipped').length;
  return [
    `${plural(uses.length, 'image use')} of ${plural(images.size, 'image')} in ${plural(evaluated, 'build file')}`,
    ...(unresolved > 0 ? [`${unresolved} unresolved`] : []),
    ...(run > 0 ? [plural(run, 'image that is run', 'images that are run')] : []),
    ...(unreadable > 0 ? [`${plural(unreadable, 'file')} unreadable`] : []),
  ].join(', ');
}
