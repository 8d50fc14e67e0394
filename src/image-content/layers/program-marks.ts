/** Strings that a program carries whatever its file is called; each was looked up in the distributions' own builds. */
const MARKS: readonly { readonly program: string; readonly pattern: RegExp }[] = [
  // busybox prints "BusyBox v1.36.1 (date) multi-call binary."; scanners carry the text as well, without a number.
  { program: 'busybox', pattern: /BusyBox v[0-9]/ },
  { program: 'toybox', pattern: / multicall binary/ },
  { program: 'bash', pattern: /GNU bash, version / },
  { program: 'dash', pattern: /getopts optstring var/ },
  // lksh calls itself LEGACY.
  { program: 'mksh', pattern: /(?:MIRBSD|LEGACY) KSH/ },
  // AT&T's own, and 93u+m, which is what distributions ship now.
  { program: 'ksh', pattern: /AT&T Research\) 93|\(ksh 93u/ },
  { program: 'posh', pattern: /function not defined by %s/ },
  // tcsh says it as well.
  { program: 'csh', pattern: /Ambiguous output redirect/ },
  { program: 'yash', pattern: /YASH_LOADPATH/ },
  { program: 'sash', pattern: /Stand-alone shell \(version/ },
  { program: 'elvish', pattern: /src\.elv\.sh\/pkg\/shell/ },
  { program: 'zsh', pattern: /zsh\/parameter/ },
  { program: 'fish', pattern: /fish_default_key_bindings/ },
  // "apk-tools 2.14.4, compiled for x86_64."
  { program: 'apk', pattern: /apk-tools [0-9]/ },
  { program: 'dpkg', pattern: / package management program version / },
  { program: 'apt', pattern: /APT::Get::/ },
  { program: 'rpm', pattern: /RPM version / },
  { program: 'zypper', pattern: /ZypperBaseCommand/ },
  { program: 'pacman', pattern: /\/etc\/pacman\.d\/gnupg\// },
];

/** Each carries one that contains dash's usage text, or is a superset of it. */
const NOT_DASH = ['busybox', 'bash', 'toybox'];

/** All of them at once: one search in V8 goes through a file faster than one for each. */
const ANY_MARK = new RegExp(MARKS.map(({ pattern }) => pattern.source).join('|'), 'g');
/** Shells and package managers are a few megabytes; of a larger program the beginning is searched. */
const SEARCHED_BYTES = 16 * 1024 * 1024;
/** As much of a chunk's end as a mark and what must follow it can take. */
const OVERLAP = 64;

/** Short texts are thrown away cheaply; long ones would fill the old heap. */
const WINDOW = 64 * 1024;

/** Looks for programs' own strings in an executable that comes in chunks. */
export class ProgramMarks {
  readonly #found = new Set<string>();
  #tail: Buffer = Buffer.alloc(0);
  #seen = 0;

  write(chunk: Uint8Array): void {
    if (this.#seen > SEARCHED_BYTES) return;
    this.#seen += chunk.length;
    const bytes = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
    if (this.#tail.length > 0) this.#search(Buffer.concat([this.#tail, bytes.subarray(0, OVERLAP)]));
    this.#search(bytes);
    this.#tail = Buffer.from(Buffer.concat([this.#tail, bytes.subarray(-OVERLAP)]).subarray(-OVERLAP));
  }

  end(): readonly string[] {
    if (NOT_DASH.some((program) => this.#found.has(program))) this.#found.delete('dash');
    return [...this.#found];
  }

  #search(bytes: Buffer): void {
    for (let at = 0; at < bytes.length; at += WINDOW) {
      for (const [text] of bytes.toString('latin1', at, at + WINDOW + OVERLAP).matchAll(ANY_MARK)) {
        for (const { program, pattern } of MARKS) if (pattern.test(text)) this.#found.add(program);
      }
    }
  }
}
