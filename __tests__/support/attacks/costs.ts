// biome-ignore-all lint/suspicious/noTemplateCurlyInString: variables of Dockerfiles
import { type AttackCase, type AttackGroup, type AttackPair, dockerfile, workflow } from './pair.js';

const PLAIN = 'FROM scratch\nUSER 65532\n';
const repeat = (count: number, line: (index: number) => string) => Array.from({ length: count }, (_, i) => line(i));
const pair = (what: string, made: (count: number) => AttackCase, attack: number, twin: number): AttackPair => ({
  what,
  attack: made(attack),
  twin: made(twin),
});
/** A build file of so many bytes, nearly all of them comments. */
const long = (bytes: number) => `${PLAIN}${`#${'x'.repeat(1022)}\n`.repeat(bytes / 1024)}`;
const KiB = 1024;

export const COSTS: AttackGroup = {
  item: 11,
  name: 'a pull request that takes more time than the job has',
  rules: ['readable-build-file', 'allowed-base'],
  pairs: [
    pair(
      'many costly patterns in .gitattributes over many build files',
      (count) => ({
        files: {
          '.gitattributes': repeat(count, (i) => `${'*a'.repeat(250)}${i}*e filter=x`).join('\n'),
          ...Object.fromEntries(repeat(20, (i) => `${'a'.repeat(200)}${i}/Dockerfile`).map((path) => [path, PLAIN])),
        },
      }),
      999,
      3,
    ),
    pair(
      'many builds of one long build file',
      (count) =>
        dockerfile(long(512 * KiB), workflow(repeat(count, (i) => `docker build --build-arg A=${i} .`).join('\n'))),
      90,
      2,
    ),
    pair('a build file that is too long', (count) => dockerfile(long(count * KiB)), 17 * KiB, 64),
    pair(
      'a workflow that is too long',
      (count) => dockerfile(PLAIN, workflow(`#${'x'.repeat(count)}`)),
      4_300_000,
      9_000,
    ),
    pair(
      'a script that is too long',
      (count) => dockerfile(PLAIN, { 'build.sh': `docker info\n#${'x'.repeat(count)}` }),
      1_100_000,
      9_000,
    ),
    pair(
      'variables that double',
      (count) => {
        const doubled = repeat(count, (i) => `ARG A${i + 1}=$A${i}$A${i}`);
        return dockerfile(`ARG A0=xx\n${doubled.join('\n')}\nFROM scratch\nLABEL x=$A${count}\nUSER 65532\n`);
      },
      20,
      4,
    ),
    pair(
      'an instruction with many flags',
      (count) => dockerfile(`${PLAIN}COPY ${'--link '.repeat(count)}a b\n`),
      10_100,
      1,
    ),
    pair(
      'many platforms and targets',
      (count) =>
        dockerfile(PLAIN, workflow(`docker build --platform ${repeat(count, (i) => `linux/a${i}`).join(',')} .`)),
      300,
      3,
    ),
  ],
};
