import { shown } from '../../lib/text.js';

/** Files within files, macros within macros, and what all of it may come to. */
const MAX_INCLUDES = 50;
const MAX_DEPTH = 16;
const MAX_OUTPUT = 1024 * 1024;

/** What a build file comes to, or why that is not known, in a clause. */
export type Preprocessed = { readonly text: string } | { readonly fault: string };

/** Where the files of a repository come from that a file includes. */
export type LoadText = (path: string) => Promise<string | undefined>;

/**
 * A build file as `cpp -E -traditional -undef` passes it to podman and buildah: literal `#include`, macros without
 * parameters, `#ifdef` and its like. What takes more than that is a fault, since any image may come of it. Lines that
 * begin with `#` are no instructions afterwards.
 *
 * @param path of the file in the repository; what it includes is looked for in its directory
 * @param flags of `--cpp-flag`
 * @see https://gcc.gnu.org/onlinedocs/cpp/Traditional-Mode.html and
 *   https://github.com/containers/buildah/blob/main/docs/buildah-build.1.md
 */
export async function preprocess(path: string, flags: readonly string[], load: LoadText): Promise<Preprocessed> {
  const preprocessor = new Preprocessor(directoryOf(path), load);
  const fault = preprocessor.define(flags) ?? (await preprocessor.read(path));
  return fault === undefined ? { text: preprocessor.text } : { fault };
}

/** A conditional: whether its lines count, and whether one of its branches did. */
interface Branch {
  isOn: boolean;
  wasOn: boolean;
  readonly isOuterOn: boolean;
}

class Preprocessor {
  readonly #directory: string;
  readonly #load: LoadText;
  readonly #macros = new Map<string, string>();
  readonly #lines: string[] = [];
  #includes = 0;
  #length = 0;

  constructor(directory: string, load: LoadText) {
    this.#directory = directory;
    this.#load = load;
  }

  get text(): string {
    return `${this.#lines.join('\n')}\n`;
  }

  /** `-DNAME`, `-DNAME=value` and `-UNAME`. */
  define(flags: readonly string[]): string | undefined {
    for (const flag of flags) {
      const [, kind, name = '', value = '1'] = /^-([DU])\s*(\w+)(?:=(.*))?$/s.exec(flag) ?? [];
      if (kind === undefined) return `the preprocessor has the option ${shown(flag)}`;
      if (kind === 'D') this.#macros.set(name, value);
      else this.#macros.delete(name);
    }
    return undefined;
  }

  async read(path: string, depth = 0): Promise<string | undefined> {
    if (depth > MAX_DEPTH || this.#includes++ > MAX_INCLUDES) return `${path} includes too many files`;
    const content = await this.#load(path);
    if (content === undefined) return `${path} can't be read`;
    // A comment may hold any instruction, and a glob begins one.
    if (content.includes('/*')) return `${path} contains /*, which starts a preprocessor comment`;
    const branches: Branch[] = [];
    for (const line of content.replace(/\\\r?\n/g, '').split(/\r?\n/)) {
      const isOn = branches.at(-1)?.isOn ?? true;
      const [, directive, rest = ''] = /^#[ \t]*(\w*)[ \t]*(.*)$/.exec(line) ?? [];
      const fault =
        directive === undefined
          ? isOn && this.#add(line)
          : (this.#condition(directive, rest.trim(), branches) ??
            (isOn && (await this.#directive(directive, rest.trim(), path, depth))));
      if (typeof fault === 'string') return `${path}: ${fault}`;
    }
    return branches.length === 0 ? undefined : `${path} has a conditional without #endif`;
  }

  /** True where the directive is a conditional. */
  #condition(directive: string, rest: string, branches: Branch[]): string | true | undefined {
    const branch = branches.at(-1);
    if (/^if(?:n?def)?$/.test(directive)) {
      const isMet = this.#isMet(directive, rest);
      const isOuterOn = branch?.isOn ?? true;
      if (isMet === undefined && isOuterOn) return `#if ${shown(rest)} is not evaluated`;
      const isOn = isOuterOn && isMet === true;
      branches.push({ isOn, wasOn: isOn, isOuterOn });
      return true;
    }
    if (!/^(?:elif|elifdef|elifndef|else|endif)$/.test(directive)) return undefined;
    if (branch === undefined) return `#${directive} has no #if`;
    if (directive === 'endif') branches.pop();
    else {
      const isMet = directive === 'else' ? true : this.#isMet(directive.slice('el'.length), rest);
      if (isMet === undefined && branch.isOuterOn && !branch.wasOn) return `#elif ${shown(rest)} is not evaluated`;
      branch.isOn = branch.isOuterOn && !branch.wasOn && isMet === true;
      branch.wasOn ||= branch.isOn;
    }
    return true;
  }

  #isMet(directive: string, rest: string): boolean | undefined {
    const [, negation, quoted, bare] = /^(!?)\s*(?:defined\s*(?:\(\s*(\w+)\s*\)|(\w+)))$/.exec(rest) ?? [];
    const name = /^\w+$/.exec(rest)?.[0];
    if (directive === 'ifdef' || directive === 'ifndef')
      return name === undefined ? undefined : this.#macros.has(name) === (directive === 'ifdef');
    if (rest === '0' || rest === '1') return rest === '1';
    const defined = quoted ?? bare;
    return defined === undefined ? undefined : this.#macros.has(defined) === (negation === '');
  }

  async #directive(directive: string, rest: string, path: string, depth: number): Promise<string | undefined> {
    switch (directive) {
      case 'include': {
        const name = /^"([^"/][^"]*)"$/.exec(rest)?.[1];
        if (name === undefined) return `#include ${shown(rest)} is not followed`;
        for (const directory of new Set([directoryOf(path), this.#directory])) {
          const included = within(directory, name);
          if (included !== undefined && (await this.#load(included)) !== undefined)
            return this.read(included, depth + 1);
        }
        return `#include ${shown(rest)} is not in the repository`;
      }
      case 'define': {
        const [, name, parameters, value = ''] = /^([A-Za-z_]\w*)(\(?)\s*(.*)$/.exec(rest) ?? [];
        if (name === undefined || parameters !== '') return `#define ${shown(rest)} is not evaluated`;
        this.#macros.set(name, value);
        return undefined;
      }
      case 'undef':
        this.#macros.delete(rest);
        return undefined;
      case 'include_next':
      case 'import':
      case 'error':
        return `#${directive} is not followed`;
      default:
        return undefined;
    }
  }

  #add(line: string): string | undefined {
    const expanded = this.#expanded(line, 0);
    if (expanded === undefined) return 'its macros are nested too deeply';
    this.#length += expanded.length + 1;
    if (this.#length > MAX_OUTPUT) return 'its result is too large to be read';
    this.#lines.push(expanded);
    return undefined;
  }

  /** Names outside quotes are replaced; a quote ends with its line. */
  #expanded(text: string, depth: number): string | undefined {
    if (this.#macros.size === 0) return text;
    if (depth > MAX_DEPTH || text.length > MAX_OUTPUT) return undefined;
    const parts: string[] = [];
    let length = 0;
    for (const [token] of text.matchAll(/"(?:\\.|[^"\\])*(?:"|$)|'(?:\\.|[^'\\])*(?:'|$)|\w+|[^\w"']+/gs)) {
      const value = this.#macros.get(token);
      const part = value === undefined ? token : this.#expanded(value, depth + 1);
      if (part === undefined) return undefined;
      length += part.length;
      if (length > MAX_OUTPUT) return undefined;
      parts.push(part);
    }
    return parts.join('');
  }
}

function directoryOf(path: string): string {
  return path.slice(0, Math.max(path.lastIndexOf('/'), 0));
}

/** The path in the repository; undefined where it leads out of it. */
function within(directory: string, name: string): string | undefined {
  const segments = directory === '' ? [] : directory.split('/');
  for (const segment of name.split('/')) {
    if (segment === '..') {
      if (segments.pop() === undefined) return undefined;
    } else if (segment !== '' && segment !== '.') segments.push(segment);
  }
  return segments.join('/');
}
