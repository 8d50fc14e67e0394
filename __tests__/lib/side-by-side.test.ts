import { setImmediate } from 'node:timers/promises';
import { describe, expect, test } from '@jest/globals';
import { sideBySide } from '../../src/lib/side-by-side.js';
import { Slots } from '../../src/lib/slots.js';

/** Work that counts how much of it runs at once. */
function counted() {
  const seen = { now: 0, most: 0, started: 0 };
  const work = async (number: number) => {
    seen.now += 1;
    seen.started += 1;
    seen.most = Math.max(seen.most, seen.now);
    await setImmediate();
    seen.now -= 1;
    return number * 2;
  };
  return { seen, work };
}

const numbers = Array.from({ length: 20 }, (_, number) => number);

describe('work side by side', () => {
  test.each([1, 3, 100])('returns results in the order of the items with %d lanes', async (lanes) => {
    const { seen, work } = counted();
    expect(await sideBySide(numbers, lanes, work)).toEqual(numbers.map((number) => number * 2));
    expect(seen.most).toBe(Math.min(lanes, numbers.length));
  });

  test('returns nothing for no items', async () => {
    expect(await sideBySide([], 4, counted().work)).toEqual([]);
  });

  test('rejects with the first error and starts nothing after it', async () => {
    const { seen, work } = counted();
    const failing = async (number: number) => {
      if (number === 3) throw new Error('three');
      return work(number);
    };
    await expect(sideBySide(numbers, 2, failing)).rejects.toThrow('three');
    const { started } = seen;
    await setImmediate();
    expect(seen.started).toBe(started);
    expect(started).toBeLessThan(6);
  });
});

describe('slots', () => {
  test('run so much at a time, wherever it is started', async () => {
    const slots = new Slots(3);
    const { seen, work } = counted();
    const results = await Promise.all(numbers.map((number) => slots.run(() => work(number))));
    expect(results).toEqual(numbers.map((number) => number * 2));
    expect(seen.most).toBe(3);
  });

  test('are free again after work that failed', async () => {
    const slots = new Slots(1);
    await expect(slots.run(() => Promise.reject(new Error('no')))).rejects.toThrow('no');
    expect(await slots.run(async () => 'yes')).toBe('yes');
  });
});
