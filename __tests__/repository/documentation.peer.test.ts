import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { expectDocument } from '../support/held-table.js';
import { makeImage } from '../support/image/image-maker.js';
import { writeLayout } from '../support/image/image-maker-layout.js';
import { fencedBlocks } from '../support/markdown-blocks.js';
import { builtBundle, compiledOnce } from '../support/process/bundle.js';
import { describeWithPeers } from '../support/process/peers.js';
import { zipOf } from '../support/registry/export-directory.js';
import { canaryRecord } from '../support/registry/osv-canary.js';
import { type PeerRegistry, run, startReferrersRegistry } from '../support/registry/registry-peers.js';
import { writeTrustedRoot } from '../support/signing/signature-search.js';
import { makeSigstore } from '../support/signing/sigstore-trust.js';

const root = fileURLToPath(new URL('../..', import.meta.url));
const HOST = 'registry.example.com';
const POLICY_PATH = '.github/base-image-gate.yml';
/** Needs a service that is not here, or installs something. */
const NOT_RUN = /^(?:gh|docker|kubectl|npm|npx (?!base-image-gate)|git|cd|alias|base-image-gate survey) |\$\(gh /;

const INTRODUCTION = `# Commands of the documentation, run

Every shell command of the README and the pages of docs/ that the gate's own program, cosign, notation or crane can run, in a repository whose one image is in a local registry, with the exit codes. Left out are lines that start with \`gh\`, \`docker\`, \`kubectl\`, \`npm\`, \`git\`, \`cd\` or \`alias\`, and \`survey\`, which asks GitHub. The signing page is run from nothing to a green check, once with cosign and once with notation. \`__tests__/repository/documentation.peer.test.ts\` makes this table.
`;

interface Ran {
  readonly line: string;
  readonly code: number;
  readonly output: string;
}

/** The commands of shell blocks, with continued lines and here-documents in one piece. */
function commandsOf(markdown: string): readonly string[] {
  return fencedBlocks(markdown, 'sh').flatMap((block) => {
    const commands: string[] = [];
    let open: string | null = null;
    for (const line of block.split('\n')) {
      const last = commands.at(-1);
      if (last !== undefined && (open !== null || last.endsWith('\\'))) {
        commands[commands.length - 1] = `${last}\n${line}`;
        if (line === open) open = null;
      } else if (line.trim() !== '' && !line.startsWith('#')) {
        commands.push(line);
        open = /<<'?(\w+)'?/.exec(line)?.[1] ?? null;
      }
    }
    return commands;
  });
}

const read = (path: string) => readFileSync(join(root, path), 'utf8');
const sectionOf = (page: string, title: string) =>
  page.split(/^## /m).find((section) => section.startsWith(title)) ?? '';

describeWithPeers(
  ['referrers-registry', 'crane', 'cosign', 'notation', 'bash', 'git'],
  'commands of the documentation',
  () => {
    let directory: string;
    let registry: PeerRegistry;
    let host: string;
    let trustedRoot: string;
    const image = { layers: [[{ path: 'etc/os-release', content: 'ID=wolfi\nVERSION_ID=20230201\n' }]] };

    beforeAll(async () => {
      directory = mkdtempSync(join(tmpdir(), 'documentation-'));
      registry = await startReferrersRegistry();
      // notation speaks plain HTTP to this name alone.
      host = registry.host.replace('127.0.0.1', 'localhost');
      await writeLayout(join(directory, 'base'), [{ content: await makeImage(image) }]);
      await run('crane', ['push', join(directory, 'base'), `${host}/acme/base:1`, '--insecure']);
      trustedRoot = writeTrustedRoot(JSON.stringify((await makeSigstore()).trustedRoot()));
      const programs: Readonly<Record<string, string>> = {
        'base-image-gate': `exec "${process.execPath}" "${builtBundle()}/cli.js" "$@"`,
        npx: 'exec "$@"',
        node: `exec "${process.execPath}" "$@"`,
      };
      for (const [name, text] of Object.entries(programs)) {
        const path = join(directory, 'bin', name);
        mkdirSync(dirname(path), { recursive: true });
        writeFileSync(path, `#!/bin/sh\n${text}\n`);
        chmodSync(path, 0o755);
      }
    });
    afterAll(async () => {
      await registry.close();
      rmSync(directory, { recursive: true, force: true, maxRetries: 5 });
    });

    /** A home with a repository that builds on the image, and with what pages name besides. */
    async function scene(files: Readonly<Record<string, string>>) {
      const home = mkdtempSync(join(directory, 'home-'));
      const repository = join(home, 'my-repository');
      const all = { Dockerfile: `FROM ${HOST}/acme/base:1\n`, ...files };
      for (const [path, text] of Object.entries(all)) write(join(repository, path), text.replaceAll(HOST, host));
      spawnSync('git', ['init', '--quiet', repository]);
      spawnSync('git', ['-C', repository, 'add', '.']);
      mkdirSync(join(home, 'base'));
      symlinkSync(builtBundle(), join(repository, 'dist'));
      symlinkSync(join(root, 'examples'), join(repository, 'examples'));
      for (const path of ['.zfunc', '.config/fish/completions']) mkdirSync(join(home, path), { recursive: true });
      writeFileSync(join(repository, 'trusted_root.json'), readFileSync(trustedRoot));
      mkdirSync(join(repository, 'osv'));
      writeFileSync(join(repository, 'osv/all.zip'), zipOf([canaryRecord('Wolfi')]));
      await writeLayout(join(repository, 'layouts/base'), [
        { content: await makeImage(image), name: `${host}/acme/base:1` },
      ]);
      return { home, repository };
    }

    function write(path: string, text: string): void {
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, text);
    }

    /** Runs commands one after the other in one shell. The registry has no TLS, which the policy has to say: no page does. */
    function runAll(
      { home, repository }: { home: string; repository: string },
      commands: readonly string[],
    ): readonly Ran[] {
      const registries = `registries: { "${host}": { private-network: true, insecure: true } }`;
      const lines = commands.map((command, index) => {
        const local = command.replaceAll(HOST, host).replaceAll('/etc/containers', join(home, 'containers'));
        return [
          `eval ${quoted(local)} > ../out-${index} 2>&1`,
          `echo $? > ../code-${index}`,
          `if test -f ${POLICY_PATH} && ! grep -q '^registries:' ${POLICY_PATH}; then printf '%s\\n' ${quoted(registries)} >> ${POLICY_PATH}; fi`,
        ].join('\n');
      });
      spawnSync('bash', ['-c', lines.join('\n')], {
        cwd: repository,
        env: {
          ...compiledOnce(),
          PATH: `${join(directory, 'bin')}:${process.env['PATH']}`,
          HOME: home,
          COSIGN_PASSWORD: '',
          NO_COLOR: '1',
        },
      });
      return commands.map((line, index) => ({
        line,
        code: Number(readFileSync(join(home, `code-${index}`), 'utf8')),
        output: readFileSync(join(home, `out-${index}`), 'utf8'),
      }));
    }

    const rows: (readonly [string, string, string])[] = [];
    const keep = (page: string, ran: readonly Ran[]) => {
      for (const { line, code } of ran) rows.push([page, `\`${line.split('\n')[0]}\``, String(code)]);
    };
    const failed = (ran: readonly Ran[], most: number) =>
      ran
        .filter(({ code }) => code > most)
        .map(({ line, code, output }) => ({ line, code, output: output.slice(0, 2000) }));

    test.each(['cosign, with a key', 'notation'])(
      'docs/signing.md leads from nothing to a green check with %s',
      async (way) => {
        const page = read('docs/signing.md');
        const made = await scene({ '.github/README.md': 'the policy lies here' });
        const section = sectionOf(page, way);
        const [policy] = fencedBlocks(section, 'yaml');
        const signed = runAll(made, [...commandsOf(sectionOf(page, '# ')), ...commandsOf(section)]);
        expect(failed(signed, 0)).toEqual([]);
        if (policy !== undefined) write(join(made.repository, POLICY_PATH), policy.replaceAll(HOST, host));
        const preface = commandsOf(page).slice(0, 2);
        const checked = runAll(made, ['true', ...preface, ...commandsOf(sectionOf(page, 'Check it'))]);
        expect(failed(checked, 0)).toEqual([]);
        expect(checked.at(-1)?.output).toMatch(/^PASS/m);
        keep(`docs/signing.md, ${way}`, [...signed, ...checked.slice(3)]);
      },
    );

    const pages = ['README.md', ...readdirSync(join(root, 'docs')).map((name) => `docs/${name}`)].filter(
      (path) => path.endsWith('.md') && path !== 'docs/signing.md',
    );
    const run_ = pages.map((path) => ({
      path,
      commands: commandsOf(read(path)).filter((line) => !NOT_RUN.test(line)),
    }));

    test.each(
      run_.filter(({ commands }) => commands.length > 0).sort((one, other) => (one.path < other.path ? -1 : 1)),
    )('every command of $path is one that the programs know', async ({ path, commands }) => {
      const policy = `version: 1\nallow:\n  - { image: "${HOST}/acme/**", signed: false, reason: built here }\nregistries: { "${HOST}": { private-network: true, insecure: true } }\n`;
      const cases = `version: 1\ncases:\n  - { name: ours, image: ${HOST}/acme/base:1, expect: pass }\n`;
      const isNew = path === 'docs/getting-started.md' || path === 'README.md';
      const made = await scene({
        ...(isNew ? {} : { [POLICY_PATH]: policy }),
        'policy.yml': policy,
        'proposed.yml': policy,
        'cases.yml': cases,
        '.github/base-image-gate.test.yml': cases,
      });
      const ran = runAll(made, commands);
      // A check may fail; what no program knows is usage, which exits with 3 or more.
      expect(failed(ran, 2)).toEqual([]);
      keep(path, ran);
    });

    test('docs/dev/commands.md says how each command ended', async () => {
      expect(existsSync(join(root, 'docs/dev'))).toBe(true);
      const counted = (page: string) => rows.filter(([name]) => name === page).length;
      const counts = `\nThe first report takes one command, \`npx base-image-gate check\`. From nothing to a green check with an own signed image takes ${counted('docs/signing.md, cosign, with a key')} commands and a policy of six lines with cosign, and ${counted('docs/signing.md, notation')} commands with notation.\n`;
      await expectDocument('dev/commands.md', `${INTRODUCTION}${counts}`, ['page', 'command', 'exit code'], rows);
    });
  },
);

function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
