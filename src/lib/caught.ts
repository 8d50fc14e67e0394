/**
 * The message of a caught value from any realm or library: Node's own errors are not always `instanceof` the
 * Error in sight, and undici hides the reason in `cause`.
 */
export function codeOf(error: unknown): string | undefined {
  if (typeof error !== 'object' || error === null) return undefined;
  if ('code' in error && typeof error.code === 'string') return error.code;
  return 'cause' in error ? codeOf(error.cause) : undefined;
}

/** The text of a caught value; its code where it has no text. Never empty. */
export function messageOf(error: unknown): string {
  if (typeof error !== 'object' || error === null || !('message' in error)) return String(error);
  return typeof error.message === 'string' && error.message !== '' ? error.message : (codeOf(error) ?? 'unknown error');
}
