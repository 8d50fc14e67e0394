import type { ImageSource } from '../../../src/registry/image-source.js';
import { LayoutSource } from '../../../src/registry/layout/layout.js';
import { makeDirectory } from '../process/scratch-repository.js';
import type { MadeContent } from './image-maker.js';
import { writeLayout } from './image-maker-layout.js';

/** A source that has the images given, by name, and no others. */
export async function layoutOf(images: Readonly<Record<string, MadeContent>>): Promise<ImageSource> {
  const directory = makeDirectory({});
  await writeLayout(
    directory,
    Object.entries(images).map(([name, content]) => ({ name, content })),
  );
  return new LayoutSource(directory);
}
