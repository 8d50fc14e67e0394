import { optionalField } from '../../lib/collections.js';
import { buildsInScript } from '../script/build-command.js';
import { allRequested, type NamedImage, NO_BUILDS, onLine, type RequestedBuilds } from '../script/named-build.js';

/** Commands of one file that are read, and arguments that one image depends on. */
const MAX_COMMANDS = 20_000;
const MAX_ARGUMENTS = 100;

/** One command, with the lines it goes on over. */
interface Command {
  readonly keyword: string;
  readonly rest: string;
  /** 1-based, where it begins. */
  readonly line: number;
  /** As it is written on its first line. */
  readonly written: string;
}

interface Recipe {
  /** The target; the base recipe, which every target without a FROM is built on, has none. */
  readonly name: string;
  readonly commands: Command[];
}

/**
 * The builds of an Earthfile in `directory`: the images and Dockerfiles its targets are FROM, and images that
 * `WITH DOCKER --pull` runs. Targets of Earthfiles in the repository are read with these; those of others are named.
 * An image ships where its target, or one that is FROM it in the same file, has SAVE IMAGE.
 *
 * @see https://docs.earthly.dev/docs/earthfile
 */
export function buildsInEarthfile(text: string, directory: string): RequestedBuilds {
  const { recipes, isCut } = recipesOf(text);
  const shipping = shippingRecipes(recipes);
  const base = recipes[0]?.commands ?? [];
  const found = recipes.flatMap((recipe) => {
    const variables = new Map<string, string>();
    if (recipe.name !== '') for (const command of base) note(variables, command);
    return recipe.commands.map((command): RequestedBuilds => {
      note(variables, command);
      const { keyword, rest } = command;
      const remote = /(?:^|[\s(=])((?:[\w-]+\.)+[\w-]+\/[^\s+()=]*(?:\+[\w./-]+)?)/.exec(rest)?.[1];
      const isRemote = remote !== undefined && (keyword === 'IMPORT' || remote.includes('+'));
      if (isRemote && REFERRING.has(keyword)) {
        const what = `uses ${remote}, which is in another repository`;
        return { ...NO_BUILDS, unseen: [{ what, line: command.line, fixKind: 'elsewhere' }] };
      }
      if (keyword === 'FROM') return fromOf(command, recipe, variables, shipping.has(recipe.name), directory);
      // Only on the host is the directory known that a command runs in.
      if (keyword === 'RUN' && BUILDS.test(rest)) {
        const isLocal = recipe.commands.some((other) => other.keyword === 'LOCALLY');
        const script = rest.replace(/^(?:--[\w-]+(?:=\S+)?\s+)+/, '');
        return onLine(
          buildsInScript(script, { directory: isLocal ? directory : null, line: command.line }),
          command.line,
        );
      }
      return keyword === 'WITH' || keyword === 'DOCKER' ? pulledBy(command, variables) : NO_BUILDS;
    });
  });
  const all = allRequested(found);
  return isCut ? { ...all, fault: { reason: 'it has too many commands to be read' } } : all;
}

/** What a command may build with. */
const BUILDS = /\b(?:docker|podman|buildah|nerdctl)\b.*\b(?:build|bud|bake)\b/s;

/** Commands that name targets. */
const REFERRING = new Set(['FROM', 'BUILD', 'COPY', 'IMPORT', 'DO', 'WITH']);

function recipesOf(text: string): { readonly recipes: readonly Recipe[]; readonly isCut: boolean } {
  let recipe: Recipe = { name: '', commands: [] };
  const recipes = [recipe];
  const lines = text.split(/\r?\n/);
  let count = 0;
  for (let index = 0; index < lines.length; index++) {
    const written = lines[index] ?? '';
    const target = /^([A-Za-z][\w.-]*):\s*(?:#.*)?$/.exec(written)?.[1];
    if (target !== undefined) {
      recipe = { name: target, commands: [] };
      recipes.push(recipe);
      continue;
    }
    const start = index;
    const parts: string[] = [];
    for (; index < lines.length; index++) {
      const line = lines[index] ?? '';
      const isComment = /^\s*#/.test(line);
      if (!isComment) parts.push(line.replace(/\\\s*$/, ' '));
      const goesOn = /\\\s*$/.test(line) || (isComment && parts.length > 0);
      if (!goesOn) break;
    }
    const [, keyword, rest = ''] = /^\s*([A-Z]+)\b\s*(.*)$/s.exec(parts.join('')) ?? [];
    if (keyword === undefined) continue;
    if (++count > MAX_COMMANDS) return { recipes, isCut: true };
    recipe.commands.push({ keyword, rest: rest.replace(/\s#.*$/, '').trim(), line: start + 1, written });
  }
  return { recipes, isCut: false };
}

/** The recipes whose images are saved, and those that these are FROM. */
function shippingRecipes(recipes: readonly Recipe[]): ReadonlySet<string> {
  const byName = new Map(recipes.map((recipe) => [recipe.name, recipe]));
  const waiting = recipes.filter(({ commands }) =>
    commands.some(({ keyword, rest }) => keyword === 'SAVE' && rest.startsWith('IMAGE')),
  );
  const found = new Set<string>();
  for (let recipe = waiting.pop(); recipe !== undefined; recipe = waiting.pop()) {
    if (found.has(recipe.name)) continue;
    found.add(recipe.name);
    const froms = recipe.commands.filter(({ keyword }) => keyword === 'FROM' || keyword === 'LOCALLY');
    const names = froms.flatMap(({ rest }) => /(?:^|\s)\+([\w.-]+)/.exec(rest)?.[1] ?? []);
    const all = froms.length === 0 ? [''] : names;
    waiting.push(...all.flatMap((name) => byName.get(name) ?? []));
  }
  return found;
}

/** Notes what ARG and LET give a variable, and forgets what is not literal. */
function note(variables: Map<string, string>, { keyword, rest }: Command): void {
  if (keyword !== 'ARG' && keyword !== 'LET' && keyword !== 'SET') return;
  const [, name, value] = /^(?:--\w+\s+)*([A-Za-z_]\w*)\s*(?:=\s*(.*))?$/s.exec(rest) ?? [];
  if (name === undefined) return;
  const literal = value === undefined ? undefined : expanded(value.replace(/^(["'])(.*)\1$/s, '$2'), variables);
  // An argument without a value is one of the base recipe, where that has it.
  if (literal === undefined && value === undefined && keyword === 'ARG') return;
  if (literal === undefined || !/^[\w./:@+-]*$/.test(literal)) variables.delete(name);
  else variables.set(name, literal);
}

const VARIABLE = /\$(?:\{(\w+)\}|(\w+))/g;

/** The text with its variables; undefined where one is not known. */
function expanded(text: string, variables: ReadonlyMap<string, string>): string | undefined {
  let isKnown = true;
  const found = text.replace(VARIABLE, (_, braced?: string, bare?: string) => {
    const value = variables.get(braced ?? bare ?? '');
    isKnown &&= value !== undefined;
    return value ?? '';
  });
  return isKnown && !found.includes('$') ? found : undefined;
}

function fromOf(
  command: Command,
  { name }: Recipe,
  variables: ReadonlyMap<string, string>,
  ships: boolean,
  directory: string,
): RequestedBuilds {
  const words = command.rest.split(/\s+/);
  const [first = ''] = words;
  if (first === 'DOCKERFILE') {
    const given = words.slice(1).filter((word) => !word.startsWith('--allow-privileged'));
    const made = given.find((word) => /^(?:-f=?|--file=)?["(]*[^\s=]*\+/.test(word));
    if (made !== undefined) return named(`builds a Dockerfile that ${made} creates`, command);
    // A run may give a variable another value than its default.
    const script = given
      .join(' ')
      .replace(VARIABLE, (whole, braced?: string, bare?: string) =>
        variables.has(braced ?? bare ?? '')
          ? `\${${braced ?? bare}:-${variables.get(braced ?? bare ?? '')}}`
          : String(whole),
      );
    return onLine(buildsInScript(`docker build ${script}`, { directory, line: command.line }), command.line);
  }
  // An empty platform, or the builder's, is that of the machine that builds.
  const platform = expanded(/(?:^|\s)--platform[= ](\S+)/.exec(command.rest)?.[1] ?? '', variables) ?? '';
  const image = words.find((word, index) => !word.startsWith('-') && words[index - 1] !== '--platform');
  if (image === undefined || image === 'scratch' || /^\(?[\w./-]*\+/.test(image)) return NO_BUILDS;
  if (!/^["'\w./:@${}-]+$/.test(image)) return named(`builds on ${image}, which is not literal`, command);
  if (expanded(image, variables)?.includes('+') === true)
    return named(`builds on ${image}, which is a target by default`, command);
  const needed = new Set([...image.matchAll(VARIABLE)].map(([, a, b]) => a ?? b ?? ''));
  const args = [...needed].slice(0, MAX_ARGUMENTS).map((one) => {
    const value = variables.get(one);
    return value === undefined ? `ARG ${one}\n` : `ARG ${one}=${value}\n`;
  });
  const flag = !/^[\w/]+[^/]$/.test(platform) ? '' : `--platform=${platform} `;
  const from = `FROM ${flag}${image.replace(/["']/g, '')}`;
  // What is not saved is a stage of which something may be copied.
  const text = ships ? `${from}\n` : `${from} AS base\nFROM scratch\nCOPY --from=base /artifact /artifact\n`;
  const request = { line: command.line, name: name === '' ? 'base' : name };
  return {
    ...NO_BUILDS,
    named: [{ file: '', inline: `${args.join('')}${text}`, buildArgs: {}, buildContexts: {}, request }],
  };
}

/** Images of `WITH DOCKER --pull IMAGE` and `DOCKER PULL IMAGE`. */
function pulledBy({ keyword, rest, line, written }: Command, variables: ReadonlyMap<string, string>): RequestedBuilds {
  const pattern = keyword === 'WITH' ? /--pull[= ]+(\S+)/g : /^PULL\s+(\S+)/g;
  const images = [...rest.matchAll(pattern)].map(([, word = '']): NamedImage => {
    const image = word.replace(/^(["'])(.*)\1$/, '$2');
    const known = expanded(image, variables);
    const at = written.indexOf(image);
    const column = at < 0 ? 1 : at + 1;
    const place = { line, column, endLine: line, endColumn: at < 0 ? 1 : column + image.length };
    return { image: known ?? image, ...place, ...optionalField('decidedBy', known === undefined ? image : undefined) };
  });
  return { ...NO_BUILDS, images };
}

function named(what: string, { line }: Command): RequestedBuilds {
  return { ...NO_BUILDS, unseen: [{ what, line }] };
}
