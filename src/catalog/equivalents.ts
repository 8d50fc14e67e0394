import { groupBy } from '../lib/collections.js';
import type { Equivalent } from './equivalent.js';
import equivalents from './equivalents.generated.json' with { type: 'json' };

let byImage: ReadonlyMap<string, readonly Equivalent[]> | undefined;

/** What publishers have in the place of an official image, by its `registry/repository`. */
export function equivalentsOf(name: string): readonly Equivalent[] {
  byImage ??= groupBy<Equivalent, string>(equivalents.images, (equivalent) => equivalent.for);
  return byImage.get(name) ?? [];
}

/** What people call a publisher. */
export function publisherName(id: string): string {
  return equivalents.publishers[id] ?? id;
}
