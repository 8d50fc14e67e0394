import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { devNull, tmpdir } from 'node:os';
import { join } from 'node:path';

/** A file's content, a link's target, or a submodule's commit. */
export type GitContent = string | Uint8Array | { readonly link: string } | { readonly submodule: string };

const ENVIRONMENT = {
  PATH: process.env['PATH'],
  HOME: tmpdir(),
  GIT_CONFIG_NOSYSTEM: '1',
  GIT_CONFIG_GLOBAL: devNull,
  LC_ALL: 'C',
};

/** A real git repository in a temporary directory; its commits are made without a working tree. */
export class GitRepository {
  readonly directory: string;
  #clock = 1_700_000_000;

  constructor() {
    this.directory = mkdtempSync(join(tmpdir(), 'gate-git-'));
    this.git('init', '--quiet', '--initial-branch=main');
  }

  git(...args: readonly string[]): string {
    return this.#run(args, '').toString('utf8').trim();
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
      `commit refs/heads/${branch}\ncommitter ${stamp}\ndata ${Buffer.byteLength(message)}\n${message}\n`,
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
    this.#run(['fast-import', '--quiet', '--force'], Buffer.concat(chunks.map((chunk) => Buffer.from(chunk))));
    const tip = this.tip(branch);
    if (tip === null) throw new Error(`git made no commit on ${branch}`);
    return tip;
  }

  tip(branch: string): string | null {
    return this.resolve(`refs/heads/${branch}`);
  }

  /** The id a revision names, or null. */
  resolve(revision: string): string | null {
    try {
      return this.git('rev-parse', '--verify', '--quiet', '--end-of-options', revision);
    } catch {
      return null;
    }
  }

  read(object: string): Buffer {
    return this.#run(['cat-file', 'blob', object], '');
  }

  remove(): void {
    rmSync(this.directory, { recursive: true, force: true });
  }

  #run(args: readonly string[], input: string | Buffer): Buffer {
    return execFileSync('git', ['-C', this.directory, ...args], {
      env: ENVIRONMENT,
      input,
      maxBuffer: 256 * 1024 * 1024,
      stdio: ['pipe', 'pipe', 'pipe'],
    });
  }
}
