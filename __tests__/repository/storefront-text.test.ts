import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, test } from '@jest/globals';
import { z } from 'zod';
import { check } from '../../src/cli/check.js';
import { ioIn } from '../support/process/run-command.js';

const STOREFRONT = fileURLToPath(new URL('../../examples/storefront', import.meta.url));
const findingsShape = z.object({
  findings: z.array(
    z.object({ rule: z.string(), level: z.string(), location: z.object({ file: z.string(), line: z.number() }) }),
  ),
});

async function printed(...args: readonly string[]): Promise<string> {
  let text = '';
  const write = (part: string | Uint8Array) => {
    text += String(part);
  };
  await check([...args, '--offline', '--all-files'], ioIn(STOREFRONT, { columns: 100, stdout: write }));
  return text;
}

describe('the storefront in a terminal of 100 columns', () => {
  let lines: readonly string[];
  beforeAll(async () => {
    lines = (await printed()).trimEnd().split('\n');
  });

  test('takes 60 lines at most, of which none is wider', () => {
    expect(lines.length).toBeLessThanOrEqual(60);
    expect(lines.filter(({ length }) => length > 100)).toEqual([]);
  });

  test('names the file, line and rule of each error and warning', async () => {
    const { findings } = findingsShape.parse(JSON.parse(await printed('--format', 'json')));
    const counting = findings.filter(({ level }) => level !== 'note');
    expect(counting.length).toBeGreaterThan(20);
    const sections = new Map<string, string>();
    let file = '';
    for (const line of lines) {
      file = /^(\S+Dockerfile|Dockerfile) {2}\d/.exec(line)?.[1] ?? file;
      sections.set(file, `${sections.get(file) ?? ''}${line}\n`);
    }
    const missing = counting.filter(({ rule, location }) => {
      const section = sections.get(location.file) ?? '';
      return !section.includes(` ${rule} `) || !section.includes(` ${location.line}:`);
    });
    expect(missing).toEqual([]);
  });
});
