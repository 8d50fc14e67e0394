import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from '@jest/globals';

const root = fileURLToPath(new URL('../..', import.meta.url));
const pages = execFileSync('git', ['-C', root, 'ls-files', '-z', '--', '*.md'], { encoding: 'utf8' })
  .split('\0')
  .filter((path) => path !== '');

/** A page without what stands in fences, where brackets are code. */
const prose = (path: string): string => readFileSync(join(root, path), 'utf8').replace(/^( *)```[\s\S]*?^\1```$/gm, '');

/** The anchors that GitHub gives the headings of a page; equal ones are numbered. */
function anchors(path: string): ReadonlySet<string> {
  const found = new Set<string>();
  for (const [, title = ''] of prose(path).matchAll(/^#{1,6} +(.+?) *#*$/gm)) {
    const text = title.replace(/\[([^\]]*)\]\([^)]*\)/g, '$1').toLowerCase();
    const anchor = text.replace(/[^\p{L}\p{M}\p{N}\p{Pc}\- ]/gu, '').replaceAll(' ', '-');
    let numbered = anchor;
    for (let count = 1; found.has(numbered); count++) numbered = `${anchor}-${count}`;
    found.add(numbered);
  }
  return found;
}

/** Why a link of a page leads nowhere, or undefined. */
function fault(page: string, link: string): string | undefined {
  const [path = '', anchor] = link.split('#');
  const target = path === '' ? page : relative(root, join(root, dirname(page), decodeURIComponent(path)));
  if (target.startsWith('..')) return 'leads out of the repository';
  if (!existsSync(join(root, target))) return 'there is no such file';
  if (anchor === undefined) return undefined;
  if (statSync(join(root, target)).isDirectory() || !target.endsWith('.md')) return 'an anchor in what is no page';
  return anchors(target).has(anchor) ? undefined : `${target} has no heading for it`;
}

describe('links of the documentation', () => {
  test('to files and headings lead somewhere', () => {
    const broken: string[] = [];
    let followed = 0;
    for (const page of pages) {
      const text = prose(page).replace(/`[^`\n]*`/g, '');
      const links = [...text.matchAll(/\]\(([^)\s]+)(?: "[^"]*")?\)|^\[[^\]]+\]: (\S+)|(?:src|href)="([^"]+)"/gm)];
      for (const link of links.map(([, inline, reference, html]) => inline ?? reference ?? html ?? '')) {
        if (/^[a-z][a-z0-9+.-]*:/i.test(link)) continue;
        followed += 1;
        const why = fault(page, link);
        if (why !== undefined) broken.push(`${page}: ${link}: ${why}`);
      }
    }
    expect(broken).toEqual([]);
    expect(followed).toBeGreaterThan(40);
  });

  test('lead from the index to every page', () => {
    const index = prose('docs/README.md');
    const unlisted = pages.filter(
      (page) => /^docs\/(?!README)[^/]+\.md$/.test(page) && !index.includes(`(${page.slice(5)}`),
    );
    expect(unlisted).toEqual([]);
  });

  test('use https', () => {
    const plain = pages.flatMap((page) =>
      [...prose(page).matchAll(/\]\((http:[^)]+)\)/g)].map(([, link]) => `${page}: ${link}`),
    );
    expect(plain).toEqual([]);
  });

  test.each(['SECURITY.md', 'CONTRIBUTING.md', 'README.md'])('%s names pages of docs/ by links', (page) => {
    const bare = prose(page)
      .replace(/\[[^\]]*\]\([^)]*\)/g, '')
      .match(/(?<!`)\bdocs\/[\w-]+\.md/g);
    expect(bare).toBeNull();
  });
});
