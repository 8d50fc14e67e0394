import { type CommandDefinition, SHELLS, type Shell } from './definitions.js';
import type { Flag } from './flags.js';

/** A script that completes commands, flags and their values in a shell, from the one definition of commands. Ends with a line end. */
export function completionScript(shell: Shell, commands: readonly CommandDefinition[]): string {
  return { bash, zsh, fish }[shell](commands);
}

const PROGRAM = 'base-image-gate';

/** The words that may stand first, each with what it is; `policy` stands for its commands, `survey` for itself too. */
function firstWords(commands: readonly CommandDefinition[]): readonly (readonly [word: string, summary: string])[] {
  const words = new Map<string, string>();
  for (const { name, summary } of commands) {
    const [first = ''] = name.split(' ');
    if (!words.has(first)) words.set(first, name.includes(' ') ? 'work on a policy file' : summary);
  }
  return [...words, ['help', 'show the help of a command'], ['--version', 'show the version']];
}

/** The commands of two words by their first: `policy` has `init`, `validate`, … */
function secondWords(commands: readonly CommandDefinition[]): ReadonlyMap<string, readonly CommandDefinition[]> {
  const groups = new Map<string, CommandDefinition[]>();
  for (const definition of commands) {
    const [first = '', second] = definition.name.split(' ');
    if (second !== undefined) groups.set(first, [...(groups.get(first) ?? []), definition]);
  }
  return groups;
}

/** The commands of two words, as a pattern of `case`. */
function ofTwoWords(commands: readonly CommandDefinition[]): string {
  return commands.flatMap(({ name }) => (name.includes(' ') ? [`'${name}'`] : [])).join('|');
}

/** The words a flag takes, where there are few. */
function choicesOf({ choices, value }: Flag): readonly string[] {
  if (choices !== undefined) return choices;
  const words = value?.split('|') ?? [];
  return words.length > 1 && words.every((word) => /^[a-z][a-z0-9-]*$/.test(word)) ? words : [];
}

const flagsOf = ({ flags }: CommandDefinition): readonly (readonly [name: string, flag: Flag])[] => [
  ...Object.entries(flags),
  ['help', { type: 'boolean', help: 'show the help' }],
];

function bash(commands: readonly CommandDefinition[]): string {
  const chosen = commands.flatMap(({ name, flags }) =>
    Object.entries(flags).flatMap(([flag, definition]) => {
      const words = choicesOf(definition);
      return words.length === 0 ? [] : [`    '${name} --${flag}') words='${words.join(' ')}' ;;`];
    }),
  );
  const valued = [
    ...new Set(
      commands.flatMap(({ flags }) =>
        Object.entries(flags)
          .filter(([, flag]) => flag.type === 'string')
          .map(([name]) => `--${name}`),
      ),
    ),
  ];
  const seconds = [
    ...[...secondWords(commands)].map(
      ([first, definitions]) =>
        `      ${first}) words='${definitions.map(({ name }) => name.split(' ')[1]).join(' ')}' ;;`,
    ),
    `      completion) words='${SHELLS.join(' ')}' ;;`,
  ];
  return `# bash completion of ${PROGRAM}
_base_image_gate() {
  local cur=\${COMP_WORDS[COMP_CWORD]} prev=\${COMP_WORDS[COMP_CWORD-1]} command=\${COMP_WORDS[1]} words=''
  case "$command \${COMP_WORDS[2]}" in ${ofTwoWords(commands)}) command="$command \${COMP_WORDS[2]}" ;; esac
  COMPREPLY=()
  case "$command $prev" in
${chosen.join('\n')}
  esac
  if [[ -z $words ]]; then
    case $prev in ${valued.join('|')}) return ;; esac
    if [[ $COMP_CWORD -eq 1 ]]; then
      words='${firstWords(commands)
        .map(([word]) => word)
        .join(' ')}'
    elif [[ $COMP_CWORD -eq 2 && $cur != -* ]]; then
      case \${COMP_WORDS[1]} in
${seconds.join('\n')}
      esac
    elif [[ $cur == -* ]]; then
      case $command in
${commands
  .map(
    (definition) =>
      `      '${definition.name}') words='${flagsOf(definition)
        .map(([name]) => `--${name}`)
        .join(' ')}' ;;`,
  )
  .join('\n')}
      esac
    fi
  fi
  if [[ -n $words ]]; then mapfile -t COMPREPLY < <(compgen -W "$words" -- "$cur"); fi
}
complete -o default -F _base_image_gate ${PROGRAM}
`;
}

/** A text between single quotes of a shell. */
const quoted = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`;

function zsh(commands: readonly CommandDefinition[]): string {
  const described = (word: string, summary: string) => quoted(`${word.replaceAll(':', '\\:')}:${summary}`);
  const spec = ([name, flag]: readonly [string, Flag]) => {
    const help = flag.help.replace(/[[\]:\\]/g, '\\$&');
    const words = choicesOf(flag);
    const value =
      flag.type === 'boolean'
        ? ''
        : `:${(flag.value ?? '').replace(/[:\\]/g, '\\$&')}:${words.length > 0 ? `(${words.join(' ')})` : '_files'}`;
    return quoted(`${flag.multiple === true ? '*' : ''}--${name}[${help}]${value}`);
  };
  const cases = commands.map(
    (definition) =>
      `    ${quoted(definition.name)}) _arguments ${flagsOf(definition).map(spec).join(' ')} ${definition.name === 'completion' ? `'*:shell:(${SHELLS.join(' ')})'` : "'*:file:_files'"} ;;`,
  );
  const groups = [...secondWords(commands)].map(
    ([first, definitions]) =>
      `    ${first}) described=(${definitions
        .map(({ name, summary }) => described(name.split(' ')[1] ?? '', summary))
        .join(' ')}) ;;`,
  );
  return `#compdef ${PROGRAM}
_base_image_gate() {
  local command=$words[2] skip=1
  local -a described
  if (( CURRENT == 2 )); then
    described=(${firstWords(commands)
      .map(([word, summary]) => described(word, summary))
      .join(' ')})
    _describe command described
    return
  fi
  if (( CURRENT == 3 )) && [[ $words[3] != -* ]]; then
    case $command in
${groups.join('\n')}
    esac
    if (( $#described )); then
      _describe command described
      return
    fi
  fi
  case "$command $words[3]" in ${ofTwoWords(commands)}) command="$command $words[3]" skip=2 ;; esac
  words=("\${(@)words[1 + skip,-1]}")
  (( CURRENT -= skip ))
  case $command in
${cases.join('\n')}
  esac
}
_base_image_gate "$@"
`;
}

function fish(commands: readonly CommandDefinition[]): string {
  const lines = firstWords(commands).map(
    ([word, summary]) => `complete -c ${PROGRAM} -n __fish_use_subcommand -f -a ${quoted(word)} -d ${quoted(summary)}`,
  );
  for (const [first, definitions] of secondWords(commands)) {
    const seconds = definitions.map(({ name }) => name.split(' ')[1] ?? '');
    for (const { name, summary } of definitions) {
      const condition = `__fish_seen_subcommand_from ${first}; and not __fish_seen_subcommand_from ${seconds.join(' ')}`;
      lines.push(
        `complete -c ${PROGRAM} -n ${quoted(condition)} -f -a ${quoted(name.split(' ')[1] ?? '')} -d ${quoted(summary)}`,
      );
    }
  }
  for (const definition of commands) {
    const { name: command } = definition;
    const others = (secondWords(commands).get(command) ?? []).map(({ name }) => name.split(' ')[1]);
    const condition = [
      ...command.split(' ').map((word) => `__fish_seen_subcommand_from ${word}`),
      ...(others.length > 0 ? [`not __fish_seen_subcommand_from ${others.join(' ')}`] : []),
    ].join('; and ');
    for (const [name, flag] of flagsOf(definition)) {
      const words = choicesOf(flag);
      const value = flag.type === 'boolean' ? '' : words.length > 0 ? ` -x -a ${quoted(words.join(' '))}` : ' -r';
      lines.push(`complete -c ${PROGRAM} -n ${quoted(condition)} -l ${name}${value} -d ${quoted(flag.help)}`);
    }
  }
  lines.push(`complete -c ${PROGRAM} -n '__fish_seen_subcommand_from completion' -f -a '${SHELLS.join(' ')}'`);
  return `# fish completion of ${PROGRAM}\n${lines.join('\n')}\n`;
}
