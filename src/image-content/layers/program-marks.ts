import { type BytePattern, BytePatterns } from '../../lib/byte-patterns.js';

interface Mark {
  readonly program: string;
  readonly texts: readonly string[];
  /** A number follows, which other programs that name this one leave out. */
  readonly isNumbered?: true;
}

/** Strings that a program contains under any file name; each was looked up in the distributions' own builds. */
const MARKS: readonly Mark[] = [
  // busybox prints "BusyBox v1.36.1 (date) multi-call binary."; scanners carry the text as well, without a number.
  { program: 'busybox', texts: ['BusyBox v'], isNumbered: true },
  { program: 'toybox', texts: [' multicall binary'] },
  { program: 'bash', texts: ['GNU bash, version '] },
  { program: 'dash', texts: ['getopts optstring var'] },
  // lksh calls itself LEGACY.
  { program: 'mksh', texts: ['MIRBSD KSH', 'LEGACY KSH'] },
  // AT&T's own, and 93u+m, which is what distributions ship now.
  { program: 'ksh', texts: ['AT&T Research) 93', '(ksh 93u'] },
  { program: 'posh', texts: ['function not defined by %s'] },
  // tcsh says it as well.
  { program: 'csh', texts: ['Ambiguous output redirect'] },
  { program: 'yash', texts: ['YASH_LOADPATH'] },
  { program: 'sash', texts: ['Stand-alone shell (version'] },
  { program: 'elvish', texts: ['src.elv.sh/pkg/shell'] },
  { program: 'zsh', texts: ['zsh/parameter'] },
  { program: 'fish', texts: ['fish_default_key_bindings'] },
  // "apk-tools 2.14.4, compiled for x86_64."
  { program: 'apk', texts: ['apk-tools '], isNumbered: true },
  { program: 'dpkg', texts: [' package management program version '] },
  { program: 'apt', texts: ['APT::Get::'] },
  { program: 'rpm', texts: ['RPM version '] },
  { program: 'zypper', texts: ['ZypperBaseCommand'] },
  { program: 'pacman', texts: ['/etc/pacman.d/gnupg/'] },
];

/** Each carries one that contains dash's usage text, or is a superset of it. */
const NOT_DASH = ['busybox', 'bash', 'toybox'];

/** Where none of these is, no program is named. */
export const PROGRAM_TEXTS: readonly BytePattern[] = MARKS.flatMap(({ texts }) => texts.map((text) => ({ text })));
const ALL = new BytePatterns(PROGRAM_TEXTS);

/** Shells and package managers are a few megabytes; of a larger program the beginning is searched. */
const SEARCHED_BYTES = 16 * 1024 * 1024;
/** As much as a mark and what must follow it can take. */
const LONGEST = 64;

/** Looks for programs' own strings in an executable. */
export class ProgramMarks {
  readonly #found = new Set<string>();
  #seen = 0;

  /**
   * Searches a part of the program. Parts overlap, so that no text is cut in two; `mayHave` says whether one of
   * `PROGRAM_TEXTS` is in this part.
   */
  search(window: Buffer, mayHave: boolean): void {
    const isPassed = this.#seen > SEARCHED_BYTES;
    this.#seen += window.length;
    if (isPassed || !mayHave) return;
    for (let at = ALL.firstIn(window); at >= 0; at = ALL.firstIn(window, at + 1)) {
      const text = window.toString('latin1', at, at + LONGEST);
      for (const { program, texts, isNumbered } of MARKS) {
        const mark = texts.find((one) => text.startsWith(one));
        if (mark !== undefined && (isNumbered !== true || /^[0-9]/.test(text.slice(mark.length))))
          this.#found.add(program);
      }
    }
  }

  end(): readonly string[] {
    if (NOT_DASH.some((program) => this.#found.has(program))) this.#found.delete('dash');
    return [...this.#found];
  }
}
