// Writes the npm package to a directory: the command line with what it loads, the schemas, and types of the JSON outputs
// made from them. It has no dependencies, since dist/ is bundled.
// Usage: node scripts/pack-npm.mjs [--out DIR]       then npm publish DIR
import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const root = resolve(dirname(fileURLToPath(import.meta.url)), '..');
const { values } = parseArgs({ options: { out: { type: 'string', default: join(root, 'release/npm') } } });
const out = resolve(values.out);
const json = (path) => JSON.parse(readFileSync(join(root, path), 'utf8'));

/** What `--format json` of each command prints, by the name of its type. */
const OUTPUTS = {
  CheckReport: 'check',
  ImagesReport: 'images',
  Inspection: 'inspect',
  SbomReport: 'sbom',
  Explanation: 'explain',
};

rmSync(out, { recursive: true, force: true });
mkdirSync(join(out, 'schemas'), { recursive: true });
for (const path of reachable('dist/cli.js')) copy(path);
for (const path of [
  'dist/package.json',
  'dist/licenses.txt',
  'dist/sbom.cdx.json',
  'LICENSE',
  'README.md',
  'CHANGELOG.md',
])
  copy(path);
for (const name of [...Object.values(OUTPUTS), 'policy', 'policy-cases']) copy(`schemas/${name}.schema.json`);
const types = Object.entries(OUTPUTS).map(([name, file]) => declaration(name, json(`schemas/${file}.schema.json`)));
writeFileSync(join(out, 'index.d.ts'), `// What the commands print with --format json.\n\n${types.join('\n')}`);

const { name, version, description, license, repository, engines, type } = json('package.json');
const manifest = {
  name,
  version,
  description,
  keywords: ['docker', 'dockerfile', 'container', 'sigstore', 'supply-chain', 'security'],
  license,
  repository,
  type,
  engines,
  bin: { [name]: 'dist/cli.js' },
  types: './index.d.ts',
  exports: { '.': { types: './index.d.ts' }, './schemas/*': './schemas/*', './package.json': './package.json' },
};
writeFileSync(join(out, 'package.json'), `${JSON.stringify(manifest, null, 2)}\n`);

function copy(path) {
  mkdirSync(dirname(join(out, path)), { recursive: true });
  cpSync(join(root, path), join(out, path));
}

/** A module of dist/ and all that it loads, now or later; the Action's own modules are not among them. */
function reachable(entry) {
  const found = new Set([entry]);
  for (const path of found) {
    const text = readFileSync(join(root, path), 'utf8');
    for (const [, to] of text.matchAll(/(?:from|import)\s*\(?\s*"(\.{1,2}\/[^"]+\.js)"/g))
      found.add(join(dirname(path), to));
  }
  return [...found];
}

function declaration(name, schema) {
  const definitions = schema.$defs ?? {};
  const named = (key) => `${name}_${key.replace(/\W/g, '_')}`;
  const typeOf = (node, indent) => {
    if (node.$ref !== undefined) return node.$ref === '#' ? name : named(node.$ref.replace('#/$defs/', ''));
    if (node.const !== undefined) return JSON.stringify(node.const);
    if (node.enum !== undefined) return node.enum.map((value) => JSON.stringify(value)).join(' | ');
    const forms = node.anyOf ?? node.oneOf;
    if (forms !== undefined) return [...new Set(forms.map((form) => typeOf(form, indent)))].join(' | ');
    if (node.type === 'array')
      return node.items === undefined ? 'readonly unknown[]' : `readonly (${typeOf(node.items, indent)})[]`;
    if (node.type === 'object') return objectOf(node, indent);
    return (
      { string: 'string', number: 'number', integer: 'number', boolean: 'boolean', null: 'null' }[node.type] ??
      'unknown'
    );
  };
  const objectOf = (node, indent) => {
    const inner = `${indent}  `;
    const lines = Object.entries(node.properties ?? {}).map(([key, value]) => {
      const comment =
        value.description === undefined ? '' : `${inner}/** ${value.description.replaceAll('*/', '* /')} */\n`;
      const optional = node.required?.includes(key) === true ? '' : '?';
      return `${comment}${inner}readonly ${/^\w+$/.test(key) ? key : JSON.stringify(key)}${optional}: ${typeOf(value, inner)};`;
    });
    if (lines.length > 0) return `{\n${lines.join('\n')}\n${indent}}`;
    const value = node.additionalProperties;
    return `{ readonly [key: string]: ${typeof value === 'object' ? typeOf(value, indent) : 'unknown'} }`;
  };
  const parts = Object.entries(definitions).map(([key, node]) => `type ${named(key)} = ${typeOf(node, '')};\n`);
  return `${parts.join('')}export type ${name} = ${typeOf(schema, '')};\n`;
}
