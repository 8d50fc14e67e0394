import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from '@jest/globals';
import { readAnswers } from '../support/image/buildkit-answers.js';
import { PIN_CASES } from '../support/image/pin-cases.js';
import { pinDockerfile } from '../support/image/pin-dockerfile.js';
import { runBuildkit } from '../support/image/run-buildkit.js';
import { describeWithPeers } from '../support/process/peers.js';
import { sharedData } from '../support/shared-data.js';

const CASES = fileURLToPath(new URL('../build-files/dockerfile/buildkit-cases.jsonl', import.meta.url));

describeWithPeers(['buildkit-parse'], 'BuildKit reads what was pinned', () => {
  test('as the same images, each with the digest that was written where it was pinned', async () => {
    const files = [
      ...PIN_CASES.map(([name, text]) => [name, Buffer.from(text)] as const),
      ...corpus().map(({ id, content }) => [id, Buffer.from(content)] as const),
    ];
    const pinned = await Promise.all(files.map(async ([id, bytes]) => [id, await pinDockerfile(bytes)] as const));
    const changed = pinned.filter(([, file]) => file.pinned.length > 0);
    const before = runBuildkit(changed.map(([id, file]) => [id, file.before]));
    const after = runBuildkit(changed.map(([id, file]) => [id, file.after]));
    const wrong = changed.flatMap(([id, file]) => {
      const [was, is] = [before.get(id), after.get(id)];
      if (was === undefined || is === undefined) return [`${id} has no answer`];
      if (is.parse !== was.parse || is.error !== was.error) return [`${id}: ${is.parse ?? is.error}`];
      const digests = file.pinned.map(({ digest }) => digest);
      // The frontend reads the file and is no reference of it; a build that fails for other reasons pulls nothing.
      const pulled = is.error === undefined ? file.pinned : [];
      const written = pulled.filter(({ use }) => use.role !== 'frontend' && use.reachable);
      const missing = written.find(({ digest }) => !is.refs.some((ref) => ref.includes(`@${digest}`)));
      if (missing !== undefined) return [`${id}: ${missing.use.written} is not pulled by ${missing.digest}`];
      const plain = is.refs.map((ref) => digests.reduce((text, digest) => text.replace(`@${digest}`, ''), ref));
      const same = JSON.stringify([...new Set(plain)].sort()) === JSON.stringify([...new Set(was.refs)].sort());
      return same ? [] : [`${id}: ${is.refs.join(' ')} was ${was.refs.join(' ')}`];
    });
    process.stdout.write(
      `BuildKit read ${changed.length} of ${files.length} files before and after they were pinned\n`,
    );
    expect(wrong).toEqual([]);
    expect(changed.length).toBeGreaterThan(PIN_CASES.length + 20);
  });
});

function corpus() {
  try {
    readFileSync(sharedData('dockerfiles/README.md'));
    return [...readAnswers(CASES), ...readAnswers(sharedData('dockerfiles/corpus.jsonl'))];
  } catch {
    return readAnswers(CASES);
  }
}
