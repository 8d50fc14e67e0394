import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from '@jest/globals';

const root = fileURLToPath(new URL('../..', import.meta.url));
const page = readFileSync(join(root, 'docs/troubleshooting.md'), 'utf8');

/** The messages of the first column, each in the parts between what differs (`…`). */
const messages = [...page.matchAll(/^\| ([^|]+) \|/gm)]
  .flatMap(([, cell = '']) => [...cell.matchAll(/`([^`]+)`/g)])
  .map(
    ([, message = '']) =>
      [
        message,
        message
          .split(/…|DATE/)
          .map((part) => part.trim())
          .filter((part) => part.length > 2),
      ] as const,
  );

/** Messages of other programs. */
const FOREIGN = ['fetch failed', 'self-signed certificate', 'Resource not accessible', 'Expected — waiting'];

const code = readdirSync(join(root, 'src'), { recursive: true, encoding: 'utf8' })
  .filter((path) => path.endsWith('.ts'))
  .map((path) => readFileSync(join(root, 'src', path), 'utf8'))
  .join('\n')
  .replaceAll('\\`', '');

test('docs/troubleshooting.md has messages', () => {
  expect(messages.length).toBeGreaterThan(10);
});

test.each(messages.filter(([message]) => !FOREIGN.some((foreign) => message.startsWith(foreign))))(
  'docs/troubleshooting.md quotes a message of the code: %s',
  (_, parts) => {
    expect(parts.filter((part) => !code.includes(part))).toEqual([]);
  },
);
