/** Colors of a terminal, or none. The caller decides (NO_COLOR, not a terminal, a file). */
export interface Paint {
  readonly bold: (text: string) => string;
  readonly dim: (text: string) => string;
  readonly red: (text: string) => string;
  readonly yellow: (text: string) => string;
  readonly green: (text: string) => string;
  readonly blue: (text: string) => string;
}

/** @see https://www.ecma-international.org/publications-and-standards/standards/ecma-48/ SGR, section 8.3.117 */
export function paint(color: boolean): Paint {
  const sgr = (on: number, off: number) => (text: string) =>
    color && text !== '' ? `\u001b[${on}m${text}\u001b[${off}m` : text;
  return {
    bold: sgr(1, 22),
    dim: sgr(2, 22),
    red: sgr(31, 39),
    yellow: sgr(33, 39),
    green: sgr(32, 39),
    blue: sgr(34, 39),
  };
}
