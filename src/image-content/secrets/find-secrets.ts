import type { FileTree } from '../filesystem/file-tree.js';
import type { SecretFile } from '../filesystem/filesystem-facts.js';
import { isHardLink, type LayerFacts } from '../layers/layer-facts.js';

/** Every key and credential of every layer, hidden ones included. No path excuses one: whoever makes an image chooses it. */
export function findSecrets(layers: readonly LayerFacts[], tree: FileTree): readonly SecretFile[] {
  const found: SecretFile[] = [];
  for (const [layer, facts] of layers.entries()) {
    for (const entry of facts.entries) {
      if (isHardLink(entry) || entry.content?.secrets === undefined) continue;
      const hidden = tree.get(entry.path)?.content !== entry.content;
      for (const mark of entry.content.secrets) found.push({ path: entry.path, ...mark, layer, hidden });
    }
  }
  return found;
}
