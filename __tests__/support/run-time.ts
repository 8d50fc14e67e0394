import { jest } from '@jest/globals';

/** Runs with timers that wait for `pass`, which lets a run's whole time go by; whatever else is scheduled goes on. */
export async function withRunTime<T>(run: (pass: () => void) => Promise<T>): Promise<T> {
  jest.useFakeTimers({
    doNotFake: ['nextTick', 'setImmediate', 'clearImmediate', 'queueMicrotask', 'Date', 'performance', 'hrtime'],
  });
  try {
    return await run(() => void jest.advanceTimersByTime(24 * 60 * 60 * 1000));
  } finally {
    jest.useRealTimers();
  }
}
