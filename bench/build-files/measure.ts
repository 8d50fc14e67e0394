// Reads all Dockerfiles of a corpus over and over, ours and dockerfile-ast in turns, and prints files per second.
import { readFileSync } from 'node:fs';
import { DockerfileParser } from 'dockerfile-ast';
import { readDockerfile } from '../../src/build-files/dockerfile/dockerfile.js';
import { DEFAULT_PLATFORM } from '../../src/references/platform.js';

const [corpus = '', rounds = '3', seconds = '3'] = process.argv.slice(2);
const contents = readFileSync(corpus, 'utf8')
  .split('\n')
  .filter((line) => line !== '')
  .map((line): string => JSON.parse(line).content);
const files = contents.map((content) => Buffer.from(content));
const options = { buildArgs: {}, buildContexts: {}, platforms: [DEFAULT_PLATFORM] };

function perSecond(pass: () => void): number {
  const start = performance.now();
  let read = 0;
  while (performance.now() - start < Number(seconds) * 1000) {
    pass();
    read += files.length;
  }
  return read / ((performance.now() - start) / 1000);
}

const readers: readonly (readonly [string, () => void])[] = [
  ['ours', () => files.forEach((file, index) => void readDockerfile(`${index}/Dockerfile`, file, options))],
  ['dockerfile-ast', () => contents.forEach((content) => void DockerfileParser.parse(content))],
];
const rates: Record<string, number[]> = {};
for (const [, pass] of readers) pass();
for (let round = 0; round < Number(rounds); round++)
  for (const [name, pass] of readers) rates[name] = [...(rates[name] ?? []), perSecond(pass)];
process.stdout.write(
  `${JSON.stringify({ files: files.length, bytes: files.reduce((sum, file) => sum + file.length, 0), rates })}\n`,
);
