import { describe, expect, test } from '@jest/globals';
import { Deadline } from '../../src/lib/deadline.js';

describe('a deadline', () => {
  test('gives what the work comes to in time, and its error', async () => {
    const deadline = new Deadline(60_000);
    expect(await deadline.within(async () => 'done', 'late')).toBe('done');
    await expect(deadline.within(() => Promise.reject(new Error('failed')), 'late')).rejects.toThrow('failed');
    deadline.end();
  });

  test('gives what stands for late work once it passes, and starts nothing after it', async () => {
    const deadline = new Deadline(1);
    expect(await deadline.within(() => new Promise<string>(() => undefined), 'late')).toBe('late');
    expect(deadline.isPassed).toBe(true);
    let started = false;
    const work = async () => {
      started = true;
      return 'done';
    };
    expect(await deadline.within(work, 'late')).toBe('late');
    expect(started).toBe(false);
  });
});
