import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { readPayload } from '../../src/github/payload.js';

let directory = '';
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'payload-'));
});
afterAll(() => rmSync(directory, { recursive: true }));

function file(text: string): string {
  const path = join(directory, 'event.json');
  writeFileSync(path, text);
  return path;
}

describe("the event's payload", () => {
  test('is what the runner left, as it is', async () => {
    const payload = { pull_request: { number: 7, title: 'Grüße \u{1f600}' }, extra: [null] };
    expect(await readPayload(file(JSON.stringify(payload)))).toEqual(payload);
  });

  test.each([
    ['text that is no JSON', '{"action":'],
    ['nothing', ''],
    ['a list', '[1]'],
    ['null', 'null'],
    ['an object without fields', '{}'],
  ])('is null for %s', async (_what, text) => {
    expect(await readPayload(file(text))).toBeNull();
  });

  test('is null where there is no file, or the runner names none', async () => {
    expect(await readPayload(join(directory, 'missing.json'))).toBeNull();
    expect(await readPayload(directory)).toBeNull();
    expect(await readPayload(null)).toBeNull();
  });
});
