import { optionalField } from '../lib/collections.js';
import { isWorkflow } from './file-names.js';
import type { Reading } from './reading.js';

/** A file that says what is built and how, and whether all of it was understood. */
export interface Definition {
  readonly path: string;
  readonly kind: DefinitionKind;
  /** `incomplete`: a build in it was seen and not understood, or not evaluated. */
  readonly status: 'read' | 'unreadable' | 'skipped' | 'incomplete';
  /** Clauses; absent where there is nothing to say. */
  readonly reason?: string;
}

export const DEFINITION_KINDS = ['dockerfile', 'bake', 'compose', 'devcontainer', 'workflow', 'other'] as const;
export type DefinitionKind = (typeof DEFINITION_KINDS)[number];

/** The build definitions of a reading by their paths: build files, what asks for builds, and what was not evaluated. */
export function definitionsOf({
  files,
  uses,
  builds = [],
  unseen,
}: Pick<Reading, 'files' | 'uses' | 'builds' | 'unseen'>): readonly Definition[] {
  const found = new Map<string, Definition>();
  for (const { definition: path } of builds) found.set(path, { path, kind: kindOf(path, 'other'), status: 'read' });
  for (const { file: path, role } of uses) {
    if (role === 'run') found.set(path, { path, kind: kindOf(path, 'other'), status: 'read' });
  }
  for (const { path, status, reason } of files) {
    found.set(path, { path, kind: kindOf(path, 'dockerfile'), status, ...optionalField('reason', reason) });
  }
  for (const { path, what } of unseen) {
    const known = found.get(path);
    const kind = known?.kind ?? kindOf(path, 'other');
    // One clause for what many lines do.
    const others = known?.reason === undefined || known.reason === what ? [] : known.reason.split('; ');
    const reason = [...others.filter((other) => other !== what), what].join('; ');
    const status = known === undefined || known.status === 'read' ? 'incomplete' : known.status;
    found.set(path, { path, kind, status, reason });
  }
  return [...found.values()].sort((a, b) => (a.path < b.path ? -1 : 1));
}

/** By the names that the tools look for. */
function kindOf(path: string, otherwise: DefinitionKind): DefinitionKind {
  if (isWorkflow(path)) return 'workflow';
  if (/devcontainer\.json$/.test(path)) return 'devcontainer';
  if (/\.hcl$|bake[^/]*\.json$/i.test(path)) return 'bake';
  return /compose[^/]*\.ya?ml$/.test(path) ? 'compose' : otherwise;
}
