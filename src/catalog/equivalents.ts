import type { Equivalent } from './equivalent.js';
import equivalents from './equivalents.generated.json' with { type: 'json' };

const byImage = new Map<string, readonly Equivalent[]>();

/** What publishers have in the place of an official image, by its `registry/repository`. */
export function equivalentsOf(name: string): readonly Equivalent[] {
  if (byImage.size === 0) {
    for (const equivalent of equivalents.images) {
      byImage.set(equivalent.for, [...(byImage.get(equivalent.for) ?? []), equivalent]);
    }
  }
  return byImage.get(name) ?? [];
}

/** What people call a publisher. */
export function publisherName(id: string): string {
  return equivalents.publishers[id] ?? id;
}
