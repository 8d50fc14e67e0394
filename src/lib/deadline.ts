/** The time by which a run has to be done. Work that is not done by then goes on, but is no longer awaited. */
export class Deadline {
  readonly #timer: NodeJS.Timeout;
  /** What to call when it passes; work that is done in time leaves, so that nothing of it is held until the end. */
  readonly #waiting = new Set<() => void>();
  #isPassed = false;

  /** Starts at once; it never keeps the process alive by itself. */
  constructor(milliseconds: number) {
    this.#timer = setTimeout(() => {
      this.#isPassed = true;
      for (const pass of this.#waiting) pass();
      this.#waiting.clear();
    }, milliseconds);
    this.#timer.unref();
  }

  get isPassed(): boolean {
    return this.#isPassed;
  }

  /** What the work comes to, or `late` where the deadline passes first. `work` is not started after the deadline. */
  async within<T>(work: () => Promise<T>, late: T): Promise<T> {
    if (this.#isPassed) return late;
    let pass = (): void => undefined;
    const passed = new Promise<T>((resolve) => {
      pass = () => resolve(late);
    });
    this.#waiting.add(pass);
    try {
      return await Promise.race([work(), passed]);
    } finally {
      this.#waiting.delete(pass);
    }
  }

  /** Stops the timer when everything was done in time. */
  end(): void {
    clearTimeout(this.#timer);
  }
}
