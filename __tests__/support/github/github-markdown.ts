import { micromark } from 'micromark';
import { gfm, gfmHtml } from 'micromark-extension-gfm';

/** Markdown as GitHub's own flavour reads it, as HTML. Raw HTML is kept, as GitHub keeps the elements we use. */
export function githubHtml(markdown: string): string {
  return micromark(markdown, {
    allowDangerousHtml: true,
    extensions: [gfm()],
    htmlExtensions: [gfmHtml()],
  });
}

const ENTITIES: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"' };

/** The tags of an HTML text in order, and its text as a browser shows it. */
export function readHtml(html: string): { readonly tags: readonly string[]; readonly text: string } {
  const tags = html.match(/<[^>]*>/g) ?? [];
  const text = html
    .replace(/<[^>]*>/g, '')
    .replace(/&(?:#(\d+)|([a-z]+));/g, (whole, code?: string, name?: string) =>
      code !== undefined ? String.fromCodePoint(Number(code)) : (ENTITIES[name ?? ''] ?? whole),
    );
  return { tags, text };
}

/**
 * What GitHub links from rendered text outside of code: mentions, references to issues and commits, addresses.
 * @see https://docs.github.com/en/get-started/writing-on-github/working-with-advanced-formatting/autolinked-references-and-urls
 */
export const GITHUB_LINKS =
  /@[A-Za-z0-9]|#[0-9]|\bGH-[0-9]|https?:\/\/|\bwww\.|(?<![0-9a-zA-Z])[0-9a-f]{7,40}(?![0-9a-zA-Z])/i;
