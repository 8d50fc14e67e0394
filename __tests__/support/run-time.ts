import { jest } from '@jest/globals';

/** Runs with timers that wait for `pass`, which lets a run's whole time go by; whatever else is scheduled goes on. */
export async function withRunTime<T>(run: (pass: () => void) => Promise<T>): Promise<T> {
  const waiting = new Map<NodeJS.Timeout, () => void>();
  const { setTimeout: start } = globalThis;
  const started = jest.spyOn(globalThis, 'setTimeout').mockImplementation((callback: () => void) => {
    // A timer that never fires by itself, and that clearTimeout knows.
    const timer = start(() => undefined, 2 ** 31 - 1).unref();
    waiting.set(timer, callback);
    return timer;
  });
  const ended = jest.spyOn(globalThis, 'clearTimeout').mockImplementation((timer) => {
    if (typeof timer === 'object') waiting.delete(timer);
  });
  try {
    return await run(() => {
      for (const [timer, callback] of waiting) {
        waiting.delete(timer);
        callback();
      }
    });
  } finally {
    started.mockRestore();
    ended.mockRestore();
  }
}
