import { mock } from 'node:test';

/** Runs with timers that wait for `pass`, which lets a run's whole time go by; whatever else is scheduled goes on. */
export async function withRunTime<T>(run: (pass: () => void) => Promise<T>): Promise<T> {
  mock.timers.enable({ apis: ['setTimeout', 'setInterval'] });
  try {
    return await run(() => mock.timers.tick(24 * 60 * 60 * 1000));
  } finally {
    mock.timers.reset();
  }
}
