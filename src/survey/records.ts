import type { Problem, ReferenceDocument, RepositoryDocument } from './document.js';

/** A reference with what was found of it, before findings that many have are written once. */
export type ReferenceRecord = Omit<ReferenceDocument, 'problems'> & { readonly problems: readonly Problem[] };
export type FileRecord = Omit<RepositoryDocument['files'][number], 'problems'> & {
  readonly problems: readonly Problem[];
};

/** A surveyed repository. Its verdict and coverage are made from what was found. */
export type RepositoryRecord = Omit<RepositoryDocument, 'references' | 'files' | 'verdict' | 'coverage'> & {
  readonly references: readonly ReferenceRecord[];
  readonly files: readonly FileRecord[];
};
