import { expect } from '@jest/globals';
import { githubHtml, readHtml } from './github-markdown.js';

/** Text that does harm wherever it is not escaped; `evil-WHERE` shows where it came from. */
export function hostileText(where: string): string {
  return (
    `evil-${where}\n::error::forged\r::set-output name=verdict::pass\u2028::stop-commands::x` +
    '</details><script>alert(1)</script>![x](https://evil.example/p.png)[y](javascript:alert(1)) @everyone #1 ' +
    '```\n# Heading\n| a | b |\n<!-- base-image-gate end -->\u001b[2J\u001b]8;;https://evil.example\u0007\u202e%0A::error::z'
  );
}

/** Control characters but line ends and tabs, and what changes the direction of text or ends a line unseen. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: finding them is the point.
const CONTROL = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]/;

const OWN_LINK = /^<a href="https:\/\/github\.example\/[^"\s<>]*">$/;

/** Expects Markdown that quotes hostile text to hold no element, link, mention, heading or control character of it. */
export function expectHarmlessMarkdown(name: string, markdown: string): void {
  const html = githubHtml(markdown);
  const { tags } = readHtml(html);
  // A name may be part of a path below GitHub itself.
  const foreign = (tag: string): boolean => /evil\.example|javascript:/i.test(tag) && !OWN_LINK.test(tag);
  const dangerous = tags.filter((tag) => /^<(?:script|img)/i.test(tag) || foreign(tag));
  expect([name, dangerous]).toEqual([name, []]);
  expect([name, /<h1[^>]*>Heading/.exec(html)]).toEqual([name, null]);
  const { text } = readHtml(html.replace(/<(code|pre)\b[^>]*>[\s\S]*?<\/\1>/g, ''));
  expect([name, /@everyone|https:\/\/evil/.exec(text)]).toEqual([name, null]);
  expect([name, CONTROL.exec(markdown)]).toEqual([name, null]);
}

/** Expects a log that quotes hostile text to hold no command to the runner that is not ours, and no control character. */
export function expectHarmlessLog(log: string): void {
  const lines = log.split(/\r\n|[\n\r\u2028\u2029]/);
  const commands = lines.flatMap((line) => /^\s*::([a-z-]+)[ :]/.exec(line)?.[1] ?? []);
  expect(commands.filter((name) => !['add-mask', 'error', 'warning', 'group', 'endgroup'].includes(name))).toEqual([]);
  // Ours name a file, or a title; what was forged names nothing.
  expect(lines.filter((line) => /^\s*::(?:error|warning)::(?:forged|z)/.test(line))).toEqual([]);
  expect(CONTROL.exec(log)).toBeNull();
}
