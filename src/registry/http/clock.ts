import { setTimeout as wait } from 'node:timers/promises';

/** Time and chance, so that tests of waiting need not wait. */
export interface Clock {
  /** Milliseconds since some moment; never runs backwards. */
  now(): number;
  sleep(milliseconds: number): Promise<void>;
  /** 0 inclusive to 1 exclusive. */
  random(): number;
  /** The time of day, for dates that a registry names. */
  date(): Date;
}

export const systemClock: Clock = {
  now: () => performance.now(),
  sleep: (milliseconds) => wait(milliseconds),
  random: () => Math.random(),
  date: () => new Date(),
};
