import { err, ok, type Result } from '../../lib/result.js';
import type { Rewrite } from './installs.js';
import type { ScriptWord } from './script.js';

/** Which option of BusyBox an option becomes; empty where it says what BusyBox does anyway. */
type Options = Readonly<Record<string, { readonly becomes: string; readonly value?: true }>>;

const USERADD: Options = {
  '-m': { becomes: '' },
  '--create-home': { becomes: '' },
  '-M': { becomes: '-H' },
  '--no-create-home': { becomes: '-H' },
  '-r': { becomes: '-S' },
  '--system': { becomes: '-S' },
  '-l': { becomes: '' },
  '--no-log-init': { becomes: '' },
  '-U': { becomes: '' },
  '--user-group': { becomes: '' },
  '-u': { becomes: '-u', value: true },
  '--uid': { becomes: '-u', value: true },
  '-g': { becomes: '-G', value: true },
  '--gid': { becomes: '-G', value: true },
  '-d': { becomes: '-h', value: true },
  '--home': { becomes: '-h', value: true },
  '--home-dir': { becomes: '-h', value: true },
  '-s': { becomes: '-s', value: true },
  '--shell': { becomes: '-s', value: true },
  '-c': { becomes: '-g', value: true },
  '--comment': { becomes: '-g', value: true },
};
/** Debian's adduser; BusyBox's own short options stand for themselves. */
const ADDUSER: Options = {
  '--disabled-password': { becomes: '' },
  '--disabled-login': { becomes: '' },
  '--quiet': { becomes: '' },
  '-q': { becomes: '' },
  '--group': { becomes: '' },
  '--system': { becomes: '-S' },
  '--no-create-home': { becomes: '-H' },
  '--uid': { becomes: '-u', value: true },
  '--home': { becomes: '-h', value: true },
  '--shell': { becomes: '-s', value: true },
  '--ingroup': { becomes: '-G', value: true },
  '--gecos': { becomes: '-g', value: true },
  '-D': { becomes: '' },
  '-S': { becomes: '-S' },
  '-H': { becomes: '-H' },
  '-u': { becomes: '-u', value: true },
  '-h': { becomes: '-h', value: true },
  '-s': { becomes: '-s', value: true },
  '-G': { becomes: '-G', value: true },
  '-g': { becomes: '-g', value: true },
};
const GROUPADD: Options = {
  '-r': { becomes: '-S' },
  '--system': { becomes: '-S' },
  '-S': { becomes: '-S' },
  '-g': { becomes: '-g', value: true },
  '--gid': { becomes: '-g', value: true },
};

const PROGRAMS: Readonly<Record<string, Options>> = {
  useradd: USERADD,
  adduser: ADDUSER,
  groupadd: GROUPADD,
  addgroup: GROUPADD,
};

export function isAccountProgram(program: string): boolean {
  return program in PROGRAMS;
}

/** A command that makes a user or a group, or puts one into the other. */
export interface MadeAccount {
  readonly rewrite: Rewrite;
  /** Those that it makes. */
  readonly made: readonly string[];
  /** Those that have to be there. */
  readonly named: readonly string[];
}

/** What shadow and BusyBox accept, and a shell takes for one word without quotes. */
const ACCOUNT_NAME = /^[A-Za-z_][\w.-]*$/;

/**
 * Rewrites useradd, groupadd and Debian's adduser and addgroup to those of BusyBox: without a password to be typed in,
 * and with the group of its own that the others give to a system user. Undefined for every other command. Fails with a
 * clause at what BusyBox has no counterpart of.
 *
 * @param isBusyBox the command is BusyBox's already, as in a build file for Alpine
 * @see https://git.busybox.net/busybox/tree/loginutils/adduser.c
 */
export function rewriteAccount(
  words: readonly ScriptWord[],
  isBusyBox: boolean,
): Result<MadeAccount, string> | undefined {
  const [first, ...own] = words;
  const program = first?.text ?? '';
  const options = PROGRAMS[program];
  if (options === undefined) return undefined;
  const open = words.find(({ isLiteral, isRedirection }) => !isLiteral || isRedirection);
  if (open !== undefined) return err(`\`${program}\` gets \`${open.text}\`, which is not understood`);
  const given = new Map<string, string>();
  const names: string[] = [];
  for (let at = 0; at < own.length; at++) {
    const [name = '', joined] = splitOption(own[at]?.text ?? '', options);
    if (!name.startsWith('-')) {
      names.push(name);
      continue;
    }
    for (const one of lettersOf(name, options)) {
      const option = options[one];
      if (option === undefined) return err(`\`${program} ${one}\` has no known counterpart`);
      if (option.value !== true) given.set(option.becomes, '');
      else {
        const value = joined ?? own[++at]?.text;
        if (value === undefined) return err(`\`${program} ${one}\` has no value`);
        given.set(option.becomes, value);
      }
    }
  }
  const texts = own.map(({ text }) => text);
  const [name, second] = names;
  if (name === undefined || names.length > 2) return err(`\`${program}\` names no one account`);
  const odd = names.find((one) => !ACCOUNT_NAME.test(one));
  if (odd !== undefined) return err(`\`${program}\` names the account \`${odd}\`, which is not understood`);
  if (second !== undefined) {
    // To put a user into a group is the same in all.
    return given.size === 0 && program.startsWith('add')
      ? ok({ rewrite: 'keep', made: [], named: names })
      : err(`\`${program}\` names two accounts`);
  }
  if (options === GROUPADD) {
    const group = ['addgroup', ...optionsText(given), name].join(' ');
    return ok({ rewrite: program === 'addgroup' && isBusyBox ? 'keep' : asOne(words, group), made: [name], named: [] });
  }
  const into = given.get('-G');
  const account = { made: [name], named: into === undefined ? [] : [into] };
  if (isBusyBox && program === 'adduser') {
    return texts.includes('-D') || texts.some((text) => /^-\w*[DS]/.test(text))
      ? ok({ rewrite: 'keep', ...account })
      : err('`adduser` asks for a password without -D');
  }
  if (/^\d+$/.test(into ?? '')) return err(`\`${program}\` names the group by its number`);
  const hasHome = texts.some((text) => ['-m', '--create-home'].includes(text) || /^-[a-zA-Z]*m[a-zA-Z]*$/.test(text));
  if (program === 'useradd' && !hasHome) given.set('-H', '');
  const isSystem = given.has('-S');
  const ownGroup = isSystem && !given.has('-G') && (program === 'useradd' || texts.includes('--group'));
  if (ownGroup) given.set('-G', name);
  given.set('-D', '');
  const user = ['adduser', ...optionsText(given), name].join(' ');
  return ok({ rewrite: asOne(words, ownGroup ? `addgroup -S ${name} && ${user}` : user), ...account });
}

/** The command in the place of its first word; its other words are taken out. */
function asOne(words: readonly ScriptWord[], text: string): Rewrite {
  return words.map((_, index) => (index === 0 ? text : null));
}

function optionsText(given: ReadonlyMap<string, string>): readonly string[] {
  return [...given]
    .filter(([option]) => option !== '')
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .flatMap(([option, value]) => (['-D', '-H', '-S'].includes(option) ? [option] : [option, quoted(value)]));
}

function quoted(value: string): string {
  return /^[\w./:,@%+-]+$/.test(value) ? value : `'${value.replaceAll("'", "'\\''")}'`;
}

function splitOption(text: string, options: Options): readonly [string, string?] {
  const equals = text.startsWith('--') ? text.indexOf('=') : -1;
  if (equals > 0) return [text.slice(0, equals), text.slice(equals + 1)];
  // `-u1000`
  const joined = /^(-[a-zA-Z])(.+)$/.exec(text);
  if (joined !== null && options[joined[1] ?? '']?.value === true) return [joined[1] ?? '', joined[2] ?? ''];
  return [text];
}

/** `-rm` is `-r -m`; of several letters only the last takes a value. */
function lettersOf(name: string, options: Options): readonly string[] {
  if (name.startsWith('--') || name.length === 2 || name in options) return [name];
  return [...name.slice(1)].map((letter) => `-${letter}`);
}
