/** How a terminal, or a log, is written to. */
export interface TerminalStyle {
  readonly color: boolean;
  /** How wide lines are, in columns. */
  readonly columns: number;
}

const NARROWEST = 80;
const WIDEST = 160;
const DEFAULT = 100;

/**
 * Reads how wide and in which colors to write. COLUMNS counts before the terminal's own width, between 80 and 160;
 * FORCE_COLOR before NO_COLOR, as in Node.js.
 *
 * @see https://no-color.org, https://force-color.org
 */
export function terminalStyle(
  env: NodeJS.ProcessEnv,
  stream: { readonly isTTY?: boolean; readonly columns?: number },
): TerminalStyle {
  const given = Number(env['COLUMNS']);
  const columns = Number.isInteger(given) && given > 0 ? given : (stream.columns ?? DEFAULT);
  return { color: wantsColor(env, stream.isTTY === true), columns: Math.min(WIDEST, Math.max(NARROWEST, columns)) };
}

function wantsColor(
  { FORCE_COLOR: force, NO_COLOR: none, TERM: term }: NodeJS.ProcessEnv,
  isTerminal: boolean,
): boolean {
  if (force !== undefined && force !== '') return force !== '0' && force !== 'false';
  return (none === undefined || none === '') && term !== 'dumb' && isTerminal;
}
