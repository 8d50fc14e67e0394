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
  { not: /\bbills? of materials?\b/i, but: 'SBOM', as: 'Its bill of materials is empty.' },
  { not: /(?<![\w@./-])sigstore(?![\w./-])/, but: 'Sigstore', as: 'It is a sigstore bundle.' },
  { not: /\bCosign\b/, but: 'cosign', as: 'Sign it with Cosign.' },
  { not: /\btoken services?\b/i, but: 'token server', as: 'The token service answers.' },
  { not: /\bbase refs?\b/i, but: 'base branch', as: 'It is not in the base ref.' },
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
  { not: /\b(?:Sbom|Json|Sarif|Yaml|Vex|Cve)s?\b/, but: 'SBOM, JSON, SARIF, YAML, VEX, CVE', as: 'The Json is empty.' },
];

/** The design's list: one word for one thing, wherever it is written, in code, comments and titles of tests as well. */
const EVERYWHERE: typeof WORDS = [
  { not: /\bmend(?:s|ed|ing)?\b/i, but: 'fix, fixed in', as: 'It is mended in 1.2.' },
  { not: /\b(?:told|tells)\b/i, but: 'reported, says, distinguishes', as: 'It is told with its line.' },
  { not: /\bat (?:the|a) desk\b/i, but: 'on the command line', as: 'At the desk it is shown.' },
  { not: /\bfolders?\b/i, but: 'directory', as: 'The folder is empty.' },
  { not: /\bbills?\b/i, but: 'SBOM', as: 'Its bill is empty.' },
  {
    not: /\brooms?\b|(?<!Math\.)\bfloors?\b(?![(),'])|\bstations?\b/i,
    but: 'module, layer, step',
    as: 'It is in the next room.',
  },
  { not: /\bstrangers?\b/i, but: 'untrusted', as: 'A stranger wrote it.' },
  { not: /\bopen questions?\b/i, but: 'could not be checked', as: 'That is an open question.' },
  { not: /\bb(?:ears?|orne) (?:\w+ )?out\b/i, but: 'confirms', as: 'The certificate bears it out.' },
  { not: /\bl(?:ies?|ay) beside\b/i, but: 'is written next to', as: 'It lies beside the report.' },
  { not: /\bbecame other\b/i, but: 'what changed', as: 'What became other is listed.' },
  { not: /\bjudg\w*/i, but: 'evaluate', as: 'It is judged by the policy.' },
  { not: /\b(?:catalogue|licence)\w*/i, but: 'catalog, license', as: 'The catalogue has it.' },
  { not: /\bweakness(?:es)?\b/i, but: 'vulnerability', as: 'It has a weakness.' },
  { not: /\bclocks\b/i, but: 'timestamps', as: 'By several clocks.' },
  { not: /\bremed(?:y|ies)\b/i, but: 'fix', as: 'The remedy is short.' },
  {
    not: /\b(?:behaviour|colour|artefact|organisation|neighbour|favour|ageing)\w*|\banalysed?\b|\b\w+(?:nise|lise|rise)[sd]?\b(?<!\b(?:otherwise|enterprise|rise|arise|comprise|surprise|precise|promise|premise|likewise|exercise|noise|raise|praise|sunrise|supervise|advise|revise)[sd]?)/i,
    but: 'the American spelling',
    as: 'The behaviour differs.',
  },
];

/** The program names who acts: a user, a caller, a publisher, an attacker. */
const WHO: typeof WORDS = [
  {
    not: /\b(?:whoever|whomever|nobody|anybody|somebody|everybody)\b/i,
    but: 'who it is: a user, a caller, an attacker; anyone, no one',
    as: 'Whoever pushes an image can write it.',
  },
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

/** Where an option of 1.0.0 is called by its old name, to say what to write in its place. */
const OLD_NAME = /\blicence\b/g;
const NAMES_OLD_OPTIONS = ['src/policy/schema-problems.ts', '__tests__/policy/renamed-keys.test.ts'];

describe('one word is written for one thing', () => {
  test.each(['src', '__tests__', 'scripts', 'bench', 'examples', 'packaging', '.github'])(
    'in code, comments and titles of %s/',
    (directory) => {
      const lines = ['.ts', '.mjs', '.go', '.sh', '.yml', '.yaml', '.hcl', '.css', '.html']
        .flatMap((ends) => filesBelow(directory, ends))
        .filter((path) => path !== '__tests__/repository/words.test.ts')
        .flatMap((path) =>
          readFileSync(join(root, path), 'utf8')
            .split('\n')
            .map((text, index) => ({
              place: `${path}:${index + 1}`,
              text: NAMES_OLD_OPTIONS.includes(path) ? text.replaceAll(OLD_NAME, '') : text,
            })),
        );
      expect(faults(lines, EVERYWHERE)).toEqual([]);
    },
  );

  test('in the comments of the program', () => {
    const lines = filesBelow('src', '.ts').flatMap((path) =>
      readFileSync(join(root, path), 'utf8')
        .split('\n')
        .map((text, index) => ({ place: `${path}:${index + 1}`, text })),
    );
    expect(faults(lines, WHO)).toEqual([]);
  });

  test('in every text of the program', () => {
    const texts = filesBelow('src', '.ts').flatMap(textsOf);
    expect(texts.length).toBeGreaterThan(2000);
    expect(faults(texts, [...WORDS, ...IN_MESSAGES])).toEqual([]);
  });

  test('on every page', () => {
    const pages = [...PAGES, ...filesBelow('docs', '.md')].flatMap(proseOf);
    expect(faults(pages, [...WORDS, ...EVERYWHERE])).toEqual([]);
  });

  test('in the comments of every example', () => {
    const examples = filesBelow('examples', '').filter((path) => /(?:Dockerfile|\.ya?ml|\.hcl|\.sh)$/.test(path));
    expect(examples.length).toBeGreaterThan(20);
    const comments = examples.flatMap(proseOf).filter(({ text }) => text.includes('#'));
    expect(faults(comments, [...WORDS, ...EVERYWHERE])).toEqual([]);
  });

  test('in the inputs of the Action, the catalog and the schemas', () => {
    const schemas = filesBelow('schemas', '.json').flatMap(proseOf);
    const said = schemas.filter(({ text }) => /^ *"(?:description|title)":/.test(text));
    const files = [...YAML, ...filesBelow('src/catalog', '.yaml')].flatMap(proseOf);
    expect(faults([...files, ...said], [...WORDS, ...EVERYWHERE, ...WHO])).toEqual([]);
  });
});

test.each([...WORDS, ...EVERYWHERE, ...WHO, ...IN_MESSAGES])(
  '$not is found, and what is to be written is not',
  ({ not, but, as }) => {
    expect(faults([{ place: 'here', text: as }], [{ not, but, as }])).toHaveLength(1);
    expect(faults([{ place: 'here', text: but }], WORDS)).toEqual([]);
  },
);
