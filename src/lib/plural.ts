/**
 * `1 warning`, `2,000 warnings`; `count` is a whole number. The commas are set by hand: `toLocaleString` loads the data
 * of all languages, which takes longer than listing the images of a repository.
 */
export function plural(count: number, one: string, many = `${one}s`): string {
  return `${String(count).replace(/(?<=\d)(?=(?:\d{3})+$)/g, ',')} ${count === 1 ? one : many}`;
}
