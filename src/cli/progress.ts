import type { CommandIo } from './command.js';

/** How long a run may take before it says that it is at work; then how often it says how far it is. */
const EVERY_MS = 1000;

/** A line that tells how far a run is, for whoever sits before it. */
export interface Progress {
  /** So many image uses of so many are judged. */
  readonly judged: (done: number, of: number) => void;
  /** Takes the line away, so that something else can be written. */
  readonly clear: () => void;
  /** Takes the line away for good. */
  readonly end: () => void;
}

/**
 * Starts the line on standard error, where that is a terminal; anywhere else nothing is ever written. It is drawn with
 * carriage returns alone, which every terminal knows, and keeps to the terminal's width.
 */
export function startProgress(io: Pick<CommandIo, 'progress' | 'stderr' | 'columns'>): Progress {
  if (!io.progress) return { judged: () => {}, clear: () => {}, end: () => {} };
  let shown = '';
  let text = 'Reading build files';
  let seconds = 0;
  const clear = (): void => {
    if (shown !== '') io.stderr(`\r${' '.repeat(shown.length)}\r`);
    shown = '';
  };
  const timer = setInterval(() => {
    seconds += EVERY_MS / 1000;
    clear();
    shown = `${text} (${seconds} s)`.slice(0, Math.max(0, io.columns - 1));
    io.stderr(shown);
  }, EVERY_MS);
  timer.unref();
  return {
    judged: (done, of) => {
      text = `Judging image uses: ${done} of ${of}`;
    },
    clear,
    end: () => {
      clearInterval(timer);
      clear();
    },
  };
}
