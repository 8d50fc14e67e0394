import type { Build } from './build.js';

/** Values that a variable is given to see what depends on it: a word that may stand anywhere, else both of two. */
const VALUES = [['40717'], ['true', 'false']] as const;
/** Variables that are followed in one definition. */
const MAX_VARIABLES = 8;

/**
 * The builds with the texts that their inline build files have where a variable with a default has another value, so
 * that only references which differ count as decided by it. `read` reads the definition again in another environment.
 * Where a variable takes none of the values, the build is left as it is: any of its references may depend on it.
 */
export async function withOtherTexts(
  builds: readonly Build[],
  alternatives: readonly Build[],
  environment: Readonly<Record<string, string>>,
  read: (environment: Readonly<Record<string, string>>) => Promise<readonly Build[]>,
): Promise<readonly Build[]> {
  const variables = [...new Set(builds.flatMap(inlineVariables))];
  if (variables.length === 0 || variables.length > MAX_VARIABLES) return builds;
  const byVariable = new Map<string, readonly (readonly Build[])[]>();
  for (const name of variables) {
    let found: (readonly Build[])[] = [];
    for (const values of VALUES) {
      found = [];
      for (const value of values) found.push(await read({ ...environment, [name]: value }));
      if (found.some((one) => one.length > 0)) break;
    }
    byVariable.set(name, found);
  }
  return builds.map((build) => {
    const own = inlineVariables(build);
    if (own.length === 0) return build;
    const same = (others: readonly Build[]) => others.filter((other) => placeOf(other) === placeOf(build));
    const given = own.map((name) => (byVariable.get(name) ?? []).flatMap(same));
    if (given.some((others) => others.length === 0)) return build;
    const texts = [...given.flat(), ...same(alternatives)].flatMap(({ inline }) => inline ?? []);
    return { ...build, otherTexts: [...new Set(texts)].filter((text) => text !== build.inline) };
  });
}

function inlineVariables({ inline, defaults = [] }: Build): readonly string[] {
  if (inline === undefined) return [];
  return defaults.flatMap(({ field, variables = [] }) => (field === 'inline' ? variables : []));
}

function placeOf({ definition, line, name }: Build): string {
  return JSON.stringify([definition, line, name]);
}
