// biome-ignore-all lint/suspicious/noTemplateCurlyInString: variables of Dockerfiles
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { DockerfileOptions } from '../../src/build-files/dockerfile/dockerfile.js';
import { readablePlatforms } from '../../src/references/platform.js';
import { parseReference } from '../../src/references/reference.js';
import { PIN_CASES } from '../support/image/pin-cases.js';
import { digestFor, pinDockerfile, withoutPins } from '../support/image/pin-dockerfile.js';

/** A text whose `{reference}` stand for the digest of that reference. */
function expected(text: string): string {
  return text.replace(/(?<!\$)\{([^}]+)\}/g, (_, name: string) => {
    const reference = parseReference(name);
    if (!reference.ok) throw new Error(name);
    return digestFor(reference.value);
  });
}

async function pin(text: string, options: Partial<DockerfileOptions> = {}) {
  const { after, left } = await pinDockerfile(Buffer.from(text), options);
  return { text: Buffer.from(after).toString(), left: left.map(({ reason }) => reason) };
}

describe('a reference is pinned where it is written', () => {
  test.each(PIN_CASES)('%s', async (_, before, after) => {
    expect(await pin(before)).toEqual({ text: expected(after), left: [] });
    expect(await pin(expected(after))).toEqual({ text: expected(after), left: [] });
  });

  test('bytes that are no UTF-8 stay as they are', async () => {
    const bytes = Buffer.concat([Buffer.from([0x23, 0xff, 0xc3, 0x0a]), Buffer.from('FROM a:1 # \xe9\n', 'latin1')]);
    const from = Buffer.from('FROM a:1\nLABEL x=\xe9\xff\n', 'latin1');
    const pinned = await pinDockerfile(Buffer.concat([Buffer.from([0x23, 0xff, 0x0a]), from]));
    expect(pinned.pinned).toHaveLength(1);
    expect(withoutPins(pinned).equals(Buffer.concat([Buffer.from([0x23, 0xff, 0x0a]), from]))).toBe(true);
    // An argument too many is BuildKit's error, so that nothing of the file is touched.
    expect(Buffer.from((await pinDockerfile(bytes)).after).equals(bytes)).toBe(true);
  });
});

describe('a reference that can not be pinned safely is left, with the reason', () => {
  const cases: readonly (readonly [
    name: string,
    text: string,
    reason: string,
    options?: Partial<DockerfileOptions>,
  ])[] = [
    ['a variable tag', 'ARG V=1\nFROM a:$V\n', 'put together from V'],
    ['a variable with a default of its own', 'FROM ${B:-a:1}\n', 'put together from variables'],
    ['an ARG made of another', 'ARG V=1\nARG B=a:$V\nFROM $B\n', 'not a plain default of an ARG'],
    ['an ARG that a build argument replaces', 'ARG B=a:1\nFROM $B\n', 'a build argument', { buildArgs: { B: 'c:1' } }],
    ['an ARG that a stage takes over', 'ARG B=a:1\nFROM $B AS x\nARG B\nRUN echo $B\n', 'stage x takes ARG B over'],
    [
      'an ARG that is a part of one that a stage takes over',
      'ARG B=a:1\nARG C="on ${B}"\nARG D=$C\nFROM $B\nARG D\nLABEL base=$D\n',
      'stage 0 takes ARG D over, which is made of B',
    ],
    [
      'an ARG that a trigger takes over',
      'ARG B=a:1\nFROM $B AS x\nONBUILD ARG B\nFROM x\n',
      'stage x takes ARG B over',
    ],
    ['an ARG that is a part elsewhere', 'ARG B=a\nFROM $B\nFROM ${B}:2\n', 'would not name the same images'],
    [
      'a platform in its name',
      'FROM a:$TARGETARCH\n',
      'put together from TARGETARCH',
      { platforms: readablePlatforms(['linux/arm64']) },
    ],
    ['a named context', 'FROM a\n', 'stands for c:1', { buildContexts: { a: 'docker-image://c:1' } }],
  ];
  test.each(cases)('%s', async (_, text, reason, options = {}) => {
    const pinned = await pin(text, options);
    expect(pinned.text).toBe(text);
    expect(pinned.left).not.toEqual([]);
    expect(pinned.left.join('\n')).toContain(reason);
  });

  test('but not an ARG whose derived one no stage takes over', async () => {
    const text = (pin: string) => `ARG B=a:1${pin}\nARG C=$B-x\nFROM $B\nARG C=own\nARG OTHER\n`;
    expect(await pin(text(''))).toEqual({ text: expected(text('@{a:1}')), left: [] });
  });

  test('and what else the file names is pinned all the same', async () => {
    const { text, left } = await pin('ARG B=a\nFROM $B\nFROM ${B}:2\nCOPY --from=c:1 / /\n');
    expect(text).toBe(expected('ARG B=a\nFROM $B\nFROM ${B}:2\nCOPY --from=c:1@{c:1} / /\n'));
    expect(left).toHaveLength(2);
  });

  test('one ARG is left where one of its uses may not be pinned', async () => {
    const text = 'ARG B=a:1\nFROM $B AS x\nFROM ${B}\n';
    const pinned = await pinDockerfile(Buffer.from(text), {}, ({ stage }) => stage?.index === 0);
    expect(Buffer.from(pinned.after).toString()).toBe(text);
    expect(pinned.left.map(({ reason }) => reason)).toEqual([
      expect.stringContaining('would not name the same images'),
    ]);
  });

  test('a file with many references keeps all that hold, however many there are', async () => {
    const names = Array.from({ length: 240 }, (_, index) => `c${index}:1`);
    const copies = (pinned: boolean) =>
      names.map((name) => `COPY --from=${name}${pinned ? `@{${name}}` : ''} / /\n`).join('');
    const bad = 'ARG B=a\nFROM $B\nFROM ${B}:2\n';
    const { text, left } = await pin(`${bad}${copies(false)}`);
    expect(text).toBe(expected(`${bad}${copies(true)}`));
    expect(left).toEqual([
      expect.stringContaining('put together from B'),
      expect.stringContaining('would not name the same images'),
    ]);
  });

  test('and of what was not tried it says so', async () => {
    // Each ARG is a part elsewhere, so none of the pins holds, and too many would have to be tried.
    const args = Array.from({ length: 130 }, (_, index) => `ARG B${index}=a\n`).join('');
    const stages = Array.from({ length: 130 }, (_, index) => `FROM $B${index}\nFROM \${B${index}}:2\n`).join('');
    const { left } = await pin(`${args}${stages}`);
    const count = (part: string) => left.filter((reason) => reason.includes(part)).length;
    expect(left).toHaveLength(260);
    expect(count('would not name the same images')).toBeGreaterThan(50);
    expect(count('was not tried')).toBeGreaterThan(10);
    expect(count('would not name the same images') + count('was not tried')).toBe(130);
  });

  test('a file that BuildKit refuses is not touched', async () => {
    const text = 'FROM a:1\nNOT an instruction\n';
    expect(await pin(text)).toEqual({ text, left: [expect.stringContaining('would not name the same images')] });
  });
});

describe('whatever a file holds', () => {
  const piece = fc.oneof(
    fc.constantFrom(
      'FROM ',
      'ARG A=',
      'ARG B=a:$A ',
      'COPY --from=',
      'RUN --mount=from=',
      'ONBUILD ',
      '# syntax=',
      ' AS s',
    ),
    fc.constantFrom('a', 'a:1', '$A', '${A}', '${B}', 'r.test:5000/x', '"q"', 's', 'scratch', '0', 'a@sha256:'),
    fc.constantFrom('\n', '\r\n', '\\\n', ' ', '\t', ' / /\n', '<<E\n', 'E\n', ',target=/x y\n', '\ufeff', '\u{1F600}'),
  );
  test('pinning puts digests in and nothing else, and does so once', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(piece, { maxLength: 24 }), async (pieces) => {
        const once = await pinDockerfile(Buffer.from(`FROM base:1\n${pieces.join('')}`));
        expect(withoutPins(once).equals(once.before)).toBe(true);
        const twice = await pinDockerfile(once.after);
        expect(Buffer.from(twice.after).equals(once.after)).toBe(true);
      }),
      { numRuns: 1_000 },
    );
  });
});
