import type { FileTree } from '../filesystem/file-tree.js';
import type { SecretFile } from '../filesystem/filesystem-facts.js';
import { isHardLink, type LayerFacts } from '../layers/layer-facts.js';

/** Test keys that software ships with its sources and documentation are public. */
const PUBLIC_SAMPLE =
  /(?:^|\/)(?:tests?|testdata|testing|__tests__|fixtures?|examples?|samples?|demos?|spec|docs?|man|t)\//i;

/** Every key and credential of every layer, hidden ones included; samples that projects publish are left out. */
export function findSecrets(layers: readonly LayerFacts[], tree: FileTree): readonly SecretFile[] {
  const found: SecretFile[] = [];
  for (const [layer, facts] of layers.entries()) {
    for (const entry of facts.entries) {
      if (isHardLink(entry) || entry.content?.secrets === undefined || PUBLIC_SAMPLE.test(entry.path)) continue;
      const hidden = tree.get(entry.path)?.content !== entry.content;
      for (const { kind, line } of entry.content.secrets) found.push({ path: entry.path, kind, line, layer, hidden });
    }
  }
  return found;
}
