import { setTimeout } from 'node:timers/promises';

/** Waits for some milliseconds. Tests pass another one, which does not pause. */
export type Wait = (milliseconds: number) => Promise<void>;

/** Waits in real time. */
export const wait: Wait = (milliseconds) => setTimeout(milliseconds);
