import { spawnSync } from 'node:child_process';

/** What BuildKit's own parser and build say of one Dockerfile. */
interface ParserAnswer {
  readonly id: string;
  readonly parse?: string;
  readonly error?: string;
  readonly refs: readonly string[];
}

/** What BuildKit itself asks a registry for, of each Dockerfile, every stage built. */
export function runBuildkit(
  files: readonly (readonly [id: string, bytes: Uint8Array])[],
): ReadonlyMap<string, ParserAnswer> {
  const input = files.map(([id, bytes]) =>
    JSON.stringify({ id, content: Buffer.from(bytes).toString('base64'), platform: 'linux/amd64', all: true }),
  );
  const { stdout, status, stderr } = spawnSync('buildkit-parse', {
    input: `${input.join('\n')}\n`,
    maxBuffer: 1 << 30,
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(stderr);
  const answers = stdout
    .split('\n')
    .filter((line) => line !== '')
    .map((line): ParserAnswer => JSON.parse(line));
  return new Map(answers.map((answer) => [answer.id, answer]));
}
