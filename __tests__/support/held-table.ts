import { readFile, writeFile } from 'node:fs/promises';
import { expect } from '@jest/globals';

/**
 * Compares a document of docs/ that consists of an introduction and a table with what a test found; `UPDATE_TABLES=1` writes
 * it anew. The table's columns are in line, as the formatter wants it; the first row is the head.
 */
export async function expectDocument(
  name: string,
  introduction: string,
  rows: readonly (readonly string[])[],
): Promise<void> {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  const line = (cells: readonly string[], filler: string) =>
    `| ${widths.map((width, column) => (cells[column] ?? '').padEnd(width, filler)).join(' | ')} |`;
  const [head = [], ...body] = rows;
  const table = [line(head, ' '), line([], '-'), ...body.map((row) => line(row, ' ')), ''].join('\n');
  const path = new URL(`../../docs/${name}`, import.meta.url);
  if (process.env['UPDATE_TABLES'] === '1') await writeFile(path, `${introduction}\n${table}`);
  expect(await readFile(path, 'utf8')).toBe(`${introduction}\n${table}`);
}
