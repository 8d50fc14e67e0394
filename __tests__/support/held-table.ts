import { readFile, writeFile } from 'node:fs/promises';
import { expect } from '@jest/globals';
import { table } from '../../scripts/generate/table.js';

/**
 * Compares a document of docs/ that consists of an introduction and a table with what a test found; `UPDATE_TABLES=1` writes
 * it anew.
 */
export async function expectDocument(
  name: string,
  introduction: string,
  head: readonly string[],
  rows: readonly (readonly string[])[],
): Promise<void> {
  const path = new URL(`../../docs/${name}`, import.meta.url);
  const text = `${introduction}\n${table(head, rows)}\n`;
  if (process.env['UPDATE_TABLES'] === '1') await writeFile(path, text);
  expect(await readFile(path, 'utf8')).toBe(text);
}
