import { type AttackCase, type AttackGroup, dockerfile } from './pair.js';

const PLAIN = 'FROM demo.example/base:1\nUSER 65532\n';
const IDENT = 'FROM demo.example/base:1\nRUN <<"$Id$"\necho\n$Id$\nUSER 65532\n';
const FORMAT = 'FROM demo.example/base:1\nRUN <<"$Format:%H$"\necho\n$Format:%H$\nUSER 65532\n';
const POINTER = 'version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n';
/** With LF alone the here-document ends one line earlier, and another FROM follows. */
const LINE_ENDS = 'FROM demo.example/base:1\nRUN <<E\necho\nE\r\nFROM docker.io/attacker/x:1\nE\nUSER 65532\n';

const attributes = (text: string, content: string, path = 'Dockerfile'): AttackCase => ({
  files: { '.gitattributes': `${text}\n`, [path]: content },
});

export const CHECKOUT: AttackGroup = {
  item: 1,
  name: 'what is built is not what was read',
  rules: ['readable-build-file'],
  pairs: [
    {
      what: 'ident by name',
      attack: attributes('Dockerfile ident', IDENT),
      twin: attributes('Dockerfile ident', PLAIN),
    },
    { what: 'ident of all files', attack: attributes('* ident', IDENT), twin: attributes('* -ident', IDENT) },
    { what: 'ident by a glob', attack: attributes('*file ident', IDENT), twin: attributes('*.md ident', IDENT) },
    {
      what: 'ident by a question mark',
      attack: attributes('D?ckerfile ident', IDENT),
      twin: attributes('R?adme ident', IDENT),
    },
    {
      what: 'ident by a class',
      attack: attributes('[D]ockerfile ident', IDENT),
      twin: attributes('*.[ch] ident', IDENT),
    },
    {
      what: 'ident in another case',
      attack: attributes('dockerfile ident', IDENT),
      twin: attributes('dockerfiles ident', IDENT),
    },
    {
      what: 'ident in any directory',
      attack: attributes('**/Dockerfile ident', IDENT),
      twin: attributes('docs/** ident', IDENT),
    },
    {
      what: 'ident from the top',
      attack: attributes('/Dockerfile ident', IDENT),
      twin: attributes('/sub/Dockerfile ident', IDENT),
    },
    {
      what: 'ident in quotes',
      attack: attributes('"Dockerfile" ident', IDENT),
      twin: attributes('"Dockerfile" ident', PLAIN),
    },
    {
      what: 'ident behind tabs and other attributes',
      attack: attributes('Dockerfile\ttext\tident', IDENT),
      twin: attributes('Dockerfile\ttext\tdiff=x', IDENT),
    },
    {
      what: 'ident on a line that ends with CR LF',
      attack: attributes('Dockerfile ident\r', IDENT),
      twin: attributes('# Dockerfile ident\r', IDENT),
    },
    {
      what: 'a macro',
      attack: attributes('[attr]x ident\nDockerfile x', IDENT),
      twin: attributes('[attr]x ident\nREADME x', IDENT),
    },
    {
      what: 'a macro of a macro that follows',
      attack: attributes('[attr]y x\n[attr]x ident\nDockerfile y', IDENT),
      twin: attributes('[attr]y x\n[attr]x -ident\nDockerfile y', IDENT),
    },
    {
      what: 'a macro of the top that a directory uses',
      attack: {
        files: { '.gitattributes': '[attr]x ident\n', 'a/.gitattributes': 'Dockerfile x\n', 'a/Dockerfile': IDENT },
      },
      twin: {
        files: { '.gitattributes': '[attr]x ident\n', 'b/.gitattributes': 'Dockerfile x\n', 'a/Dockerfile': IDENT },
      },
    },
    {
      what: 'the attributes of a directory',
      attack: { files: { 'a/.gitattributes': '* ident\n', 'a/b/Dockerfile': IDENT } },
      twin: { files: { 'a/.gitattributes': '* ident\n', 'b/Dockerfile': IDENT } },
    },
    {
      what: 'export-subst',
      attack: attributes('Dockerfile export-subst', FORMAT),
      twin: attributes('Dockerfile export-subst', PLAIN),
    },
    {
      what: 'export-subst of what only ident replaces',
      attack: attributes('* export-subst ident', IDENT),
      twin: attributes('* export-subst', IDENT),
    },
    {
      what: 'working-tree-encoding',
      attack: attributes('Dockerfile working-tree-encoding=UTF-16', PLAIN),
      twin: attributes('Dockerfile working-tree-encoding=utf-8', PLAIN),
    },
    {
      what: 'working-tree-encoding of UTF-7',
      attack: attributes('* working-tree-encoding=UTF-7', PLAIN),
      twin: attributes('*.ps1 working-tree-encoding=UTF-16', PLAIN),
    },
    {
      what: 'a filter driver',
      attack: attributes('Dockerfile filter=evil', PLAIN),
      twin: attributes('*.psd filter=evil', PLAIN),
    },
    {
      what: 'an LFS pointer',
      attack: attributes('* filter=lfs', POINTER),
      twin: attributes('*.bin filter=lfs', PLAIN),
    },
    { what: 'an LFS pointer without attributes', attack: dockerfile(POINTER), twin: dockerfile(PLAIN) },
    {
      what: 'line ends that end a here-document',
      attack: attributes('* text', LINE_ENDS),
      twin: attributes('* text=auto', PLAIN.replaceAll('\n', '\r\n')),
    },
    {
      what: 'line ends by eol',
      attack: attributes('Dockerfile eol=lf', LINE_ENDS),
      twin: attributes('Dockerfile eol=crlf', PLAIN),
    },
    {
      what: 'more patterns than are read',
      attack: attributes(Array.from({ length: 1200 }, (_, i) => `x${i} ident`).join('\n'), IDENT),
      twin: attributes(Array.from({ length: 1200 }, (_, i) => `x${i} text`).join('\n'), PLAIN),
    },
  ],
};
