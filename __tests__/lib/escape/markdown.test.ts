import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { block, code, inline, link, prose, urlPath } from '../../../src/lib/escape/markdown.js';
import { visible, visibleLines } from '../../../src/lib/escape/visible.js';
import { GITHUB_LINKS, githubHtml, readHtml } from '../../support/github/github-markdown.js';

/** Text made of what breaks out of places, and of anything. */
const hostile = fc
  .array(
    fc.oneof(
      fc.constantFrom(
        ...['`', '``', '|', '\\', '*', '**', '_', '~~', '[', ']', '](', '(', ')', '<', '>', '<b>', '</details>', '&'],
        ...['&lt;', '&#35;', '#', '#1', 'GH-1', '@acme', '@', 'https://x.example', 'www.x.example', 'a@b.example'],
        ...[
          '<!-- base-image-gate',
          '-->',
          '\n',
          '\r\n',
          '\n\n',
          ' ',
          '    ',
          '\t',
          '::error::',
          '\u001b[31m',
          '\u202e',
        ],
        ...[
          '\u200b',
          '- ',
          '1. ',
          '> ',
          '# ',
          '---',
          '===',
          '| a |',
          '```',
          '![x](y)',
          'abcdef0',
          '$',
          '[^1]',
          'x',
          ':',
        ],
      ),
      fc.string({ unit: 'binary', maxLength: 4 }),
    ),
    { maxLength: 12 },
  )
  .map((parts) => parts.join(''));

/** The one place of a document that varies: its HTML must have the tags of the harmless document, and the text put there. */
function shownIn(document: (put: string) => string, put: string): { tags: readonly string[]; text: string } {
  return readHtml(githubHtml(document(put)));
}

const spaces = (text: string) =>
  text
    .replaceAll('\u200b', '')
    .replace(/[ \t]+/g, ' ')
    .trim();
const PLACES = {
  'a paragraph': (put: string) => `before ${put} after`,
  'a list item': (put: string) => `1. ${put}<br>\n   after\n2. x`,
  'strong text': (put: string) => `x **${put}**<br>`,
  'a table cell': (put: string) => `| a | b |\n| --- | --- |\n| ${put} | c |`,
} as const;

describe.each(Object.entries(PLACES))('in %s', (_, document) => {
  test('plain text is text, and nothing in it is linked', () => {
    fc.assert(
      fc.property(hostile, (text) => {
        const put = `x${inline(text)}x`;
        const plain = shownIn(document, 'y');
        const shown = shownIn(document, put);
        expect(shown.tags).toEqual(plain.tags);
        expect(spaces(shown.text)).toBe(spaces(plain.text.replace('y', () => `x${visible(text).trim()}x`)));
        expect(shown.text).not.toMatch(GITHUB_LINKS);
        expect(put).not.toMatch(/<!--|##\[/);
      }),
      { numRuns: 200 },
    );
  });

  test('code is one code element with the text', () => {
    fc.assert(
      fc.property(hostile, (text) => {
        const plain = shownIn(document, 'y');
        const shown = shownIn(document, code(text));
        expect(shown.tags.filter((tag) => !tag.endsWith('code>'))).toEqual(plain.tags);
        expect(shown.tags.filter((tag) => tag.endsWith('code>'))).toEqual(['<code>', '</code>']);
        expect(spaces(shown.text)).toBe(spaces(plain.text.replace('y', () => visible(text) || '(empty)')));
        expect(code(text)).not.toMatch(/<!--|##\[/);
      }),
      { numRuns: 200 },
    );
  });

  test('a sentence has nothing but code elements in it', () => {
    fc.assert(
      fc.property(hostile, (text) => {
        const plain = shownIn(document, 'y');
        const shown = shownIn(document, `x${prose(`x${text}`)}x`);
        expect(shown.tags.filter((tag) => !tag.endsWith('code>'))).toEqual(plain.tags);
        expect(
          readHtml(githubHtml(document(`x${prose(`x${text}`)}x`)).replace(/<code>.*?<\/code>/gs, '')).text,
        ).not.toMatch(GITHUB_LINKS);
      }),
      { numRuns: 200 },
    );
  });
});

describe('inline', () => {
  test('text at the start of a line is no list, heading, quote or rule', () => {
    fc.assert(
      fc.property(hostile, (text) => {
        fc.pre(visible(text).trim() !== '');
        const { tags } = readHtml(githubHtml(inline(text)));
        expect(tags).toEqual(['<p>', '</p>']);
      }),
      { numRuns: 200 },
    );
  });
});

describe('prose', () => {
  test('what stands between backquotes is code', () => {
    expect(githubHtml(prose('Use `FROM a|b` or `x`, not `y'))).toBe(
      '<p>Use <code>FROM a|b</code> or <code>x</code>, not `y</p>',
    );
  });
});

describe('block', () => {
  test('nothing inside closes the block, and no comment marker can be forged in it', () => {
    fc.assert(
      fc.property(hostile, (text) => {
        const html = githubHtml(`before\n\n${block(text)}\n\nafter`);
        const { tags, text: shown } = readHtml(html);
        expect(tags).toEqual(['<p>', '</p>', '<pre>', '<code>', '</code>', '</pre>', '<p>', '</p>']);
        expect(block(text)).not.toContain('<!--');
        expect(block(text)).not.toMatch(/^\s*::|##\[/m);
        const broken = visibleLines(text).replaceAll('<!--', '<! --').replaceAll('##[', '#\\u{23}[');
        expect(shown.trim()).toContain(broken.replace(/^(\s*)::/gm, '$1\\u{3A}:').trim());
      }),
      { numRuns: 200 },
    );
  });
});

describe('link', () => {
  test('the address is the one given, whatever the path', () => {
    fc.assert(
      fc.property(hostile, (path) => {
        const html = githubHtml(
          `see ${link(code(path), `https://github.com/a/b/blob/c/${urlPath(path)}?plain=1#L1`)} there`,
        );
        const { tags } = readHtml(html);
        expect(tags).toHaveLength(6);
        expect(tags[1]).toBe(`<a href="https://github.com/a/b/blob/c/${urlPath(path)}?plain=1#L1">`);
      }),
      { numRuns: 200 },
    );
  });
});

describe('urlPath', () => {
  test('percent-encodes all but the unreserved, and reads back', () => {
    expect(urlPath('a b/ü#?%"<.x')).toBe('a%20b/%C3%BC%23%3F%25%22%3C.x');
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (path) => {
        expect(decodeURIComponent(urlPath(path))).toBe(path);
      }),
    );
  });
});
