// biome-ignore-all lint/suspicious/noTemplateCurlyInString: variables of Dockerfiles
import fc from 'fast-check';

/** What decides how a Dockerfile is read, in pieces that are worth putting anywhere. */
const PIECES = [
  ...[
    'FROM ',
    'COPY --from=',
    'RUN --mount=',
    'from=',
    'target=/x,',
    'type=cache,',
    'RUN ',
    'ARG ',
    'ENV ',
    'ONBUILD ',
  ],
  ...['<<EOF', 'EOF\n', '\nEOF\n', '<<-EOF', '<<"E O"', ' << ', '3<<X\n', '<', '<<<', '\\\n', '\\', '`\n', '`'],
  ...['# escape=`\n', '# syntax=a/b:1\n', '// syntax=x\n', '#!x\n', '#', '# c\n', '"', "'", '$', '${', '}', ':-', ':+'],
  ...[
    '##',
    '%%',
    '/',
    '//',
    '*',
    '?',
    '${A:-',
    '${A#',
    '${A%',
    '${A//',
    '${A/',
    '$A',
    '$B',
    '$TARGETARCH',
    'ARG A=b\n',
  ],
  ...[
    ' AS ',
    ' as x',
    'x',
    'alpine',
    'scratch',
    '0',
    '1',
    '-1',
    '+1',
    '\u00a0',
    '\u0085',
    '\v',
    '\f',
    '\r',
    '\r\n',
    '\n',
  ],
  ...[
    '\t',
    ' ',
    '\ufeff',
    '\u2028',
    'à',
    'ſ',
    'İ',
    '\u212a',
    '[',
    ']',
    '["a","b"]',
    '["a",1]',
    '[1e999]',
    ',',
    '=',
    '--',
  ],
  ...[
    ' -- ',
    '--link',
    '--platform=',
    '--platform=linux/arm64 ',
    '--network=none ',
    '--device=a,required ',
    '\0',
    '😀',
  ],
  ...['HEALTHCHECK --interval=1s CMD a\n', 'SHELL ["a"]\n', 'LABEL a b', 'VOLUME ["a"]', 'USER ', 'CMD ', 'COPY a b'],
];

const WORDS = [
  'a',
  'b',
  '$A',
  '${B}',
  '${A:-z}',
  '${B:+y}',
  '"q"',
  "'$A'",
  '\\$',
  '${A#*a}',
  '${B%%?}',
  '${A//a/$B}',
  '.',
  '-',
];

const word = fc.array(fc.constantFrom(...WORDS), { minLength: 1, maxLength: 3 }).map((parts) => parts.join(''));
const source = fc.constantFrom('s1', 's2', 'S1', '0', '1', '2', 'nginx', '$A', 'nginx$', 'scratch', '+0', '07');

const line = fc.oneof(
  fc.tuple(fc.constantFrom('A', 'B'), word).map(([name, value]) => `ARG ${name}=${value}`),
  word.map((base) => `FROM ${base}`),
  fc
    .tuple(fc.constantFrom('alpine', 's1', 's2', 'scratch', '$A'), fc.constantFrom('s1', 's2', 'S1', 'scratch'))
    .map(([base, name]) => `FROM ${base} AS ${name}`),
  source.map((from) => `COPY --from=${from} a b`),
  source.map((from) => `RUN --mount=from=${from},target=/x true`),
  source.map((from) => `ONBUILD COPY --from=${from} a b`),
  fc.constantFrom('RUN <<EOF\nx\nEOF', 'RUN <<-E\n\tE', 'COPY <<"a b" /x\na b', 'USER $A'),
);

const dockerfile = fc
  .tuple(fc.constantFrom('', '# escape=`\n'), fc.array(line, { minLength: 1, maxLength: 8 }))
  .map(([directive, lines]) => `${directive}FROM base\n${lines.join('\n')}\n`);

const edit = fc.record({
  at: fc.nat(1_000),
  remove: fc.constantFrom(0, 0, 0, 1, 5, 20),
  insert: fc.oneof(fc.constantFrom(...PIECES), fc.constant('')),
});

const byteEdit = fc.record({
  at: fc.nat(1_000),
  byte: fc.constantFrom(0x80, 0x85, 0xa0, 0xc3, 0xe2, 0xff, 0x00, 0x5c),
});

/** Dockerfiles, valid and broken: generated ones and `seeds`, with pieces put in and taken out, down to single bytes. */
export function mutatedDockerfiles(seeds: readonly string[]): fc.Arbitrary<Buffer> {
  const start = fc.oneof(dockerfile, fc.constantFrom(...seeds));
  const edits = fc.array(edit, { maxLength: 4 });
  const byteEdits = fc.oneof({ weight: 9, arbitrary: fc.constant([]) }, fc.array(byteEdit, { maxLength: 3 }));
  return fc.tuple(start, edits, byteEdits).map(([text, changes, bytes]) => {
    let changed = text;
    for (const { at, remove, insert } of changes) {
      const index = at % (changed.length + 1);
      changed = changed.slice(0, index) + insert + changed.slice(index + remove);
    }
    const buffer = Buffer.from(changed);
    for (const { at, byte } of bytes) if (buffer.length > 0) buffer[at % buffer.length] = byte;
    return buffer;
  });
}
