import { hash } from 'node:crypto';
import { distinct, groupBy, optionalField } from '../lib/collections.js';
import { listed } from '../lib/text.js';
import { DEFAULT_PLATFORM, formatPlatform, readablePlatforms } from '../references/platform.js';
import { parseReference } from '../references/reference.js';
import { contextImage } from './build.js';
import type { RunImage } from './build-definition.js';
import { excludes } from './discovery.js';
import { namedContext } from './dockerfile/build.js';
import type { ImageUse, OpenArgument, Place } from './image-use.js';
import { placeKey } from './open-arguments.js';
import type { ReadingOptions } from './reading.js';
import type { RepositoryTree } from './repository-tree.js';

/** Images that are run in one repository; more are cut off. */
const MAX_RUN_IMAGES = 20_000;
/** A definition is read again for what is written in it; a longer one was not read in the first place. */
const MAX_BYTES = 4 * 1024 * 1024;

/**
 * Uses in the role `run`, for images that definitions run and do not build. What the options name as a context of the
 * build is built in the repository, or replaced; definitions that the options leave out have no uses.
 */
export async function runUses(
  tree: RepositoryTree,
  images: readonly RunImage[],
  options: ReadingOptions,
): Promise<readonly ImageUse[]> {
  if (options.leavesOutRun === true) return [];
  const isExcluded = excludes(options);
  const only = options.only === undefined ? undefined : new Set(options.only);
  const lines = new Map<string, readonly string[]>();
  const taken = new Map<string, number>();
  const uses: ImageUse[] = [];
  for (const image of images.slice(0, MAX_RUN_IMAGES)) {
    const { file } = image;
    if (isExcluded(file) || only?.has(file) === false) continue;
    const known = lines.get(file) ?? (await linesOf(tree, file));
    lines.set(file, known);
    const use = useOf(withoutMarks(image, textAt(known, image)), options);
    if (use === undefined) continue;
    const count = (taken.get(use.id) ?? 0) + 1;
    taken.set(use.id, count);
    uses.push(count === 1 ? use : { ...use, id: `${use.id}:${count}` });
  }
  return knownAtPlaces(uses).sort((a, b) =>
    a.file === b.file ? a.line - b.line || a.column - b.column : a.file < b.file ? -1 : 1,
  );
}

async function linesOf(tree: RepositoryTree, path: string): Promise<readonly string[]> {
  const content = await tree.read(path, MAX_BYTES);
  return content.ok ? new TextDecoder().decode(content.value).split(/\r?\n/) : [];
}

function textAt(lines: readonly string[], { line, column, endLine, endColumn }: Place): string {
  const own = lines.slice(line - 1, endLine);
  return own
    .map((text, index) =>
      text.slice(index === 0 ? column - 1 : 0, index === own.length - 1 ? endColumn - 1 : undefined),
    )
    .join('\n');
}

/** An image with the text that names it: without quotes, and without the scheme of an action. */
function withoutMarks(image: RunImage, text: string): RunImage & { readonly written: string } {
  const { column, endColumn } = image;
  const [, quote = '', scheme = '', written] = /^(["']?)(docker:\/\/)?([^\r\n]+)\1$/.exec(text) ?? [];
  return written === undefined
    ? { ...image, written: text }
    : { ...image, written, column: column + quote.length + scheme.length, endColumn: endColumn - quote.length };
}

function useOf(found: RunImage & { readonly written: string }, options: ReadingOptions): ImageUse | undefined {
  const { file, line, column, endLine, endColumn, name } = found;
  const [platform = null] = found.platform === undefined ? [] : readablePlatforms([found.platform]);
  const targets =
    platform === null && options.platforms.length > 0 ? options.platforms : [platform ?? DEFAULT_PLATFORM];
  const context = namedContext(options.buildContexts, found.image, targets[0] ?? DEFAULT_PLATFORM);
  const image = context === undefined ? found.image : contextImage(context);
  // A context that is no image is made in the repository.
  if (image === undefined || image === 'scratch') return undefined;
  const reference = parseReference(image);
  const unresolved = whyUnresolved(found, reference.ok ? undefined : reference.error.reason);
  const written = found.written === '' ? image : found.written;
  const meaning = JSON.stringify([name, written, image, platform === null ? null : formatPlatform(platform)]);
  return {
    id: `${file}#run:${name === undefined ? '' : `${name}:`}${hash('sha256', meaning).slice(0, 12)}`,
    file,
    ...{ line, column, endLine, endColumn },
    instruction: 'IMAGE',
    stage: null,
    role: 'run',
    reachable: true,
    platform,
    targetPlatforms: targets,
    ...(platform === null && options.platforms.length === 0 ? { assumesPlatform: true } : {}),
    written,
    expanded: image,
    reference: reference.ok && unresolved === undefined ? reference.value : null,
    overridable: [],
    ...optionalField('unresolved', unresolved),
    ...optionalField('open', openOf(found)),
  };
}

function openOf({ file, line, open, defaults = [] }: RunImage): readonly OpenArgument[] | undefined {
  const deciding = distinct([...open, ...defaults].map(({ decidedBy }) => decidedBy));
  return deciding.length === 0
    ? undefined
    : deciding.map((decidedBy) => ({ argument: IMAGE, decidedBy, definition: file, line }));
}

/** Stands for the image itself, among what only a run knows. */
const IMAGE = 'image';

/** Where one place has an image for some values of what decides it, and none for others, the images stand for all. */
function knownAtPlaces(uses: readonly ImageUse[]): ImageUse[] {
  const open = groupBy(
    uses.filter((use) => use.open !== undefined),
    (use) => `${use.file}:${placeKey(use)}`,
  );
  const known = new Set(uses.flatMap((use) => (use.unresolved === undefined ? [`${use.file}:${placeKey(use)}`] : [])));
  return uses.flatMap((use) => {
    const place = `${use.file}:${placeKey(use)}`;
    if (use.unresolved !== undefined) return known.has(place) && use.open !== undefined ? [] : [withoutOpen(use)];
    const all = distinct((open.get(place) ?? []).flatMap((other) => other.open ?? []));
    return [all.length === 0 ? use : { ...use, open: all }];
  });
}

/** Why it is unresolved says what decides it. */
function withoutOpen({ open: _, ...use }: ImageUse): ImageUse {
  return use;
}

function whyUnresolved({ image, open }: RunImage, fault: string | undefined): string | undefined {
  const deciding = [...new Set(open.map(({ decidedBy }) => decidedBy))];
  if (deciding.length > 0) return `${listed(deciding)} ${deciding.length === 1 ? 'has' : 'have'} no value here`;
  return fault === undefined ? undefined : `"${image}" is not an image reference: ${fault}`;
}
