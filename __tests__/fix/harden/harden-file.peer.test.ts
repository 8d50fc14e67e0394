import { existsSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import { formatReference, parseReference } from '../../../src/references/reference.js';
import { rules } from '../../../src/rules/index.js';
import { readAnswers } from '../../support/image/buildkit-answers.js';
import { chainguardPolicy, hardenDockerfile } from '../../support/image/harden-dockerfile.js';
import { runBuildkit } from '../../support/image/run-buildkit.js';
import { validPolicy } from '../../support/load-policy-text.js';
import { describeWithPeers } from '../../support/process/peers.js';
import { sharedData } from '../../support/shared-data.js';

const MADE = [
  'FROM debian:12\nRUN apt-get update \\\n  # tools\n && apt-get install -y curl\nCMD ["curl"]\n',
  'ARG BASE=python:3.13\nFROM $BASE AS a\nRUN true\nCMD ["python", "x.py"]\n',
];

describeWithPeers(['buildkit-parse'], 'BuildKit reads what was hardened', () => {
  test('without new errors, and pulls every image that was written', async () => {
    const policy = await validPolicy(chainguardPolicy('baseline'), { rules });
    const corpus = sharedData('dockerfiles/corpus.jsonl');
    const texts = [...MADE, ...(existsSync(corpus) ? readAnswers(corpus).map(({ content }) => content) : [])];
    const hardened = [];
    for (const text of texts) hardened.push(await hardenDockerfile(text, policy));
    const changed = hardened.filter(({ replaced }) => replaced.length > 0);
    const before = runBuildkit(changed.map((file, index) => [String(index), file.before]));
    const after = runBuildkit(changed.map((file, index) => [String(index), file.after]));
    const wrong = changed.flatMap(({ replaced }, index) => {
      const [was, is] = [before.get(String(index)), after.get(String(index))];
      if (was === undefined || is === undefined) return [`${index} has no answer`];
      if (is.parse !== was.parse || is.error !== was.error) return [`${index}: ${is.parse ?? is.error}`];
      const written = is.error === undefined ? replaced.flatMap(({ images }) => images) : [];
      return written.filter((image) => !is.refs.some((ref) => ref.startsWith(canonical(image))));
    });
    process.stdout.write(
      `BuildKit read ${changed.length} of ${texts.length} files before and after they were hardened\n`,
    );
    expect(wrong).toEqual([]);
    expect(changed.length).toBeGreaterThanOrEqual(MADE.length);
  });
});

function canonical(image: string): string {
  const parsed = parseReference(image);
  return parsed.ok ? formatReference(parsed.value) : image;
}
