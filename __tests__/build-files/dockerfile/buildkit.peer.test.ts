import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { formatPlatform, readablePlatforms } from '../../../src/references/platform.js';
import { formatReference } from '../../../src/references/reference.js';
import { readAnswers } from '../../support/image/buildkit-answers.js';
import { mutatedDockerfiles } from '../../support/image/dockerfile-mutations.js';
import { read } from '../../support/image/read-dockerfile.js';
import { describeWithPeers } from '../../support/process/peers.js';

const CASES = readAnswers(fileURLToPath(new URL('./buildkit-cases.jsonl', import.meta.url)));
const FILES = 10_000;
const SEED = 20_260_821;

/** What bench/peers/buildkit-parse says of a file. */
interface PeerAnswer {
  readonly parse?: string;
  readonly error?: string;
  readonly syntax?: string;
  readonly refs: readonly string[];
}

function query(files: readonly Buffer[], platform: string): readonly PeerAnswer[] {
  const questions = files.map((file, id) =>
    JSON.stringify({ id: String(id), content: file.toString('base64'), platform, all: false }),
  );
  const run = spawnSync('buildkit-parse', { input: questions.join('\n'), encoding: 'utf8', maxBuffer: 1e9 });
  return run.stdout
    .split('\n')
    .filter((line) => line !== '')
    .map((line): PeerAnswer => JSON.parse(line));
}

/** How our reading of a file differs from BuildKit's, in words; `undefined` where it does not. */
function difference(file: Buffer, platform: string, peer: PeerAnswer): string | undefined {
  const { file: status, uses } = read(file, { platforms: readablePlatforms([platform]) });
  if ((peer.parse !== undefined) !== (status.status === 'unreadable'))
    return `${peer.parse ?? 'read'} there, ${status.reason ?? 'read'} here`;
  const frontend = uses.find((use) => use.instruction === 'SYNTAX')?.expanded;
  if (frontend !== peer.syntax) return `frontend ${peer.syntax} there, ${frontend} here`;
  if (peer.parse !== undefined) return undefined;
  const reachable = uses.filter((use) => use.reachable && use.instruction !== 'SYNTAX');
  const unknown = reachable.flatMap((use) => use.unresolved ?? []);
  const ours = new Set(
    reachable.flatMap((use) =>
      use.reference === null
        ? []
        : [`${formatReference(use.reference)} ${use.platform === null ? platform : formatPlatform(use.platform)}`],
    ),
  );
  const hidden = peer.refs.filter((reference) => !ours.has(reference));
  if (peer.error !== undefined) return hidden.length > 0 && unknown.length === 0 ? `hidden: ${hidden}` : undefined;
  if (unknown.length > 0) return `unresolved: ${unknown}`;
  // What only a trigger reaches, BuildKit pulls without asking for its configuration first.
  const more = file.includes('ON') || file.includes('on') ? [] : [...ours].filter((text) => !peer.refs.includes(text));
  return hidden.length + more.length > 0 ? `hidden: ${hidden}; not pulled: ${more}` : undefined;
}

describeWithPeers(['buildkit-parse'], 'BuildKit reads broken and odd Dockerfiles as we do', () => {
  test.each(['linux/amd64', 'linux/arm/v7'])(
    `${FILES} of them, for %s`,
    (platform) => {
      const seeds = CASES.map(({ content }) => content);
      const files = fc
        .sample(mutatedDockerfiles(seeds), { numRuns: FILES, seed: SEED })
        .filter((file) => file.length > 0);
      const answers = query(files, platform);
      expect(answers).toHaveLength(files.length);
      expect(answers.filter((answer) => answer.parse === undefined).length).toBeGreaterThan(1_000);
      const different = files.flatMap((file, index) => {
        const answer = answers[index];
        const text = answer === undefined ? 'no answer' : difference(file, platform, answer);
        return text === undefined ? [] : [`${JSON.stringify(file.toString('latin1'))}: ${text}`];
      });
      expect(different).toEqual([]);
    },
    120_000,
  );
});
