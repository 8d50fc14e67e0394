import type { Clock } from './clock.js';

/**
 * Bounds the requests to one host at a time, and lets the host ask all of us to wait: one `Retry-After` holds back every
 * request to it, not just the one that was refused.
 */
export class HostQueue {
  readonly #limit: number;
  readonly #clock: Clock;
  readonly #waiting: (() => void)[] = [];
  #running = 0;
  #pausedUntil = 0;

  constructor(limit: number, clock: Clock) {
    this.#limit = limit;
    this.#clock = clock;
  }

  /** Resolves when it is the caller's turn; the function it gives ends the turn, and may be called again. */
  async enter(): Promise<() => void> {
    if (this.#running >= this.#limit) await new Promise<void>((resolve) => this.#waiting.push(resolve));
    else this.#running++;
    const pause = this.#pausedUntil - this.#clock.now();
    if (pause > 0) await this.#clock.sleep(pause);
    let left = false;
    return () => {
      if (left) return;
      left = true;
      const next = this.#waiting.shift();
      // The turn passes on, so that the count of those running stays.
      if (next !== undefined) next();
      else this.#running--;
    };
  }

  pause(milliseconds: number): void {
    this.#pausedUntil = Math.max(this.#pausedUntil, this.#clock.now() + milliseconds);
  }
}
