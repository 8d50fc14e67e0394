import type { Result } from '../lib/result.js';
import type { PolicyPosition } from './policy.js';
import { formatKey, type PolicyProblem, type PolicyProblemCode } from './problem.js';
import type { PolicyFile } from './schema.js';
import type { YamlDocument } from './yaml-document.js';

/** Reads a file of one repository at one commit (or of a working tree), by its path from the root. Fails with a reason. */
export type ResolveFile = (path: string) => Promise<Result<Uint8Array | string, string>>;

/** One policy file of a chain of `extends`, checked by the schema. */
export interface Layer {
  /** Its name: the path, with the repository and ref if it comes from another repository. */
  readonly name: string;
  readonly path: string;
  readonly document: YamlDocument;
  readonly file: PolicyFile;
  /** Files that it names are read from where it comes from itself. */
  readonly resolveFile: ResolveFile;
  readonly repository?: string;
  readonly commit?: string;
}

/** The position of a key in a layer, so that it can be found in the merged policy. */
export function positionIn(layer: Layer, path: readonly PropertyKey[]): PolicyPosition {
  const { line, column } = layer.document.place(path);
  return { file: layer.name, line, column };
}

/** A problem at a key of a layer. */
export function problemIn(
  layer: Layer,
  path: readonly PropertyKey[],
  problem: {
    readonly code: PolicyProblemCode;
    readonly severity?: 'error' | 'warning';
    readonly message: string;
    readonly expected?: string;
    readonly fix?: string;
  },
): PolicyProblem {
  const place = layer.document.place(path, problem.code === 'unknown-key' ? 'key' : 'value');
  return { severity: 'error', ...problem, file: layer.name, key: formatKey(path), ...place };
}
