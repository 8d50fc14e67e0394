/** A text as YAML reads it back: `[::1]:5000/a` would begin a list. */
export function plainOrQuoted(text: string): string {
  return /^[a-z][a-z0-9./_-]*$/.test(text) ? text : JSON.stringify(text);
}

/** A path for a comment: characters that could end the line are escaped. */
export function inComment(path: string): string {
  return /^[\w./@+ -]+$/.test(path) ? path : JSON.stringify(path).replaceAll(/[^\x20-\x7e]/g, '?');
}
