import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from '@jest/globals';
import { Ajv } from 'ajv';
import { z } from 'zod';
import { sbom } from '../../src/cli/sbom.js';
import { sbomDocumentSchema } from '../../src/cli/sbom-document.js';
import { apkPackage, cycloneDxDocument, spdxDocument } from '../support/image/make-sbom.js';
import { runCommand } from '../support/process/run-command.js';

const directory = mkdtempSync(join(tmpdir(), 'sbom-command-'));
afterAll(() => rmSync(directory, { recursive: true }));

const CURL = apkPackage('curl', '8.9.1-r2');

function write(name: string, document: unknown): string {
  writeFileSync(join(directory, name), typeof document === 'string' ? document : JSON.stringify(document));
  return name;
}

const run = (...args: readonly string[]) => runCommand(sbom, directory, ...args);

describe('sbom --format json', () => {
  test('follows its published schema, and counts the root and nested components', async () => {
    const nested = { ...cycloneDxDocument({ packages: [CURL] }) };
    const file = write('nested.json', {
      ...nested,
      components: [{ name: 'outer', version: '1', components: [{ name: 'inner' }] }],
    });
    const { code, stdout, stderr } = await run(file, '--format', 'json');
    expect([code, stderr]).toEqual([0, '']);
    const document = sbomDocumentSchema.parse(JSON.parse(stdout));
    expect(document.format).toBe('CycloneDX 1.6 (JSON)');
    expect(document.packages.map(({ name, root, nested: isNested }) => [name, root, isNested])).toEqual([
      ['registry.example/app', true, false],
      ['outer', false, false],
      ['inner', false, true],
    ]);
    const validate = new Ajv({ strict: false }).compile(z.toJSONSchema(sbomDocumentSchema, { target: 'draft-7' }));
    expect([validate(JSON.parse(stdout)), validate.errors]).toEqual([true, null]);
  });

  test('--diff says what changed from the other document to this one, whatever their formats', async () => {
    const before = write('before.json', spdxDocument({ packages: [CURL, apkPackage('bash', '5.2-r1')] }));
    const after = write(
      'after.json',
      cycloneDxDocument({ packages: [{ ...CURL, purl: 'pkg:apk/wolfi/curl@8.9.1-r3', version: '8.9.1-r3' }] }),
    );
    const { code, stdout } = await run(after, '--diff', before, '--format', 'json');
    expect(code).toBe(0);
    expect(sbomDocumentSchema.parse(JSON.parse(stdout)).diff).toEqual({
      added: [],
      removed: [{ package: 'apk/wolfi/bash', version: '5.2-r1' }],
      changed: [{ package: 'apk/wolfi/curl', before: '8.9.1-r2', after: '8.9.1-r3' }],
    });
  });
});

describe('sbom', () => {
  test('shows packages and elements to people', async () => {
    const { code, stdout } = await run(write('text.json', spdxDocument({ packages: [CURL] })));
    expect(code).toBe(0);
    expect(stdout).toContain('SPDX 2.3 (JSON) of sbom-image: 2 packages');
    expect(stdout).toMatch(/hash {12}no {3}0 of 1/);
    expect(stdout).toContain('curl  8.9.1-r2  pkg:apk/wolfi/curl@8.9.1-r2?arch=x86_64&distro=wolfi');
  });

  test('shows a difference to people', async () => {
    const before = write('old.json', spdxDocument({ packages: [CURL] }));
    const after = write(
      'new.json',
      spdxDocument({ packages: [apkPackage('curl', '9-r0'), apkPackage('zlib', '1-r0')] }),
    );
    const { stdout } = await run(after, '--diff', before);
    expect(stdout).toContain('1 package added, 0 removed, 1 changed');
    expect(stdout).toContain('+ apk/wolfi/zlib 1-r0');
    expect(stdout).toContain('~ apk/wolfi/curl 8.9.1-r2 -> 9-r0');
  });

  test('lets no document write to the terminal', async () => {
    const hostile = spdxDocument({ packages: [{ name: '\u001b[2Jgone\n##[error]x', version: '\u202e1' }] });
    const { stdout } = await run(write('hostile.json', hostile));
    for (const unwanted of ['\u001b', '\u202e', '##[error]']) expect(stdout).not.toContain(unwanted);
    expect(stdout).toContain('gone');
  });

  test('as JSON neither, and what is parsed from it is what the document says', async () => {
    const name = '\u009b2Jgone\u007f##[error]x\u2028\u202e1';
    const file = write('hostile-json.json', spdxDocument({ packages: [{ name }] }));
    const { stdout } = await run(file, '--format', 'json');
    for (const unwanted of ['\u009b', '\u007f', '\u2028', '\u202e', '##[error]'])
      expect(stdout).not.toContain(unwanted);
    expect(sbomDocumentSchema.parse(JSON.parse(stdout)).packages.map((item) => item.name)).toContain(name);
  });

  test.each([
    ['an unsupported format', 'a.xml', '<bom xmlns="http://cyclonedx.org/schema/bom/1.8"/>', 1, 'CycloneDX 1.8 (XML)'],
    ['truncated JSON', 'cut.json', '{"spdxVersion":"SPDX-2.3","packages":[', 2, 'is not JSON'],
  ])('%s has its exit code and its reason', async (_name, file, content, code, reason) => {
    const result = await run(write(file, content));
    expect(result).toMatchObject({ code, stdout: '', stderr: expect.stringContaining(reason) });
  });

  test.each([
    ['no file', []],
    ['a file that is not there', ['nowhere.json']],
    ['a format that does not exist', ['x', '--format', 'xml']],
    ['an unknown flag', ['x', '--fast']],
    ['two files', ['x', 'y']],
  ])('%s is wrong usage', async (_name, args) => {
    expect(await run(...args)).toMatchObject({ code: 3, stdout: '' });
  });

  test('--help says how', async () => {
    expect(await run('--help')).toMatchObject({ code: 0, stdout: expect.stringContaining('--diff FILE|IMAGE') });
  });
});
