import { setTimeout } from 'node:timers/promises';

/** Waits for some milliseconds. Whoever needs no pauses, such as a test, gives another one. */
export type Wait = (milliseconds: number) => Promise<void>;

/** Waits by the clock. */
export const wait: Wait = (milliseconds) => setTimeout(milliseconds);
