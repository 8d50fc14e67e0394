/** How the files of an image stand to its packages. */
export interface Ownership {
  /** False where no database keeps lists of files: then the owner of no file is known. */
  readonly known: boolean;
  /** Regular files that no package installed, apart from those that installing and building make. */
  readonly unowned: readonly string[];
  /** Files whose content differs from what their package's database says. */
  readonly altered: readonly { readonly path: string; readonly package: string }[];
  /** Files whose checksum agrees: they are public, so nothing in them is a secret. */
  readonly asPackaged: ReadonlySet<string>;
  /** Files with a checksum in the database whose content was not hashed by it. */
  readonly notCompared: readonly string[];
}
