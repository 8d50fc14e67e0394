import { styleText } from 'node:util';

/** Colors of a terminal, or none. The caller decides (NO_COLOR, not a terminal, a file). */
export interface Paint {
  readonly bold: (text: string) => string;
  readonly dim: (text: string) => string;
  readonly red: (text: string) => string;
  readonly yellow: (text: string) => string;
  readonly green: (text: string) => string;
  readonly blue: (text: string) => string;
}

/** How each style writes a text: with its escape sequences where there is `color`, else as it is. */
export function paint(color: boolean): Paint {
  const style = (format: keyof Paint) => (text: string) =>
    color && text !== '' ? styleText(format, text, { validateStream: false }) : text;
  return {
    bold: style('bold'),
    dim: style('dim'),
    red: style('red'),
    yellow: style('yellow'),
    green: style('green'),
    blue: style('blue'),
  };
}
