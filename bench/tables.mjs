/** Every Markdown table in a text, each as rows with the text of their cells under the names of the columns. */
export function readTables(text) {
  const tables = [];
  let head;
  for (const line of text.split('\n')) {
    const cells = line.startsWith('|')
      ? line
          .slice(1, line.lastIndexOf('|'))
          .split('|')
          .map((cell) => cell.trim())
      : undefined;
    if (cells === undefined) head = undefined;
    else if (head === undefined) {
      head = cells;
      tables.push([]);
    } else if (!cells.every((cell) => /^-+$/.test(cell)))
      tables.at(-1).push(Object.fromEntries(cells.map((cell, index) => [head[index], cell])));
  }
  return tables;
}
