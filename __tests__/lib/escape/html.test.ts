import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { html, joined, preformatted, rawElement, sentence } from '../../../src/lib/escape/html.js';

test('a template escapes what is inserted into text and into attributes', () => {
  expect(String(html`<p title="${`"><i onclick='x'>`}">${'<script>&'}</p>`)).toBe(
    '<p title="&quot;&gt;&lt;i onclick=&#39;x&#39;&gt;">&lt;script&gt;&amp;</p>',
  );
});

test('a template takes pieces as they are, lists one after the other, and nothing for nothing', () => {
  expect(String(html`<ul>${[html`<li>${1}</li>`, undefined, '<']}</ul>${undefined}`)).toBe('<ul><li>1</li>&lt;</ul>');
  expect(String(joined([html`<b></b>`, html`<i></i>`], ' & '))).toBe('<b></b> &amp; <i></i>');
});

test('a template leaves out its own line ends and no others', () => {
  expect(
    String(html`<p>
      ${'a\nb'}
    </p>`),
  ).toBe('<p>a\\u{A}b</p>');
  expect(String(html`<pre>${preformatted('a\r\n  b')}</pre>`)).toBe('<pre>a\n  b</pre>');
});

test('a template shows characters that no reader could see', () => {
  expect(String(html`${'a\u202eb\u0000'}`)).toBe('a\\u{202E}b\\u{0}');
});

test('a sentence has code between backticks, and keeps one that nothing closes', () => {
  expect(String(sentence('Use `a<b` now.'))).toBe('Use <code>a&lt;b</code> now.');
  expect(String(sentence('Use `a and b'))).toBe('Use `a and b');
  expect(String(sentence('`a` and `b'))).toBe('<code>a</code> and `b');
});

test('a script that would end its element is refused', () => {
  expect(String(rawElement('script', 'a<b'))).toBe('<script>a<b</script>');
  expect(() => rawElement('script', '"</SCRIPT >"')).toThrow('ends itself');
  expect(() => rawElement('style', '<!--')).toThrow('ends itself');
});

test('no inserted text makes an element or ends an attribute', () => {
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom('<', '>', '"', "'", '&', '`', 'a', '=', ' ', '\n') }), (text) => {
      const written = String(html`<p title="${text}">${text}${sentence(text)}</p>`);
      const bare = written.replace(/<\/?code>/g, '');
      expect(bare).toMatch(/^<p title="[^"<>]*">[^<>"]*<\/p>$/);
    }),
  );
});
