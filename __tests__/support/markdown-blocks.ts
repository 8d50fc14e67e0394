/** The fenced blocks of a language in a Markdown text, without the indent of a list that they stand in. */
export function fencedBlocks(markdown: string, language: string): readonly string[] {
  const blocks: string[] = [];
  for (const match of markdown.matchAll(/^([ ]*)```([a-z]*)\n([\s\S]*?)^\1```$/gm)) {
    const [, indent = '', found = '', text = ''] = match;
    if (found === language) blocks.push(text.replaceAll(new RegExp(`^${indent}`, 'gm'), ''));
  }
  return blocks;
}
