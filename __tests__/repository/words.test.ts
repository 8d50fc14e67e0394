import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { parseSync } from '@swc/core';

/** One word for one thing, in whatever people read: messages, help, schemas and pages. */

const root = new URL('../../', import.meta.url).pathname;

/** What is not written, what is written in its place, and a sentence that has it. */
const WORDS: readonly { readonly not: RegExp; readonly but: string; readonly as: string }[] = [
  { not: /\bcan ?not\b/i, but: "can't", as: 'It cannot be read.' },
  { not: /[‘’]/, but: "the straight apostrophe: '", as: 'It can’t be read.' },
  { not: /\b(?:allow|deny)[ -]lists?\b/i, but: 'allowlist, denylist', as: 'It is on the deny list.' },
  { not: /\b(?:white|black)[ -]?list/i, but: 'allowlist, denylist', as: 'It is blacklisted.' },
  { not: /\bbills? of materials?\b/i, but: 'SBOM', as: 'Its SBOM is empty.' },
  { not: /(?<![\w@./-])sigstore(?![\w./-])/, but: 'Sigstore', as: 'It is a sigstore bundle.' },
  { not: /\bCosign\b/, but: 'cosign', as: 'Sign it with Cosign.' },
  { not: /\bdirectories?\b/i, but: 'directory', as: 'The directory is empty.' },
  { not: /\btoken services?\b/i, but: 'token server', as: 'The token service answers.' },
  { not: /\bbase refs?\b/i, but: 'base branch', as: 'It is not in the base ref.' },
  { not: /\bat (?:the|a) desk\b/i, but: 'on the command line', as: 'on the command line it is shown.' },
  { not: /\b(?:try|run) again\b/i, but: 'run the gate again', as: 'Try again later.' },
  { not: /\bwhoever publishes\b/i, but: "the image's publisher", as: 'Ask whoever publishes the image.' },
  { not: /\bwaive (?:this|it)\b/i, but: 'accept it by a waiver', as: 'Or waive this.' },
  { not: /\bplease\b/i, but: 'nothing', as: 'Please report it.' },
  { not: /\b(?:e\.g\.|i\.e\.|etc\.)/i, but: 'such as, that is', as: 'A host (e.g. ghcr.io).' },
  { not: /\bGithub\b|\bgithub (?:actions|action)\b/, but: 'GitHub Actions', as: 'Github is down.' },
  {
    not: /\b(?:Buildkit|Buildx|DockerFile|Docker hub)\b/,
    but: 'BuildKit, buildx, Dockerfile, Docker Hub',
    as: 'Buildkit reads it.',
  },
  {
    not: /\b(?:behavior|analyz|artifact|license[sd] under|colored)\w*/i,
    but: 'the British spelling',
    as: 'The behavior differs.',
  },
  { not: /\b(?:Sbom|Json|Sarif|Yaml|Vex|Cve)s?\b/, but: 'SBOM, JSON, SARIF, YAML, VEX, CVE', as: 'The Json is empty.' },
];

/** What only messages don't say: who speaks is the gate. */
const IN_MESSAGES: typeof WORDS = [
  { not: /\b(?:we|us)\b/, but: 'the gate', as: 'a runtime that we know' },
  { not: /[a-z]!(?:\s|$)/, but: 'a full stop', as: 'It failed!' },
];

interface Passage {
  readonly place: string;
  readonly text: string;
}

function faults(passages: readonly Passage[], words: typeof WORDS): readonly string[] {
  return passages.flatMap(({ place, text }) =>
    words.flatMap(({ not, but }) => {
      const found = not.exec(text);
      if (found === null) return [];
      const around = text.slice(Math.max(0, found.index - 40), found.index + 60).replaceAll('\n', ' ');
      return [`${place}: "${found[0]}" in "${around}"; write ${but}`];
    }),
  );
}

function filesBelow(directory: string, ends: string): readonly string[] {
  return readdirSync(join(root, directory), { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith(ends))
    .map((path) => join(directory, path))
    .sort();
}

/** Every text of a module that a person may come to read: strings and the fixed parts of templates, but no module's name. */
function textsOf(path: string): readonly Passage[] {
  const texts: Passage[] = [];
  const collect = (node: unknown): void => {
    if (Array.isArray(node)) for (const item of node) collect(item);
    if (typeof node !== 'object' || node === null || !('type' in node)) {
      if (typeof node === 'object' && node !== null && !Array.isArray(node)) Object.values(node).forEach(collect);
      return;
    }
    const { type } = node;
    if (type === 'ImportDeclaration' || type === 'ExportAllDeclaration' || type === 'TsLiteralType') return;
    const text =
      type === 'StringLiteral' && 'value' in node
        ? node.value
        : type === 'TemplateElement' && 'raw' in node && node.raw;
    // A key or a name of one word is no prose.
    if (typeof text === 'string' && /[A-Za-z]\S* +\S|^ \S+|\S+ $/.test(text)) texts.push({ place: path, text });
    Object.values(node).forEach(collect);
  };
  collect(parseSync(readFileSync(join(root, path), 'utf8'), { syntax: 'typescript', target: 'es2022' }).body);
  return texts;
}

/** The prose of a page, line by line: without code, addresses, and the names of tests that it quotes. */
function proseOf(path: string): readonly Passage[] {
  const text = readFileSync(join(root, path), 'utf8')
    .replaceAll(/^ *```[\s\S]*?^ *```$/gm, (fence) => fence.replaceAll(/[^\n]/g, ''))
    .replaceAll(/`[^`\n]*`|\]\([^)\s]*\)|“[^”]*”|https?:\S+/g, '');
  return text.split('\n').map((line, index) => ({ place: `${path}:${index + 1}`, text: line }));
}

const PAGES = ['README.md', 'CHANGELOG.md', 'CONTRIBUTING.md', 'SECURITY.md', 'examples/README.md'];
const YAML = ['action.yml', 'report/action.yml'];

describe('one word is written for one thing', () => {
  test('in every text of the program', () => {
    const texts = filesBelow('src', '.ts').flatMap(textsOf);
    expect(texts.length).toBeGreaterThan(2000);
    expect(faults(texts, [...WORDS, ...IN_MESSAGES])).toEqual([]);
  });

  test('on every page', () => {
    expect(faults([...PAGES, ...filesBelow('docs', '.md')].flatMap(proseOf), WORDS)).toEqual([]);
  });

  test('in the inputs of the Action, the catalog and the schemas', () => {
    const schemas = filesBelow('schemas', '.json').flatMap(proseOf);
    const said = schemas.filter(({ text }) => /^ *"(?:description|title)":/.test(text));
    const files = [...YAML, ...filesBelow('src/catalog', '.yaml')].flatMap(proseOf);
    expect(faults([...files, ...said], WORDS)).toEqual([]);
  });
});

test.each([...WORDS, ...IN_MESSAGES])('$not is found, and what is to be written is not', ({ not, but, as }) => {
  expect(faults([{ place: 'here', text: as }], [{ not, but, as }])).toHaveLength(1);
  expect(faults([{ place: 'here', text: but }], WORDS)).toEqual([]);
});
