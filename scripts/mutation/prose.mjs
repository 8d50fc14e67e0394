/**
 * A Stryker plugin that leaves prose alone. An emptied sentence changes what a person reads and decides nothing; the
 * words that decide (`'fail'`, `'error'`, a media type, an option's name) hold no two words and stay mutable.
 */

/** What a rule's page is made of. */
const PAGE = new Set(['title', 'question', 'why', 'fix']);
/** What a message is made of. */
const MESSAGE = new Set(['reason', 'fix', 'message', 'fix', 'expected']);
const TWO_WORDS = /[A-Za-z,;:.")`] | [A-Za-z("`]/;

/** The texts of a string or template literal, without what it interpolates. */
function textsOf(node) {
  if (node.type === 'StringLiteral') return [node.value];
  return node.type === 'TemplateLiteral' ? node.quasis.map(({ value }) => value.raw) : [];
}

function isProse(path) {
  const { node, parent } = path;
  if (node.type === 'ObjectProperty') return PAGE.has(node.key.name);
  const texts = textsOf(node);
  if (texts.length === 0) return false;
  if (texts.some((text) => TWO_WORDS.test(text))) return true;
  return parent?.type === 'ObjectProperty' && parent.value === node && MESSAGE.has(parent.key.name);
}

export const strykerPlugins = [
  {
    kind: 'Ignore',
    name: 'prose',
    value: { shouldIgnore: (path) => (isProse(path) ? 'prose: read by people, decides nothing' : undefined) },
  },
];
