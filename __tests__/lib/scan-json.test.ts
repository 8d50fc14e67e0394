import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { scanJson } from '../../src/lib/scan-json.js';

const scan = (text: string, maxDepth = 64) => scanJson(new TextEncoder().encode(text), maxDepth);

describe('scanJson', () => {
  test.each([
    ['{"a":1,"a":1}', 'a'],
    ['{"packages":[{"name":"curl"}],"packages":[]}', 'packages'],
    ['{ "a" : 1 , "b" : 2 , "a"\n:\t3 }', 'a'],
    ['[{"x":{"y":1,"y":2}}]', 'y'],
    // The same key to JSON.parse, however it is spelt.
    ['{"n\\u0061me":1,"name":2}', 'name'],
    ['{"name":1,"n\\u0061me":2}', 'name'],
    ['{"__proto__":1,"__proto__":2}', '__proto__'],
    ['{"":1,"":2}', ''],
    ['{"é":1,"\\u00e9":2}', 'é'],
  ])('%s has a key twice', (text, key) => {
    expect(scan(text)).toMatchObject({ code: 'duplicate-key', key });
  });

  test.each([
    '{"a":{"a":1},"b":[{"a":1},{"a":2}]}',
    '{"a":"a","b":"\\"a\\":1","c":"{\\"a\\":1,\\"a\\":2}"}',
    '{"a":["a","a"]}',
    '{"a":1,"A":2,"á":3}',
    '["a","a"]',
    '{"ab":1,"ac":2,"bb":3,"bc":4,"abc":5}',
  ])('%s has none', (text) => {
    expect(scan(text)).toBeNull();
  });

  test('a key is found again among thousands', () => {
    const keys = Array.from({ length: 5000 }, (_, i) => `"key${i}":${i}`);
    expect(scan(`{${keys.join(',')}}`)).toBeNull();
    expect(scan(`{${keys.join(',')},"key4000":0}`)).toMatchObject({ code: 'duplicate-key', key: 'key4000' });
    expect(scan(`[{${keys.join(',')}},{${keys.join(',')}}]`)).toBeNull();
  });

  test('nesting is counted in objects and lists alike', () => {
    expect(scan('[[[]]]', 3)).toBeNull();
    expect(scan('[[{}]]', 2)).toEqual({ code: 'too-deep', offset: 2 });
    expect(scan('['.repeat(1_000_000), 256)).toEqual({ code: 'too-deep', offset: 256 });
  });

  test('text that is no JSON is left to JSON.parse', () => {
    for (const text of ['', '"', '{"a', '{"a\\', '}}}}', '{"a":1}}{"a":1}', '{"a"', '"\\'])
      expect(scan(text)).toBeNull();
  });

  test('it finds a key twice exactly where a plain reader does', () => {
    const key = fc.constantFrom('a', 'b', 'ab', 'ba', '\u00e9', '"', '\\', '__proto__', 'a:');
    const value: fc.Arbitrary<Written> = fc.letrec<{ value: Written }>((tie) => ({
      value: fc.oneof(
        { maxDepth: 4 },
        fc.constantFrom('a', '"a":', '{', 'x\\y').map((text) => ({ text: JSON.stringify(text), twice: false })),
        fc.array(tie('value'), { maxLength: 3 }).map((items) => ({
          text: `[${items.map(({ text }) => text).join(' , ')}]`,
          twice: items.some(({ twice }) => twice),
        })),
        fc.array(fc.tuple(key, tie('value')), { maxLength: 30 }).map((pairs) => ({
          text: `{${pairs.map(([name, { text }]) => `${JSON.stringify(name)} : ${text}`).join(',\n')}}`,
          twice: new Set(pairs.map(([name]) => name)).size < pairs.length || pairs.some(([, { twice }]) => twice),
        })),
      ),
    })).value;
    fc.assert(
      fc.property(value, ({ text, twice }) => {
        JSON.parse(text);
        expect(scan(text) !== null).toBe(twice);
      }),
      { numRuns: 1000 },
    );
  });
});

interface Written {
  readonly text: string;
  readonly twice: boolean;
}
