// biome-ignore-all lint/suspicious/noTemplateCurlyInString: variables of Compose files
import fc from 'fast-check';

/** Files of a made project, by path: `compose.yaml`, and any of an override, `.env`, an extended and an included file. */
export type MadeProject = Readonly<Record<string, string>>;

type Lines = readonly string[];

const NAMES = ['web', 'api', 'base', 'db'] as const;
const VARIABLES = ['A', 'B', 'EMPTY', 'UNSET', 'CHAIN'] as const;

const TEXTS = 'alpine alpine:3.20 "quoted" \'it\'\'s\' "1.10" "a=b" -x v1 12e 0x a_b !!str\\ 1.10 .5e .a +x';
const TYPED =
  '1.10 010 1e3 0x1F true ~ null 0o17 1_000 08 .5 +7 -0 1.0 0b11 1.5e-7 123456789.5 -5 .5e1 12345678901234567890 1e6 123456.5 -0.0 0x8000000000000000';
const words = (list: string) => fc.constantFrom(...list.split(/(?<!\\) /).map((word) => word.replaceAll('\\ ', ' ')));

const braced = (inside: string) => `${'$'}{${inside}}`;

/** `wild` makes what Compose refuses, too. */
function interpolations(wild: boolean): fc.Arbitrary<string> {
  const operators = ['', ':-', '-', ':+', '+', 'plain', ...(wild ? [':?', '?'] : [])];
  const operands = ['', 'd', 'd-e', 'a:b', 'x$$y', 'p+q', 'r?', 'a=b', ...(wild ? ['{', '{}', 'a b'] : [])];
  return fc.letrec<{ expression: string; inner: string }>((tie) => ({
    expression: fc
      .tuple(
        fc.constantFrom(...VARIABLES),
        fc.constantFrom(...operators),
        tie('inner'),
        fc.constantFrom('', 'x', '/y', '$$', '-z', '$5', '$$A'),
      )
      .map(([name, operator, operand, after]) => {
        // The message of a missing value is interpolated only where it is shown.
        if (operator.endsWith('?')) return `${braced(`${name}${operator}no value`)}${after}`;
        if (operator === 'plain') return `$${name}${after.startsWith('x') ? '' : after}`;
        return `${braced(operator === '' ? name : `${name}${operator}${operand}`)}${after}`;
      }),
    inner: fc.oneof(
      { maxDepth: 3, depthSize: 'small' },
      fc.constantFrom(...operands),
      tie('expression'),
      fc.tuple(tie('expression'), tie('expression')).map(([one, other]) => `${one}${other}`),
    ),
  })).expression;
}

/** A tag that takes away what an earlier file says, now and then. */
const tags = fc.oneof(
  { weight: 12, arbitrary: fc.constant('') },
  { weight: 1, arbitrary: fc.constantFrom(' !reset null', ' !override') },
);

const isReset = (tag: string) => tag.includes('reset');
const indented = (lines: Lines) => lines.map((line) => `  ${line}`);
/** Tags within what is overridden are texts, which Compose then refuses in one file and not in another. */
const untagged = (lines: Lines) => lines.filter((line) => !isReset(line)).map((line) => line.replace(' !override', ''));
const block = (key: string, tag: string, lines: Lines): Lines => {
  if (isReset(tag)) return [`${key}:${tag}`];
  return [
    `${key}:${tag}`,
    ...indented(tag === '' ? lines : ['x-a: b', ...untagged(lines)].slice(key === 'build' ? 0 : 1)),
  ];
};

class Maker {
  readonly #wild: boolean;
  readonly #interpolation: fc.Arbitrary<string>;
  readonly #quoted: fc.Arbitrary<string>;
  readonly #text: fc.Arbitrary<string>;

  constructor(wild: boolean) {
    this.#wild = wild;
    this.#interpolation = interpolations(wild);
    this.#quoted = this.#interpolation.map((text) => `"${text}"`);
    const broken = ['"$"', '"$(x)"', '"$5"', '"a$$"', ...(wild ? ['"${"', '"${A"', '"${A:x}"'] : [])];
    this.#text = fc.oneof(
      { weight: 4, arbitrary: words(TEXTS) },
      { weight: 4, arbitrary: this.#quoted },
      { weight: 1, arbitrary: fc.constantFrom(...broken) },
      ...(wild ? [{ weight: 1, arbitrary: words(TYPED) }] : []),
    );
  }

  #arguments(): fc.Arbitrary<Lines> {
    const name = fc.constantFrom('BASE', 'A', 'TAG', 'UNSET', 'B', 'X_1');
    const value = fc.oneof(this.#text, words(TYPED), fc.constantFrom('', '""', ...(this.#wild ? ['[a]'] : [])));
    const map = fc
      .uniqueArray(fc.tuple(name, value), { selector: ([key]) => key, minLength: 1, maxLength: 4 })
      .map((pairs) => pairs.map(([key, text]) => `${key}: ${text}`));
    const item = fc.option(fc.oneof(this.#interpolation, fc.constantFrom('1.10', 'x', '', 'a=b')), { nil: undefined });
    const list = fc
      .array(fc.tuple(name, item), { minLength: 1, maxLength: 4 })
      .map((pairs) => pairs.map(([key, text]) => (text === undefined ? `- ${key}` : `- "${key}=${text}"`)))
      // The same item twice is refused.
      .map((lines) => (this.#wild ? lines : [...new Set(lines)]));
    return fc.oneof(map, list);
  }

  #contexts(): fc.Arbitrary<Lines> {
    const odd = this.#wild ? ['service:nobody', '5'] : [];
    const place = fc.constantFrom(
      './dir',
      '../up',
      'docker-image://alpine',
      'https://example.com/r.git',
      `"${braced('A')}/x"`,
      'sub/',
      'oci-layout://x',
      ...odd,
    );
    const pairs = fc.uniqueArray(fc.tuple(fc.constantFrom('src', 'other', 'alpine'), place), {
      selector: ([name]) => name,
      minLength: 1,
      maxLength: 3,
    });
    return fc.oneof(
      pairs.map((all) => all.map(([name, text]) => `${name}: ${text}`)),
      pairs.map((all) => all.map(([name, text]) => `- ${name}=${text.replaceAll('"', '')}`)),
    );
  }

  #line(key: string, ...texts: readonly string[]): fc.Arbitrary<Lines> {
    return fc
      .tuple(fc.oneof(fc.constantFrom(...texts), this.#text), tags)
      .map(([text, tag]) => [isReset(tag) ? `${key}:${tag}` : `${key}:${tag} ${text}`]);
  }

  #buildFields(): fc.Arbitrary<Lines> {
    const platforms = fc.uniqueArray(fc.constantFrom('linux/amd64', 'linux/arm64', `"linux/${braced('UNSET-386')}"`), {
      minLength: 1,
    });
    const others = [
      ['no_cache: true'],
      ['x-bake:', '  tags: [a]'],
      ['labels: [a=b]'],
      ...(this.#wild ? [['unknown: 1']] : []),
    ];
    return fc
      .record(
        {
          context: this.#line('context', '.', './app', '../x', 'a/b/', 'https://example.com/r.git#main', '/abs'),
          file: fc.oneof(
            {
              weight: 3,
              arbitrary: this.#line('dockerfile', 'Dockerfile', './x/Dockerfile', '../D', 'app.Dockerfile'),
            },
            {
              weight: this.#wild ? 1 : 0,
              arbitrary: fc.constantFrom(
                ['dockerfile_inline: |', '  FROM alpine', '  RUN echo $$HOME'],
                [`dockerfile_inline: "FROM ${braced('A:-x')}"`],
              ),
            },
          ),
          target: this.#line('target', 'dev', 'prod'),
          args: fc.tuple(tags, this.#arguments()).map(([tag, lines]) => block('args', tag, lines)),
          contexts: fc.tuple(tags, this.#contexts()).map(([tag, lines]) => block('additional_contexts', tag, lines)),
          platforms: fc.tuple(tags, platforms).map(([tag, all]) =>
            block(
              'platforms',
              tag,
              all.map((one) => `- ${one}`),
            ),
          ),
          other: fc.constantFrom(...others),
        },
        { requiredKeys: [] },
      )
      .map((fields) => Object.values(fields).flatMap((lines) => lines ?? []));
  }

  #build(): fc.Arbitrary<Lines> {
    const whole = fc
      .tuple(tags, this.#buildFields(), fc.boolean())
      .map(([tag, lines, merges]) =>
        block('build', tag, [
          ...(merges ? ['<<: *defaults'] : []),
          ...(lines.length === 0 && !merges ? ['context: .'] : lines),
        ]),
      );
    const inline = fc.constantFrom<Lines>(
      ['build:', '  dockerfile_inline: |', '    FROM alpine', '    RUN echo $$HOME'],
      ['build:', `  dockerfile_inline: "FROM ${braced('A:-x')}"`, '  args: [A]'],
    );
    const short = fc
      .constantFrom('.', './dir', `"${braced('A:-dir')}"`, 'https://example.com/r.git')
      .map((text) => [`build: ${text}`]);
    return fc.oneof(
      { weight: 1, arbitrary: short },
      { weight: this.#wild ? 2 : 0, arbitrary: inline },
      { weight: 6, arbitrary: whole },
    );
  }

  #service(isMain: boolean, bases: readonly string[], extendsFile: boolean): fc.Arbitrary<Lines> {
    const names = this.#wild ? NAMES : bases;
    const extended: fc.Arbitrary<Lines>[] = [
      fc.constant([]),
      ...(names.length === 0 ? [] : [fc.constantFrom(...names).map((name) => [`extends: ${name}`])]),
      ...(extendsFile
        ? [fc.constantFrom(...NAMES).map((name) => ['extends:', '  file: sub/common.yaml', `  service: ${name}`])]
        : []),
    ];
    return fc
      .record({
        build: fc.option(this.#build(), { nil: [], freq: 4 }),
        image: fc.option(
          fc.oneof(
            words('alpine nginx:1.27'),
            this.#quoted.map((text) => `"i${text.slice(1)}`),
          ),
          { nil: undefined },
        ),
        platform: fc.constantFrom(
          undefined,
          undefined,
          undefined,
          ...(this.#wild ? ['linux/amd64', 'linux/arm64'] : []),
        ),
        environment: fc.constantFrom<Lines>([], ['environment:', '  A: x'], ['environment: [A=1, B]']),
        extended: fc.oneof(
          { weight: 3, arbitrary: fc.constant<Lines>([]) },
          ...extended.map((arbitrary) => ({ weight: 1, arbitrary })),
        ),
        profiles: fc.constantFrom<Lines>([], [], [], ['profiles: [debug]']),
        merges: fc.boolean(),
      })
      .map(({ build, image, platform, environment, extended, profiles, merges }) => [
        ...(merges && isMain ? ['<<: [*service, *other]'] : []),
        ...(image === undefined && (build.length > 0 || !isMain || merges) ? [] : [`image: ${image ?? 'alpine'}`]),
        ...build,
        ...(platform === undefined ? [] : [`platform: ${platform}`]),
        ...environment,
        ...extended,
        ...profiles,
      ]);
  }

  file(isMain: boolean, names: readonly string[], extendsFile: boolean): fc.Arbitrary<string> {
    const services = names.map((name, index) =>
      this.#service(isMain, isMain ? names.slice(0, index) : [], extendsFile).map((lines) =>
        lines.length === 0 ? [`${name}: {}`] : [`${name}:`, ...indented(lines)],
      ),
    );
    const chosen = isMain ? fc.constant(names) : fc.subarray([...names], { minLength: 1 });
    return fc
      .tuple(chosen, ...services)
      .map(([kept, ...all]) => all.filter((_, index) => kept.includes(names[index] ?? '')))
      .map((all) => [...ANCHORS, 'services:', ...indented(all.flat()), ''].join('\n'));
  }
}

const ANCHORS = [
  'x-defaults: &defaults',
  '  target: merged',
  `  args: { BASE: m, A: "${braced('A')}" }`,
  'x-service: &service',
  '  image: merged',
  'x-other: &other',
  '  image: never',
  '  build: ./merged',
];

const INCLUDES: readonly Lines[] = [
  ['include: [sub/included.yaml]'],
  ['include:', '  - path: sub/included.yaml', '    project_directory: other'],
  ['include:', '  - path: [sub/included.yaml]', '    env_file: sub/other.env'],
];

const environmentFile = fc
  .array(
    fc.tuple(
      fc.constantFrom('A', 'B', 'EMPTY', 'CHAIN', 'export A', 'BASE', 'A ', ' B'),
      fc.constantFrom(
        '1',
        '"a b"',
        "'$A'",
        '',
        'x # c',
        `${braced('A')}-y`,
        '"l\\nm"',
        '$B',
        '"\\$A"',
        'a#b',
        '"q\\"r"',
        braced('NONE:-d'),
        ' y ',
        "'it'",
        '"\\0101"',
      ),
    ),
    { maxLength: 6 },
  )
  .map((pairs) => `# made\n${pairs.map(([name, text]) => `${name}=${text}`).join('\n')}\n`);

function projects(wild: boolean): fc.Arbitrary<MadeProject> {
  const maker = new Maker(wild);
  return fc
    .record({
      main: maker.file(true, NAMES, true),
      override: fc.option(maker.file(false, NAMES, true)),
      environment: fc.option(environmentFile),
      common: maker.file(true, NAMES, false),
      included: maker.file(true, ['inc', 'web'], false),
      includes: fc.option(fc.constantFrom(...INCLUDES), { nil: [], freq: 5 }),
      includedEnvironment: environmentFile,
    })
    .map(({ main, override, environment, common, included, includes, includedEnvironment }) => {
      const files = {
        'compose.yaml': [...includes, main].join('\n'),
        ...(override === null ? {} : { 'compose.override.yaml': override }),
      };
      const all = Object.values(files).join('');
      return {
        ...files,
        ...(environment === null ? {} : { '.env': environment }),
        ...(all.includes('sub/common.yaml') ? { 'sub/common.yaml': common } : {}),
        ...(includes.length === 0
          ? {}
          : {
              'sub/included.yaml': included,
              'sub/.env': includedEnvironment,
              'sub/other.env': 'A=other\n',
              'other/a': '',
            }),
      };
    });
}

/** Projects that Compose mostly reads, and some that it refuses. */
export const madeProjects: fc.Arbitrary<MadeProject> = fc.oneof(
  { weight: 4, arbitrary: projects(false) },
  { weight: 1, arbitrary: projects(true) },
);
