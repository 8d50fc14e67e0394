/** The repository, for scripts that include others. */
export interface RepositoryFiles {
  /** All that there are. */
  readonly paths: ReadonlySet<string>;
  /** Undefined where a file can't be had. */
  readonly load: (path: string) => Promise<Uint8Array | undefined>;
}

export const NO_FILES: RepositoryFiles = { paths: new Set(), load: async () => undefined };
