import { readFileSync } from 'node:fs';
import { readDockerfile } from '../../../src/build-files/dockerfile/dockerfile.js';
import { formatPlatform, parsePlatform, readablePlatforms } from '../../../src/references/platform.js';
import { formatReference } from '../../../src/references/reference.js';
import { textOfRange } from '../source-range.js';

/** What BuildKit said of one Dockerfile. */
interface BuildkitAnswer {
  readonly id: string;
  readonly content: string;
  readonly buildkit: {
    readonly parse_error?: string;
    readonly syntax?: string;
    readonly runs: Readonly<Record<string, { readonly refs: readonly string[]; readonly error?: string }>>;
  };
}

/** The Dockerfiles of a file of answers, one JSON object a line. */
export function readAnswers(path: string): readonly BuildkitAnswer[] {
  return readFileSync(path, 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line): BuildkitAnswer => JSON.parse(line));
}

/** Every way in which our reading of a Dockerfile differs from BuildKit's, in words. None is what we want. */
export function differences({ content, buildkit }: BuildkitAnswer): readonly string[] {
  const bytes = Buffer.from(content);
  return Object.entries(buildkit.runs).flatMap(([run, expected]) => {
    const [architecture, which] = run.split('/');
    const { file, uses } = readDockerfile('Dockerfile', bytes, {
      buildArgs: {},
      buildContexts: {},
      platforms: readablePlatforms([`linux/${architecture}`]),
    });
    const ranges = uses.flatMap((use) => {
      const cut = textOfRange(content, use);
      return cut === use.written ? [] : [`${use.written} is cut as ${cut}`];
    });
    const refused = buildkit.parse_error !== undefined;
    if (refused !== (file.status === 'unreadable')) return [...ranges, `${run}: ${file.status}: ${file.reason ?? ''}`];
    if (refused || expected.error !== undefined) return ranges;
    const frontend = uses.find((use) => use.instruction === 'SYNTAX')?.expanded;
    const pulled = uses.filter((use) => use.instruction !== 'SYNTAX' && (which === 'all' || use.reachable));
    const ours = pulled.map((use) => {
      const reference = use.reference === null ? `unresolved ${use.expanded}` : formatReference(use.reference);
      return `${reference} ${use.platform === null ? `linux/${architecture}` : formatPlatform(use.platform)}`;
    });
    const [had, wanted] = [new Set(ours), new Set(expected.refs.map(normalize))];
    return [
      ...ranges,
      ...(frontend === buildkit.syntax ? [] : [`${run}: frontend ${frontend}, not ${buildkit.syntax}`]),
      ...[...had].filter((text) => !wanted.has(text)).map((text) => `${run}: ${text} is not pulled`),
      ...[...wanted].filter((text) => !had.has(text)).map((text) => `${run}: ${text} is pulled`),
    ];
  });
}

/** The answers keep platforms as they were written (`linux/arm64/v8`). */
function normalize(text: string): string {
  const space = text.lastIndexOf(' ');
  const platform = parsePlatform(text.slice(space + 1));
  return platform.ok ? `${text.slice(0, space)} ${formatPlatform(platform.value)}` : text;
}
