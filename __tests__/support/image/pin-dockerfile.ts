import { createHash } from 'node:crypto';
import { type DockerfileOptions, readDockerfile } from '../../../src/build-files/dockerfile/dockerfile.js';
import type { ImageUse } from '../../../src/build-files/image-use.js';
import type { Reading } from '../../../src/build-files/reading.js';
import { type PinnedFile, pinFiles } from '../../../src/fix/pin-files.js';
import { DEFAULT_PLATFORM } from '../../../src/references/platform.js';
import { formatReference, type Reference } from '../../../src/references/reference.js';

/** The digest that a registry which answers every reference names for one. */
export function digestFor(reference: Reference): string {
  return `sha256:${createHash('sha256').update(formatReference(reference)).digest('hex')}`;
}

/** Pins what one Dockerfile names, as `fix --pin` does after every image was resolved. */
export async function pinDockerfile(
  bytes: Uint8Array,
  options: Partial<DockerfileOptions> = {},
  isWanted: (use: ImageUse) => boolean = () => true,
): Promise<PinnedFile> {
  const path = 'Dockerfile';
  const read = (content: Uint8Array): Reading => {
    const all = { buildArgs: {}, buildContexts: {}, platforms: [DEFAULT_PLATFORM], ...options };
    const { file, uses, stages } = readDockerfile(path, content, all);
    return { files: [file], uses, stages, unseen: [] };
  };
  const before = read(bytes);
  const unpinned = before.uses.filter((use) => use.reference?.digest === undefined && isWanted(use));
  const wanted = new Map(
    unpinned.flatMap(({ id, reference }) => (reference === null ? [] : [[id, digestFor(reference)] as const])),
  );
  const [pinned] = await pinFiles([{ path, bytes, uses: before.uses }], before, wanted, async (contents) =>
    read(contents.get(path) ?? bytes),
  );
  if (pinned === undefined) throw new Error('no file was given back');
  return pinned;
}

/** The bytes without what was put in for pins: `@digest`, and `:latest` before it where no tag was written. */
export function withoutPins({ before, after, pinned }: PinnedFile): Buffer {
  const [old, text] = [latin1(before), latin1(after)];
  const pins = pinned.flatMap(({ digest }) => [`:latest@${digest}`, `@${digest}`]);
  let rest = '';
  for (let at = 0; at < text.length; ) {
    const pin = /[:@]/.test(text.charAt(at)) ? pins.find((candidate) => text.startsWith(candidate, at)) : undefined;
    if (pin === undefined || old.startsWith(':latest', rest.length)) rest += text.charAt(at++);
    else at += pin.length;
  }
  return Buffer.from(rest, 'latin1');
}

function latin1(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('latin1');
}
