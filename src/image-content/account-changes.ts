import { posix } from 'node:path';
import type { Stage, StageInstruction } from '../build-files/stage.js';
import { MAX_UID } from './user.js';

/** What the instructions of a build do to the account of one name, as far as they say it in plain words. */
export type AccountChange =
  | { readonly kind: 'none' }
  /** A literal useradd or adduser makes it, with this uid where it names one. */
  | { readonly kind: 'made'; readonly line: number; readonly uid?: number }
  /** Something writes passwd, or makes the account in a way that does not say its uid. */
  | { readonly kind: 'unknown'; readonly line: number };

type Command = readonly string[];

/** Programs that only read passwd, or change who may write to it. */
const READERS =
  /^(?:cat|grep|egrep|fgrep|awk|cut|head|tail|ls|stat|id|getent|test|\[|\[\[|wc|chmod|chown|chgrp|passwd|chpasswd|groups)$/;
const MAKERS = /^(?:useradd|adduser)$/;
/** Options of useradd and of both kinds of adduser that take a value. */
const WITH_VALUE = /^[bcdefgGkKpRPsuZh]$/;
const LONG_WITH_VALUE =
  /^--(?:base-dir|comment|home|home-dir|expiredate|inactive|gid|groups|skel|key|password|root|prefix|shell|uid|selinux-user|gecos|ingroup|conf|firstuid|lastuid|firstgid|lastgid)$/;
/** Options by which the account is made elsewhere, or numbered otherwise than the command says. */
const ELSEWHERE = /^(?:-[KRP]|--(?:root|prefix|key|conf|firstuid|lastuid).*)$/;

/**
 * What the stages of a chain do to the account of a name, the last instruction first. Only what a RUN, COPY or ADD says
 * is seen: what a program of the build does by itself is not.
 */
export function accountChange(chain: readonly Stage[], name: string): AccountChange {
  let made: AccountChange = { kind: 'none' };
  // That of the base is not asked for: hardly any has another one than / or a directory of its own.
  let directory: string | undefined;
  for (const instruction of chain.flatMap(({ instructions }) => instructions)) {
    if (instruction.keyword === 'WORKDIR') {
      const { text, expanded = text } = instruction;
      directory = posix.resolve(directory ?? '/', expanded.trim().replace(/^["']|["']$/g, ''));
    }
    const change = changeOf(instruction, name, directory);
    if (change.kind === 'unknown') return change;
    if (change.kind === 'made') made = change;
  }
  return made;
}

function changeOf(instruction: StageInstruction, name: string, directory: string | undefined): AccountChange {
  const { keyword, text, expanded = text } = ofTrigger(instruction);
  const unknown = { kind: 'unknown', line: instruction.line } as const;
  if (keyword === 'COPY' || keyword === 'ADD')
    return mayBringPasswd(keyword, expanded, directory) ? unknown : { kind: 'none' };
  if (keyword !== 'RUN') return { kind: 'none' };
  const scripts = [text, ...(instruction.heredocs ?? []).map(({ body }) => body)];
  const commands = instruction.json === undefined ? scripts.flatMap(commandsOf) : commandsOfExec(instruction.json);
  let made: AccountChange = { kind: 'none' };
  for (const command of commands) {
    const maker = command.findIndex((word) => MAKERS.test(programOf(word)));
    if (maker >= 0 && !READERS.test(programOf(command[0] ?? ''))) {
      const account = accountMade(command.slice(maker + 1), name);
      if (account === 'unclear') return unknown;
      if (account !== undefined) made = { kind: 'made', line: instruction.line, ...account };
    } else if (writesPasswd(command)) return unknown;
  }
  return made;
}

function ofTrigger(instruction: StageInstruction): Pick<StageInstruction, 'keyword' | 'text' | 'expanded'> {
  if (instruction.keyword !== 'ONBUILD') return instruction;
  const [, keyword = '', text = ''] = /^\s*([A-Za-z]+)\s+(.*)$/s.exec(instruction.text) ?? [];
  return { keyword: keyword.toUpperCase(), text };
}

/** The uid that a useradd gives a name; `unclear` where its words do not say it; undefined where it makes another. */
function accountMade(words: Command, name: string): { readonly uid?: number } | 'unclear' | undefined {
  let uid: string | undefined;
  let unclear = false;
  const named: string[] = [];
  for (let index = 0; index < words.length; index++) {
    const word = words[index] ?? '';
    if (word.startsWith('--') && word.length > 2) {
      const [option = '', inline] = splitOnce(word);
      const value = inline ?? (LONG_WITH_VALUE.test(option) ? words[++index] : undefined);
      if (option.startsWith('--ui')) uid = value;
      if (option.startsWith('--non') || ELSEWHERE.test(option)) unclear = true;
    } else if (/^-[A-Za-z]/.test(word)) {
      for (let at = 1; at < word.length; at++) {
        const letter = word.charAt(at);
        if (letter === 'o' || ELSEWHERE.test(`-${letter}`)) unclear = true;
        if (!WITH_VALUE.test(letter)) continue;
        const value = at + 1 < word.length ? word.slice(at + 1) : words[++index];
        if (letter === 'u') uid = value;
        break;
      }
    } else if (!/^(?:\d*[<>]|\d+>)/.test(word)) named.push(word);
  }
  if (!named.includes(name)) return named.some((word) => /[$`*?]/.test(word)) ? 'unclear' : undefined;
  if (unclear) return 'unclear';
  if (uid === undefined) return {};
  return /^[0-9]{1,10}$/.test(uid) && Number(uid) <= MAX_UID ? { uid: Number(uid) } : 'unclear';
}

function splitOnce(word: string): readonly [string, string?] {
  const equals = word.indexOf('=');
  return equals < 0 ? [word] : [word.slice(0, equals), word.slice(equals + 1)];
}

function writesPasswd(command: Command): boolean {
  const [program = '', ...rest] = command;
  const name = programOf(program);
  if (name === 'newusers' || name === 'vipw' || name === 'pwunconv') return true;
  if (name === 'usermod') return rest.some((word) => /^(?:-[a-zA-Z]*[uol]|--(?:ui|non|log).*)/.test(word));
  if (/^(?:tar|bsdtar|cp|rsync|unzip|cpio|mv)$/.test(name) && rest.some(isRootOrEtc)) return true;
  const redirected = command.some((word, index) => />/.test(word) && isPasswd(`${word}${command[index + 1] ?? ''}`));
  if (redirected || READERS.test(name)) return redirected;
  return command.some((word) => word.includes('/') && isPasswd(word)) || (EDITORS.test(name) && rest.some(isPasswd));
}

/** Programs that write to a file they are given: by its name alone where they run in /etc. */
const EDITORS = /^(?:sed|tee|cp|mv|ln|install|ed|ex|vi|perl|dd|truncate|patch)$/;

function isPasswd(word: string): boolean {
  return /(?:^|[/>=])passwd-?$|etc\/+pass|etc\/+[^/]*[*?[]/.test(word);
}

function isRootOrEtc(word: string): boolean {
  return /^(?:-[A-Za-z]*[Cd]|--directory=)?\/+(?:etc\/*)?\.?$/.test(word);
}

/** Whether a COPY or ADD may bring an /etc/passwd along: into /etc, or as the content of a directory into the root. */
function mayBringPasswd(keyword: 'COPY' | 'ADD', text: string, directory: string | undefined): boolean {
  const words = text
    .replace(/^\[|\]$/g, '')
    .replace(/["',]+/g, ' ')
    .split(/\s+/)
    .filter((word) => word !== '');
  const written = (words.pop() ?? '').replace(/\/+/g, '/');
  const isRelative = directory !== undefined && !/^[/$]/.test(written);
  const to = isRelative ? posix.join(directory, written) : written;
  if (/(?:^|\/)etc\/passwd$/.test(to)) return true;
  if (!/^\/(?:etc\/?)?\.?$/.test(to)) return to.includes('$') && words.some(isPasswd);
  return words.some((word) => isPasswd(word) || mayBeDirectory(word) || (keyword === 'ADD' && ARCHIVE.test(word)));
}

/** What ADD unpacks, or downloads. */
const ARCHIVE = /^[a-z+]+:|\.(?:tar|t?gz|t?xz|tbz2?|bz2|zst|lzma|tlz)$/;

/** A name with an ending is taken for a file's. */
function mayBeDirectory(source: string): boolean {
  const name = source.replace(/\/+$/, '').split('/').at(-1) ?? '';
  return source.endsWith('/') || !/^.+\.[A-Za-z0-9]+$/.test(name);
}

function programOf(word: string): string {
  return word.slice(word.lastIndexOf('/') + 1);
}

/** `["sh", "-c", "…"]` holds a script. */
function commandsOfExec(words: Command): readonly Command[] {
  return [words, ...words.filter((word) => /\s/.test(word)).flatMap(commandsOf)];
}

/** The commands of a script in plain words: quotes are taken off, and what opens a command is no word of it. */
function commandsOf(script: string): readonly Command[] {
  return script
    .replace(/\\\r?\n/g, ' ')
    .replace(/(?<=\s)(?:""|'')(?=\s)/g, '.')
    .replace(/["'\\]/g, '')
    .split(/[;&|()\n]+/)
    .map((command) =>
      command
        .split(/\s+/)
        .filter(
          (word, index) =>
            word !== '' &&
            !(index < 2 && /^(?:if|then|else|do|while|!|sudo|exec|\{|set|-e[a-z]*|[A-Za-z_]\w*=.*)$/.test(word)),
        ),
    )
    .filter((command) => command.length > 0);
}
