import { compareDigits, compareNatural, compareText, type VersionOrder } from './order.js';

/**
 * apk's version order: `1.2.3a_rc1~hash-r0`.
 * @see https://gitlab.alpinelinux.org/alpine/apk-tools/-/blob/master/src/version.c (apk_version_compare)
 */
export const compareApk: VersionOrder = (a, b) => {
  if (a === b) return 0;
  const x = tokens(a);
  const y = tokens(b);
  for (let i = 0; ; i++) {
    const p = x[i] ?? END;
    const q = y[i] ?? END;
    if (p.kind !== q.kind) return compareKinds(p, q);
    if (p.kind === 'end') return 0;
    // What follows no longer has apk's grammar (OpenSSH's 9.9p2): ordered as people read it.
    if (p.kind === 'invalid') return compareNatural(p.text, q.text);
    const difference = compareTokens(p, q);
    if (difference !== 0) return difference;
  }
};

/** Whether a text is a version in apk's grammar: what it installs always is. */
export function isApkVersion(version: string): boolean {
  return tokens(version).every(({ kind }) => kind !== 'invalid');
}

type Kind =
  | 'first-digits'
  | 'digits'
  | 'letter'
  | 'suffix'
  | 'suffix-number'
  | 'commit'
  | 'revision'
  | 'end'
  | 'invalid';
interface Token {
  readonly kind: Kind;
  readonly text: string;
}

const END: Token = { kind: 'end', text: '' };

/** In the order of apk's own enumeration: of two versions that differ in kind, the one whose next token comes later here is older. */
const KINDS: readonly Kind[] = [
  'first-digits',
  'digits',
  'letter',
  'suffix',
  'suffix-number',
  'commit',
  'revision',
  'end',
  'invalid',
];

/** Before `''` a pre-release, after it a patch. */
const SUFFIXES = ['alpha', 'beta', 'pre', 'rc', '', 'cvs', 'svn', 'git', 'hg', 'p'];
const RELEASE = SUFFIXES.indexOf('');

/** What may follow what, and how it looks. */
const GRAMMAR: readonly { readonly after: readonly Kind[]; readonly kind: Kind; readonly pattern: RegExp }[] = [
  { after: ['first-digits', 'digits'], kind: 'digits', pattern: /\.([0-9]+)/y },
  { after: ['first-digits', 'digits'], kind: 'letter', pattern: /([a-z])/y },
  {
    after: ['first-digits', 'digits', 'letter', 'suffix', 'suffix-number'],
    kind: 'suffix',
    pattern: /_(alpha|beta|pre|rc|cvs|svn|git|hg|p)(?![a-z])/y,
  },
  { after: ['suffix'], kind: 'suffix-number', pattern: /([0-9]+)/y },
  {
    after: ['first-digits', 'digits', 'letter', 'suffix', 'suffix-number'],
    kind: 'commit',
    pattern: /~([0-9a-f]+)/y,
  },
  {
    after: ['first-digits', 'digits', 'letter', 'suffix', 'suffix-number', 'commit'],
    kind: 'revision',
    pattern: /-r([0-9]*)/y,
  },
];

function tokens(version: string): readonly Token[] {
  const first = /^[0-9]+/.exec(version)?.[0];
  if (first === undefined) return [{ kind: 'invalid', text: version }];
  const found: Token[] = [{ kind: 'first-digits', text: first }];
  let at = first.length;
  let before: Kind = 'first-digits';
  while (at < version.length) {
    const next = nextToken(version, at, before);
    if (next === null) return [...found, { kind: 'invalid', text: version.slice(at) }];
    found.push(next.token);
    before = next.token.kind;
    at = next.end;
  }
  return found;
}

function nextToken(version: string, at: number, before: Kind): { token: Token; end: number } | null {
  for (const { after, kind, pattern } of GRAMMAR) {
    if (!after.includes(before)) continue;
    pattern.lastIndex = at;
    const match = pattern.exec(version);
    if (match?.[1] !== undefined) return { token: { kind, text: match[1] }, end: pattern.lastIndex };
  }
  return null;
}

function compareTokens(p: Token, q: Token): number {
  switch (p.kind) {
    case 'digits':
      // A leading zero makes it a fraction: 1.05 is older than 1.1.
      return p.text.startsWith('0') || q.text.startsWith('0')
        ? compareText(p.text, q.text)
        : compareDigits(p.text, q.text);
    case 'first-digits':
    case 'suffix-number':
    case 'revision':
      return compareDigits(p.text, q.text);
    case 'suffix':
      return SUFFIXES.indexOf(p.text) - SUFFIXES.indexOf(q.text);
    default:
      return compareText(p.text, q.text);
  }
}

function compareKinds(p: Token, q: Token): number {
  if (isPreRelease(p)) return -1;
  if (isPreRelease(q)) return 1;
  return KINDS.indexOf(q.kind) - KINDS.indexOf(p.kind);
}

function isPreRelease({ kind, text }: Token): boolean {
  return kind === 'suffix' && SUFFIXES.indexOf(text) < RELEASE;
}
