import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { devNull, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

/** A file's content, a link's target, or a submodule's commit. */
export type GitContent = string | Uint8Array | { readonly link: string } | { readonly submodule: string };

const ENVIRONMENT = {
  PATH: process.env['PATH'],
  HOME: tmpdir(),
  GIT_CONFIG_NOSYSTEM: '1',
  GIT_CONFIG_GLOBAL: devNull,
  LC_ALL: 'C',
};

const FULL_ID = /^[0-9a-f]{40}$/;
const STARTS_WITH_ID = /^[0-9a-f]{40}(?:$|[\^:])/;

/** A real git repository in a temporary directory, made when it is first used; its commits need no working tree. */
export class GitRepository {
  readonly #fixed = new Map<string, Buffer>();
  #directory: string | null = null;
  #clock = 1_700_000_000;

  get directory(): string {
    this.#directory ??= makeEmptyRepository();
    return this.#directory;
  }

  git(...args: readonly string[]): string {
    return this.#run(args, '').toString('utf8').trim();
  }

  /** The same for a command that names objects by full ids alone: what it prints can't change, so git runs once. */
  fixed(...args: readonly string[]): Buffer {
    const key = args.join('\0');
    const printed = this.#fixed.get(key) ?? this.#run(args, '');
    this.#fixed.set(key, printed);
    return printed;
  }

  /** A commit of exactly these files on a branch; without `parents`, it follows the branch's tip. Returns its id. */
  commit(
    branch: string,
    files: Readonly<Record<string, GitContent>>,
    options: { readonly parents?: readonly string[]; readonly message?: string } = {},
  ): string {
    const parents = options.parents ?? [this.tip(branch)].filter((tip) => tip !== null);
    const message = options.message ?? 'A change';
    const stamp = `A Committer <committer@example.com> ${++this.#clock} +0000`;
    const [from, ...merges] = parents;
    const chunks: (string | Uint8Array)[] = [
      `commit refs/heads/${branch}\nmark :1\ncommitter ${stamp}\ndata ${Buffer.byteLength(message)}\n${message}\n`,
      from === undefined ? '' : `from ${from}\n`,
      ...merges.map((merge) => `merge ${merge}\n`),
      'deleteall\n',
    ];
    for (const [path, content] of Object.entries(files)) {
      const quoted = JSON.stringify(path);
      if (typeof content === 'object' && 'submodule' in content) {
        chunks.push(`M 160000 ${content.submodule} ${quoted}\n`);
        continue;
      }
      const isLink = typeof content === 'object' && 'link' in content;
      const bytes = Buffer.from(isLink ? content.link : content);
      chunks.push(`M ${isLink ? '120000' : '100644'} inline ${quoted}\ndata ${bytes.byteLength}\n`, bytes, '\n');
    }
    chunks.push('get-mark :1\n');
    const input = Buffer.concat(chunks.map((chunk) => Buffer.from(chunk)));
    return this.#run(['fast-import', '--quiet', '--force'], input).toString('utf8').trim();
  }

  tip(branch: string): string | null {
    return this.resolve(`refs/heads/${branch}`);
  }

  /** Makes full names of references, such as `refs/pull/7/merge`, point to commits. Written as git does, without its start. */
  setRefs(refs: Readonly<Record<string, string>>): void {
    for (const [name, id] of Object.entries(refs)) {
      const file = join(this.directory, '.git', name);
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, `${id}\n`);
    }
  }

  /** Takes references away that `setRefs` made. */
  removeRefs(names: readonly string[]): void {
    for (const name of names) rmSync(join(this.directory, '.git', name));
  }

  /** The id a revision names, or null. */
  resolve(revision: string): string | null {
    const command = ['rev-parse', '--verify', '--quiet', '--end-of-options', revision];
    try {
      if (STARTS_WITH_ID.test(revision))
        return this.fixed(...command)
          .toString('utf8')
          .trim();
      return this.#looseRef(revision) ?? this.git(...command);
    } catch {
      return null;
    }
  }

  /** The last commit that both have, by their full ids; null where they have none in common. */
  mergeBase(one: string, other: string): string | null {
    if (one === other) return one;
    try {
      return this.fixed('merge-base', one, other).toString('utf8').trim();
    } catch {
      return null;
    }
  }

  /** The content of a blob, by its full id. */
  read(id: string): Buffer {
    return this.fixed('cat-file', 'blob', id);
  }

  remove(): void {
    if (this.#directory !== null) rmSync(this.#directory, { recursive: true, force: true });
  }

  /** What a reference has in a file of its own, which git prefers to all else; null where it has none. */
  #looseRef(name: string): string | null {
    if (!name.startsWith('refs/')) return null;
    try {
      const text = readFileSync(join(this.directory, '.git', name), 'utf8').trim();
      return FULL_ID.test(text) ? text : null;
    } catch {
      return null;
    }
  }

  #run(args: readonly string[], input: string | Buffer): Buffer {
    return runGit(this.directory, args, input);
  }
}

// Copying a repository's few files takes less time than starting git to make them.
let template: string | null = null;

function makeEmptyRepository(): string {
  if (template === null) {
    template = mkdtempSync(join(tmpdir(), 'gate-git-template-'));
    runGit(template, ['init', '--quiet', '--initial-branch=main', '--template='], '');
  }
  const directory = mkdtempSync(join(tmpdir(), 'gate-git-'));
  cpSync(template, directory, { recursive: true });
  return directory;
}

function runGit(directory: string, args: readonly string[], input: string | Buffer): Buffer {
  return execFileSync('git', ['-C', directory, ...args], {
    env: ENVIRONMENT,
    input,
    maxBuffer: 256 * 1024 * 1024,
    stdio: ['pipe', 'pipe', 'pipe'],
  });
}
