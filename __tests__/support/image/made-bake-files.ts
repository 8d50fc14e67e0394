// biome-ignore-all lint/suspicious/noTemplateCurlyInString: HCL has the syntax of template strings.

/** Files of one bake definition, made from a number. */
export interface MadeBakeFiles {
  readonly files: readonly { readonly name: string; readonly text: string }[];
  readonly variables: Readonly<Record<string, string>>;
}

type Kind = 'text' | 'number' | 'bool' | 'list' | 'map';

/**
 * Makes a bake definition that uses what the language has: variables, functions, templates, `for`, conditionals,
 * splats, matrices, `inherits`, overrides by a second file. One in eight has a fault, as a person or an attacker makes
 * it. The same number always gives the same files.
 */
export function makeBakeFiles(seed: number): MadeBakeFiles {
  const maker = new Maker(seed);
  const text = maker.file();
  const files = maker.chance(8) ? [{ name: 'compose.yaml', text: maker.compose() }] : [];
  files.push({ name: 'docker-bake.hcl', text: maker.chance(8) ? maker.spoiled(text) : text });
  if (maker.chance(4)) files.push({ name: 'docker-bake.override.hcl', text: maker.targets() });
  if (maker.chance(6)) files.push({ name: 'docker-bake.override.json', text: maker.json() });
  return { files, variables: maker.chance(5) ? { V0: maker.pick(['given', '7', 'true', 'a,b', '']) } : {} };
}

const WORDS = [
  'app',
  'a b',
  '1.20',
  '',
  '3',
  'x/y:z',
  'éü',
  'true',
  'docker-image://alpine:3.20',
  'A-b_c',
  '${x}',
  '%',
];
const VARIABLES = ['V0', 'V1', 'V2', 'V3', 'L0', 'M0'];

class Maker {
  #state: number;
  #names: readonly string[] = [];
  /** Whether expressions that have no value have another to fall back to: most definitions are to be valid. */
  #isCareful = false;

  constructor(seed: number) {
    this.#state = seed | 0;
  }

  #next(): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0;
    let value = Math.imul(this.#state ^ (this.#state >>> 15), 1 | this.#state);
    value = (value + Math.imul(value ^ (value >>> 7), 61 | value)) ^ value;
    return (value ^ (value >>> 14)) >>> 0;
  }

  number(below: number): number {
    return this.#next() % below;
  }

  chance(oneIn: number): boolean {
    return this.number(oneIn) === 0;
  }

  pick<T>(from: readonly [T, ...T[]] | readonly T[]): T {
    const found = from[this.number(from.length)];
    if (found === undefined) throw new Error('nothing to pick from');
    return found;
  }

  #times<T>(most: number, make: (index: number) => T): T[] {
    return Array.from({ length: this.number(most + 1) }, (_, index) => make(index));
  }

  file(): string {
    this.#isCareful = !this.chance(4);
    const functions = [
      'function "f0" {\n  params = [a]\n  result = "f-${a}"\n}',
      'function "f1" {\n  params = [a, b]\n  variadic_params = rest\n  result = "${a}/${b}/${length(rest)}"\n}',
    ];
    return [...VARIABLES.map((name) => this.#variable(name)), ...functions, this.targets(), this.#group()].join('\n\n');
  }

  targets(): string {
    return this.#times(4, (index) => this.#target(`t${index}`)).join('\n\n');
  }

  #group(): string {
    return `group "default" {\n  targets = ["t0"${this.chance(3) ? ', "t1"' : ''}]\n}`;
  }

  #variable(name: string): string {
    if (name === 'L0') return `variable "L0" {\n  default = [${this.#times(3, () => this.#quoted()).join(', ')}]\n}`;
    if (name === 'M0') return 'variable "M0" {\n  default = {\n    a = "1"\n    b = "2"\n  }\n}';
    const kind = this.pick(['none', 'text', 'number', 'bool', 'null', 'typed']);
    if (kind === 'none') return `variable "${name}" {}`;
    if (kind === 'null') return `variable "${name}" {\n  default = null\n}`;
    if (kind === 'number') return `variable "${name}" {\n  default = ${this.pick(['1', '1.50', '0', '1e3', '-4'])}\n}`;
    if (kind === 'bool') return `variable "${name}" {\n  default = ${this.pick(['true', 'false'])}\n}`;
    if (kind === 'typed')
      return `variable "${name}" {\n  type = ${this.pick(['string', 'number', 'list(string)', 'any'])}\n${this.chance(2) ? `  default = ${this.pick(['"7"', '8', '["a"]'])}\n` : ''}}`;
    return `variable "${name}" {\n  default = ${this.#quoted()}\n}`;
  }

  #target(name: string): string {
    const lines: string[] = [];
    this.#names = [];
    if (this.chance(4)) {
      this.#names = ['v', 'w'];
      lines.push(
        `  name = "${name}-\${v}-\${w.n}"`,
        `  matrix = {\n    v = ["a", "b"]\n    w = [{ n = "1" }, { n = ${this.pick(['"2"', '2'])} }]\n  }`,
      );
    }
    const field = (line: string) => {
      if (this.chance(3)) lines.push(`  ${line}`);
    };
    field(
      `context = ${this.pick(['"."', '"dir/../sub"', '"cwd://x"', 'BAKE_CMD_CONTEXT', 'null', this.#guarded(this.expression('text', 2), '"."')])}`,
    );
    field(
      `dockerfile = ${this.pick(['"Dockerfile.x"', '"../Dockerfile"', 'null', this.#guarded(this.expression('text', 2), '"Dockerfile"')])}`,
    );
    field(`target = ${this.#guarded(this.expression('text', 3), '"final"')}`);
    field(`inherits = [${this.pick(['"t0"', '"t1"', '"t0", "t1"', ''])}]`);
    field(
      `platforms = ${this.pick(['["linux/amd64"]', '["linux/amd64", "linux/arm64/v8"]', '[]', 'null', this.#isCareful ? '[BAKE_CMD_CONTEXT == "" ? "local" : "linux/386"]' : 'L0'])}`,
    );
    field(
      `contexts = {\n    base = ${this.pick(['"docker-image://alpine"', '"target:t0"', '""', this.#guarded(this.expression('text', 2), '"sub"')])}\n  }`,
    );
    field(`tags = ${this.#guarded(this.expression('list', 2), '[]', 'list(string)')}`);
    field(`args = ${this.#guarded(this.expression('map', 2), '{}', 'map(string)')}`);
    if (this.chance(8)) lines.push(`  dockerfile-inline = ${this.#heredoc()}`);
    lines.push(
      `  args = {\n${this.#times(5, (index) => `    A${index} = ${this.#guarded(this.expression(this.pick(['text', 'number', 'bool']), 3), '"none"')}`).join('\n')}\n  }`,
    );
    return `target "${name}" {\n${distinctFields(lines).join('\n')}\n}`;
  }

  #guarded(expression: string, otherwise: string, type = 'string'): string {
    return this.#isCareful ? `try(convert(${expression}, ${type}), ${otherwise})` : expression;
  }

  #quoted(): string {
    return `"${this.pick(WORDS).replaceAll('${', '$${')}"`;
  }

  #heredoc(): string {
    const body = [
      `FROM \${${this.expression('text', 1)}}`,
      '  RUN echo $HOME $${x}',
      '%{ if true ~}',
      ' a',
      '%{ endif }',
      '',
    ];
    return `${this.pick(['<<EOT', '<<-EOT'])}\n${body.map((line) => `${' '.repeat(this.number(4))}${line}`).join('\n')}\nEOT`;
  }

  expression(kind: Kind, depth: number): string {
    const inner = (other: Kind) => this.expression(other, depth - 1);
    if (depth <= 0) return this.#simple(kind);
    if (this.chance(6)) return `${inner('bool')} ? ${inner(kind)} : ${inner(kind)}`;
    if (this.chance(10)) return `(${inner(kind)})`;
    if (this.chance(20)) return `try(${inner(kind)}, ${inner(kind)})`;
    if (this.chance(25)) return this.pick(VARIABLES);
    switch (kind) {
      case 'text':
        return this.#text(inner);
      case 'number':
        return this.#number(inner);
      case 'bool':
        return this.#bool(inner);
      case 'list':
        return this.#list(inner);
      case 'map':
        return this.#map(inner);
    }
  }

  #simple(kind: Kind): string {
    const own = this.#names.includes('v') && this.chance(3) ? 'v' : undefined;
    switch (kind) {
      case 'text':
        return own ?? this.pick([this.#quoted(), 'V0', 'V1', 'M0.a', 'M0["b"]', 'L0[0]']);
      case 'number':
        return this.pick(['0', '1', '2.5', '1e2', '10', '0.5']);
      case 'bool':
        return this.pick(['true', 'false', 'V0 == "3"', 'V1 != ""', 'V2 == null']);
      case 'list':
        return this.pick(['L0', '[]', '["a", "b"]', '["z", "a", "a"]', 'keys(M0)']);
      case 'map':
        return this.pick(['M0', '{}', '{ k = "v" }', '{ "q" : 1, r = null }']);
    }
  }

  #text(inner: (kind: Kind) => string): string {
    return this.pick([
      () => `"${this.pick(['p-', '', ' '])}\${${inner('text')}}${this.pick(['', '-s', '$$', '%%'])}"`,
      () => `"\${~ ${inner('text')} ~} \${${inner('number')}}"`,
      () => `"%{ if ${inner('bool')} }y%{ else }n%{ endif }"`,
      () => `"%{ for x in ${inner('list')} }<\${x}>%{ endfor }"`,
      () => `join(${this.pick(['"-"', '","'])}, ${inner('list')})`,
      () => `replace(${inner('text')}, ${this.#quoted()}, ${this.#quoted()})`,
      () =>
        `${this.pick(['upper', 'lower', 'title', 'trimspace', 'md5', 'sha256', 'base64encode', 'urlencode', 'sanitize', 'basename', 'dirname', 'reverse', 'chomp', 'jsonencode', 'f0'])}(${inner('text')})`,
      () =>
        `${this.pick(['trim', 'trimprefix', 'trimsuffix'])}(${inner('text')}, ${this.pick(['"a"', '"docker-"', '" "'])})`,
      () =>
        `format(${this.pick(['"%s-%v"', '"%5s|%-4v"', '"%q%v"', '"%v/%s"'])}, ${inner('text')}, ${inner('number')})`,
      () => `format(${this.pick(['"%d"', '"%03d"', '"%.2f"', '"%x"', '"%+d"', '"%6.1f"'])}, ${inner('number')})`,
      () => `substr(${inner('text')}, ${this.pick(['0', '1', '-2'])}, ${this.pick(['1', '3', '-1', '0'])})`,
      () => `lookup(${inner('map')}, ${this.pick(['"a"', '"k"', '"none"'])}, "fallback")`,
      () => `element(${inner('list')}, ${inner('number')})`,
      () =>
        `regex_replace(${inner('text')}, ${this.pick(['"[a-z]+"', '"(\\\\d)"', '"x*"'])}, ${this.pick(['"-"', '"<$1>"', '""'])})`,
      () =>
        `regex(${this.pick(['"^[^-]*"', '"([a-z]).*"', '"(?P<n>.)"'])}, ${inner('text')})${this.pick(['', '[0]', '.n'])}`,
      () => `f1(${inner('text')}, ${inner('text')}${this.chance(2) ? `, ${inner('list')}...` : ''})`,
      () => `coalesce(null, ${inner('text')})`,
      () => `${inner('list')}[${this.pick(['0', '1', 'length(L0)'])}]`,
      () => `strlen(${inner('text')})`,
      () => `convert(${inner('number')}, string)`,
    ])();
  }

  #number(inner: (kind: Kind) => string): string {
    return this.pick([
      () => `${inner('number')} ${this.pick(['+', '-', '*', '%'])} ${inner('number')}`,
      () => `-${inner('number')}`,
      () => `length(${inner('list')})`,
      () => `strlen(${inner('text')})`,
      () => `${this.pick(['ceil', 'floor', 'absolute', 'signum', 'int', 'negate'])}(${inner('number')})`,
      () => `${this.pick(['max', 'min', 'add', 'subtract', 'multiply'])}(${inner('number')}, ${inner('number')})`,
      () => `parseint(${this.pick(['"17"', '"ff"', '"0x1"'])}, ${this.pick(['10', '16'])})`,
      () => `pow(${inner('number')}, 2)`,
    ])();
  }

  #bool(inner: (kind: Kind) => string): string {
    const kind = this.pick<Kind>(['text', 'number', 'bool', 'list']);
    return this.pick([
      () => `${inner(kind)} ${this.pick(['==', '!='])} ${inner(kind)}`,
      () => `${inner('number')} ${this.pick(['<', '<=', '>', '>='])} ${inner('number')}`,
      () => `${inner('bool')} ${this.pick(['&&', '||'])} ${inner('bool')}`,
      () => `!${inner('bool')}`,
      () => `contains(${inner('list')}, ${inner('text')})`,
      () => `can(${inner(kind)})`,
      () => `length(regexall("[0-9]", ${inner('text')})) > 0`,
      () => `${this.pick(['equal', 'notequal'])}(${inner(kind)}, ${inner(kind)})`,
    ])();
  }

  #list(inner: (kind: Kind) => string): string {
    return this.pick([
      () => `[${this.#times(3, () => inner('text')).join(', ')}]`,
      () =>
        `[for x in ${inner('list')}: ${this.pick(['x', '"${x}!"', 'upper(x)'])}${this.chance(2) ? ' if x != "a"' : ''}]`,
      () => `[for k, v in ${inner('map')}: "\${k}=\${v == null ? "" : v}"]`,
      () => `split(${this.pick(['","', '"."', '""', '" "'])}, ${inner('text')})`,
      () => `concat(${inner('list')}, ${inner('list')})`,
      () => `${this.pick(['distinct', 'reverselist', 'sort', 'compact', 'flatten'])}(${inner('list')})`,
      () => `flatten([${inner('list')}, ${inner('list')}])`,
      () => `slice(${inner('list')}, 0, ${this.pick(['1', '2'])})`,
      () => `formatlist("%s:x", ${inner('list')})`,
      () => `${this.pick(['keys', 'values'])}(${inner('map')})`,
      () => `[{ n = ${inner('text')} }, { n = "o" }]${this.pick(['[*].n', '.*.n'])}`,
      () => `range(${inner('number')})`,
      () => `regexall(${this.pick(['"[a-z]"', '"x*"', '"b|a"'])}, ${inner('text')})`,
      () => `coalescelist(${inner('list')}, ["d"])`,
      () => `[for s in setproduct(${inner('list')}, ["p"]): join("", s)]`,
      () => `setsubtract(${inner('list')}, ["a"])`,
      () => `setunion(${inner('list')}, ${inner('list')})`,
    ])();
  }

  #map(inner: (kind: Kind) => string): string {
    return this.pick([
      () =>
        `{\n${this.#times(3, (index) => `      ${this.pick([`K${index}`, `"k ${index}"`, '(V3)', 'true'])} = ${inner('text')}`).join('\n')}\n    }`,
      () => `{ for x in ${inner('list')} : ${this.pick(['x', '"k${x}"'])} => ${inner('text')} }`,
      () => `{ for x in ${inner('list')} : substr(x, 0, 1) => x... }`,
      () => `merge(${inner('map')}, ${inner('map')})`,
      () => `zipmap(["y", "z"], ${inner('list')})`,
      () => `{ for k, v in ${inner('map')} : upper(k) => v }`,
    ])();
  }

  /** The text with one change that often makes it invalid. */
  spoiled(text: string): string {
    const at = this.number(text.length + 1);
    const more = this.pick([
      '"',
      '{',
      '}',
      '\n',
      ',',
      '$',
      '${',
      '%{',
      '~}',
      '=',
      '(',
      ']',
      '#',
      '/*',
      '\\',
      '<<E\n',
      "'",
      '\0',
      '::',
      '...',
    ]);
    return this.chance(2)
      ? `${text.slice(0, at)}${more}${text.slice(at)}`
      : `${text.slice(0, at)}${text.slice(at + 1 + this.number(3))}`;
  }

  /** A Compose file with what bake adds to Compose: names with points, `x-bake`, arguments of the environment. */
  compose(): string {
    const services = this.#times(3, (index) => {
      const lines = ['    build:', `      context: ${this.pick(['.', './dir', '../up'])}`];
      if (this.chance(2)) lines.push('      args:', '        - GIVEN=1', '        - LEFT', '        - V0');
      if (this.chance(3)) lines.push(`      dockerfile: ${this.pick(['Dockerfile.c', 'sub/Dockerfile'])}`);
      if (this.chance(3)) lines.push(`      target: ${this.pick(['stage', '${V0}', '${V9:-late}'])}`);
      if (this.chance(3)) lines.push('      platforms: [linux/amd64]');
      if (this.chance(3))
        lines.push(
          '      additional_contexts:',
          `        base: ${this.pick(['service:s.0', 'docker-image://a', './c'])}`,
        );
      if (this.chance(2)) {
        lines.push(
          '      x-bake:',
          `        platforms: ${this.pick(['linux/arm64', '[linux/arm64, linux/amd64]', 'linux/386 linux/s390x', '[]'])}`,
        );
        if (this.chance(2))
          lines.push('        contexts:', `          more: ${this.pick(['target:s.0', './d', 'docker-image://b'])}`);
        if (this.chance(3)) lines.push('        tags: [a:1]', '        no-cache: true');
      }
      if (this.chance(2)) lines.push('    environment:', '      LEFT: from-service', '      OTHER: x');
      if (this.chance(4)) lines.push('    platform: linux/amd64');
      if (this.chance(4)) lines.push('    profiles: [off]');
      return `  ${this.pick(['s.', 't'])}${index}:\n${lines.join('\n')}`;
    });
    return services.length === 0 ? 'services: {}\n' : `services:\n${services.join('\n')}\n`;
  }

  json(): string {
    const text = () => this.pick(['plain', 'v-${V0}', '$${x}', '${upper("q")}', '%{ if true }y%{ endif }']);
    return JSON.stringify({
      variable: { J0: { default: text() } },
      target: {
        t0: {
          args: { J: text(), N: this.pick<unknown>([1, 1.5, true, null]) },
          ...(this.chance(2) ? { target: text() } : {}),
        },
        ...(this.chance(2) ? { [`j${this.number(2)}`]: [{ context: text() }, { platforms: ['linux/arm64'] }] } : {}),
      },
    });
  }
}

/** A block sets each argument once; the last one made stays. */
function distinctFields(lines: readonly string[]): readonly string[] {
  return [...new Map(lines.map((line) => [/^\s*([\w-]+)/.exec(line)?.[1] ?? line, line])).values()];
}
