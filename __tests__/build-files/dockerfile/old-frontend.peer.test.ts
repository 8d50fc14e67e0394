// biome-ignore-all lint/suspicious/noTemplateCurlyInString: variables of Dockerfiles
import { spawnSync } from 'node:child_process';
import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { formatReference } from '../../../src/references/reference.js';
import { mutatedDockerfiles } from '../../support/image/dockerfile-mutations.js';
import { read } from '../../support/image/read-dockerfile.js';
import { describeWithPeers } from '../../support/process/peers.js';

const FILES = 10_000;
const SEED = Number(process.env['OLD_FRONTEND_SEED'] ?? 20_261_130);

/** What __tests__/peers/buildkit-0.8-parse says of a file. */
interface PeerAnswer {
  readonly parse?: string;
  readonly error?: string;
  readonly refs: readonly string[];
}

const DIGEST = `sha256:${'1f'.repeat(32)}`;
const FRONTENDS = [
  ...['1.0', '1.0.2', '1.1', '1.2', '1.2.1', '1.3', '1.3.0', '1.0-experimental', '1.1.7-experimental', '1.2-labs'],
  ...['experimental', '1-experimental', 'master-experimental', '1.0.0-experimental'],
  ...['1.0', '1.2', '1.3', '1', '1.4', '1.7-labs', 'latest'].map((tag) => `${tag}@${DIGEST}`),
].map((tag) => `docker/dockerfile:${tag}`);

const header = fc
  .tuple(
    fc.constantFrom('# syntax=', '#syntax = ', '# escape=`\n# syntax=', '# SYNTAX='),
    fc.constantFrom('', 'docker.io/'),
    fc.constantFrom(
      ...FRONTENDS,
      `docker/dockerfile@${DIGEST}`,
      'registry.example/frontend:1',
      'docker/dockerfile-upstream:1.2',
    ),
  )
  .map((parts) => `${parts.join('')}\n`);

/** Names of heredocs whose last line an old frontend reads as an instruction, a comment or the end of one. */
const name = fc.constantFrom(
  'EOF',
  'EOF',
  'CMD',
  '"# end"',
  "'USER a'",
  '"RUN b"',
  '"FROM last"',
  '"COPY --from=tail a b"',
);
const image = fc.constantFrom(
  'alpine',
  'quay.io/a/b:1',
  'x:2',
  `y@${DIGEST}`,
  '$A',
  '${B:-z}',
  's1',
  's2',
  'scratch',
  '0',
);
const plain = fc.oneof(
  image.map((from) => `FROM ${from}`),
  fc.tuple(image, fc.constantFrom('s1', 's2', 'S3')).map(([from, stage]) => `FROM ${from} AS ${stage}`),
  image.map((from) => `COPY --from=${from} a b`),
  image.map((from) => `RUN --mount=type=bind,from=${from},target=/x true`),
  image.map((from) => `ONBUILD COPY --from=${from} a b`),
  image.map((from) => `ARG A=${from}`),
  image.map((from) => `ENV B ${from}`),
  fc.constantFrom(
    '# comment',
    '',
    'USER a',
    'RUN true \\',
    'ENV C="',
    'RUN echo "<<EOF"',
    'CMD cat <<EOF',
    'EOF',
    'A=1',
  ),
  fc.constantFrom(
    'FROM t$TARGETSTAGE',
    'FROM t${TARGETSTAGE:-none}',
    'FROM t$TARGETARCH AS s1',
    'ARG A B=x:2',
    'ARG TARGETSTAGE',
  ),
  fc.constantFrom(
    'FROM t${A#a}',
    'FROM t${A-a}',
    'FROM t${A+a}',
    'COPY --link --from=s1 a b',
    'COPY --from=$TARGETSTAGE a b',
  ),
);
const heredoc = fc
  .tuple(
    fc.constantFrom(
      'RUN ',
      'RUN cat ',
      'COPY ',
      'ADD ',
      'ONBUILD RUN ',
      'RUN --mount=from=m,target=/x ',
      'RUN a \\\n ',
    ),
    fc.constantFrom('<<', '<<-', '3<<', '<< ', '<<<', '"<<'),
    name,
    fc.constantFrom(' /x', ' > /x', '', ' \\', ' a b'),
    fc.array(plain, { maxLength: 4 }),
    fc.constantFrom('', '\t', 'RUN a \\\n', ' '),
    fc.boolean(),
  )
  .map(([keyword, operator, quoted, rest, body, before, closed]) =>
    [
      `${keyword}${operator}${quoted}${rest}`,
      ...body,
      ...(closed ? [`${before}${quoted.replaceAll(/["']/g, '')}`] : []),
    ].join('\n'),
  );
const made = fc
  .tuple(fc.constantFrom('', 'ARG A=arg\n'), fc.array(fc.oneof(plain, heredoc), { minLength: 1, maxLength: 6 }))
  .map(([args, lines]) => Buffer.from(`${args}FROM base\n${lines.join('\n')}\n`));
const mutated = mutatedDockerfiles(fc.sample(made, { numRuns: 300, seed: SEED }).map(String));
const dockerfile = fc
  .tuple(header, fc.oneof({ weight: 2, arbitrary: made }, mutated))
  .map(([syntax, rest]) => Buffer.concat([Buffer.from(syntax), rest]));

const NO_BUILD: PeerAnswer = { error: 'the frontend crashes', refs: [] };

/** Asks for each file. BuildKit 0.8 crashes on some circles of stages, so it is started again after such a file. */
function query(files: readonly Buffer[]): readonly PeerAnswer[] {
  const questions = files.map((file, id) => JSON.stringify({ id: String(id), content: file.toString('base64') }));
  const answers: PeerAnswer[] = [];
  while (answers.length < questions.length) {
    const input = questions.slice(answers.length).join('\n');
    const { stdout, status } = spawnSync('buildkit-0.8-parse', { input, encoding: 'utf8', maxBuffer: 1e9 });
    const lines = stdout.split('\n').filter((line) => line !== '');
    answers.push(...lines.map((line): PeerAnswer => JSON.parse(line)));
    if (status !== 0) answers.push(NO_BUILD);
  }
  return answers;
}

/** The images that our reading of a file lists, without the frontend. */
function listed(file: Buffer): ReadonlySet<string> {
  const { uses } = read(file);
  return new Set(
    uses.flatMap(({ instruction, reference }) =>
      instruction === 'SYNTAX' || reference === null ? [] : [formatReference(reference)],
    ),
  );
}

describeWithPeers(['buildkit-0.8-parse'], 'the frontend of BuildKit 0.8 pulls no image that we do not list', () => {
  test(`${FILES} files that name an old frontend hide none`, () => {
    const files = fc.sample(dockerfile, { numRuns: FILES, seed: SEED });
    const answers = query(files);
    expect(answers).toHaveLength(files.length);
    const hidden = files.flatMap((file, index) => {
      const ours = listed(file);
      const missing = answers[index]?.refs.filter((reference) => !ours.has(reference)) ?? [];
      return missing.length > 0 ? [`${JSON.stringify(file.toString('latin1'))}: ${missing}`] : [];
    });
    expect(hidden).toEqual([]);
    // The files say something: the old frontend builds many of them.
    const built = answers.filter(({ parse, error }) => parse === undefined && error === undefined);
    expect(built.length).toBeGreaterThan(2_000);
    expect(built.flatMap(({ refs }) => refs).length).toBeGreaterThan(3_000);
  }, 120_000);
});
