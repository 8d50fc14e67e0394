import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { Secrets } from '../../src/lib/scrub.js';

const SECRET = 'hunter22/+=';

function secrets(...texts: readonly string[]): Secrets {
  const made = new Secrets();
  for (const text of texts) made.add(text);
  return made;
}

describe('data', () => {
  test('has no secret left, wherever it stood, and is otherwise as it was', () => {
    const shared = { message: `DENIED ${SECRET}` };
    const data = {
      message: `the registry answered ${SECRET}`,
      places: [`https://a.example/${encodeURIComponent(SECRET)}/x`, 'nothing'],
      images: [{ evidence: { signatures: { message: `type ${SECRET}`, at: 7, none: null } }, [SECRET]: 1 }],
      map: new Map([[SECRET, `is ${SECRET}`]]),
      bytes: new Uint8Array([1, 2]),
      shared: [shared, shared],
    };
    secrets(SECRET).scrub(data);
    expect(data).toEqual({
      message: 'the registry answered ***',
      places: ['https://a.example/***/x', 'nothing'],
      images: [{ evidence: { signatures: { message: 'type ***', at: 7, none: null } }, '***': 1 }],
      map: new Map([['***', 'is ***']]),
      bytes: new Uint8Array([1, 2]),
      shared: [{ message: 'DENIED ***' }, { message: 'DENIED ***' }],
    });
  });

  test('may lead back to itself', () => {
    const data: { self?: unknown; text: string } = { text: SECRET };
    data.self = data;
    secrets(SECRET).scrub(data);
    expect(data.text).toBe('***');
  });

  test('that is frozen is not written with the secret in it', () => {
    expect(() => secrets(SECRET).scrub(Object.freeze({ text: SECRET }))).toThrow('frozen');
    expect(() => secrets(SECRET).scrub(Object.freeze({ text: 'nothing' }))).not.toThrow();
  });

  test('never has a secret in its JSON', () => {
    const secret = fc.string({ minLength: 4, maxLength: 12 }).filter((text) => !'***'.includes(text));
    fc.assert(
      fc.property(secret, fc.jsonValue(), (text, other) => {
        const data = { other, text: `a ${text} b`, list: [text, { [text]: text }] };
        secrets(text).scrub(data);
        expect([data.text, data.list[0]].join()).not.toContain(text);
        expect(Object.keys(Object(data.list[1])).join()).not.toContain(text);
      }),
    );
  });
});

test('a secret within another does not uncover it, and one of three letters is left', () => {
  expect(secrets('abcd', 'abcdef').clean('abcdef abcd')).toBe('*** ***');
  expect(secrets('abc').clean('abcdef')).toBe('abcdef');
});
