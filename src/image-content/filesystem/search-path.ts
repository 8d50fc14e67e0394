/** The directories of PATH in a configuration's environment, as written; empty where it sets none. */
export function searchPathOf(env: readonly string[]): readonly string[] {
  const path = env.findLast((line) => line.startsWith('PATH='));
  return path === undefined ? [] : path.slice('PATH='.length).split(':');
}
