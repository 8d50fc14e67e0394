/**
 * What each purl type does to a namespace and a name before they are compared. Types that are not here keep both as written.
 * @see https://github.com/package-url/purl-spec/tree/main/types one definition a type
 */
interface TypeRules {
  readonly lowerNamespace?: true;
  readonly lowerName?: true;
  readonly dashesForUnderscores?: true;
}

const LOWER_BOTH: TypeRules = { lowerNamespace: true, lowerName: true };

const TYPE_RULES: ReadonlyMap<string, TypeRules> = new Map<string, TypeRules>([
  ['alpm', LOWER_BOTH],
  ['apk', LOWER_BOTH],
  ['bitbucket', LOWER_BOTH],
  ['composer', LOWER_BOTH],
  ['deb', LOWER_BOTH],
  ['github', LOWER_BOTH],
  ['golang', LOWER_BOTH],
  ['hex', LOWER_BOTH],
  ['oci', { lowerName: true }],
  ['pub', { lowerName: true }],
  ['pypi', { lowerName: true, dashesForUnderscores: true }],
  ['rpm', { lowerNamespace: true }],
]);

/** The namespace as its type compares it. */
export function normalizeNamespace(type: string, namespace: string): string {
  return TYPE_RULES.get(type)?.lowerNamespace ? namespace.toLowerCase() : namespace;
}

/** The name as its type compares it. */
export function normalizeName(type: string, name: string): string {
  const rules = TYPE_RULES.get(type);
  const cased = rules?.lowerName ? name.toLowerCase() : name;
  return rules?.dashesForUnderscores ? cased.replaceAll('_', '-') : cased;
}
