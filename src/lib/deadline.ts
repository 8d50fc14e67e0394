/** The time by which a run has to be done. Work that is not done by then goes on, but is no longer awaited. */
export class Deadline {
  readonly #passed: Promise<void>;
  readonly #timer: NodeJS.Timeout;
  #isPassed = false;

  /** Starts at once; it never keeps the process alive by itself. */
  constructor(milliseconds: number) {
    let pass = (): void => undefined;
    this.#passed = new Promise((resolve) => {
      pass = resolve;
    });
    this.#timer = setTimeout(() => {
      this.#isPassed = true;
      pass();
    }, milliseconds);
    this.#timer.unref();
  }

  get isPassed(): boolean {
    return this.#isPassed;
  }

  /** What the work comes to, or `late` where the deadline passes first. `work` is not started after the deadline. */
  async within<T>(work: () => Promise<T>, late: T): Promise<T> {
    if (this.#isPassed) return late;
    return await Promise.race([work(), this.#passed.then(() => late)]);
  }

  /** Ends it, where everything was done in time. */
  end(): void {
    clearTimeout(this.#timer);
  }
}
