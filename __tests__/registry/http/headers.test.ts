import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { parseChallenges } from '../../../src/registry/auth/challenge.js';
import { nextLink } from '../../../src/registry/http/pages.js';
import { retryAfterMs } from '../../../src/registry/http/transport.js';

function challenges(header: string) {
  return parseChallenges(header).map(({ scheme, parameters }) => [scheme, Object.fromEntries(parameters)]);
}

/** Names and values as servers send them, quotes and commas included. */
const name = fc.stringMatching(/^[a-z][a-z0-9_-]{0,10}$/);
const value = fc.string({ maxLength: 20 }).map((text) => text.replace(/[^\x20-\x7e]/g, ''));
const quoted = (text: string) => `"${text.replace(/[\\"]/g, '\\$&')}"`;

describe('WWW-Authenticate', () => {
  test.each([
    [
      'Bearer realm="https://auth.docker.io/token",service="registry.docker.io",scope="repository:library/alpine:pull"',
      [
        [
          'bearer',
          {
            realm: 'https://auth.docker.io/token',
            service: 'registry.docker.io',
            scope: 'repository:library/alpine:pull',
          },
        ],
      ],
    ],
    ['Basic realm="a, b=\\"c\\""', [['basic', { realm: 'a, b="c"' }]]],
    [
      'BASIC realm=x , Bearer realm = "y" , service=z',
      [
        ['basic', { realm: 'x' }],
        ['bearer', { realm: 'y', service: 'z' }],
      ],
    ],
    [
      'Negotiate, Bearer realm="y"',
      [
        ['negotiate', {}],
        ['bearer', { realm: 'y' }],
      ],
    ],
    ['Bearer realm="first",realm="second"', [['bearer', { realm: 'first' }]]],
    ['Bearer realm="open', [['bearer', {}]]],
    ['', []],
    [',,,', []],
    ['"', []],
  ])('challenges are read from %s', (header, expected) => {
    expect(challenges(header)).toEqual(expected);
  });

  test('whatever parameters are written are read again', () => {
    const challenge = fc.record({
      scheme: name,
      parameters: fc.uniqueArray(fc.tuple(name, value), { selector: ([key]) => key }),
    });
    fc.assert(
      fc.property(fc.array(challenge, { maxLength: 3 }), (written) => {
        const header = written
          .map(
            ({ scheme, parameters }) =>
              `${scheme} ${parameters.map(([key, text]) => `${key}=${quoted(text)}`).join(', ')}`,
          )
          .join(', ');
        expect(challenges(header)).toEqual(
          written.map(({ scheme, parameters }) => [scheme, Object.fromEntries(parameters)]),
        );
      }),
    );
  });

  test('whatever comes, it ends, and gives names in lower case', () => {
    fc.assert(
      fc.property(fc.string(), (header) => {
        for (const { scheme } of parseChallenges(header)) expect(scheme).toBe(scheme.toLowerCase());
      }),
      { numRuns: 2000 },
    );
  });
});

describe('Link', () => {
  test.each([
    ['</v2/a/tags/list?last=z>; rel="next"', '/v2/a/tags/list?last=z'],
    ['<x>;rel=next', 'x'],
    ['<a>; rel="prev", <b,c>; title="rel=next, <d>"; REL="foo Next"', 'b,c'],
    ['<a>; rel="prev"', undefined],
    ['<a>; rel="nextish"', undefined],
    ['<a; rel="next"', undefined],
    ['a; rel="next"', undefined],
    ['<a>; rel="next', undefined],
    ['<a>; broken; rel=next', 'a'],
    [null, undefined],
  ])('the next page is read from %s', (header, expected) => {
    expect(nextLink(header)).toBe(expected);
  });

  test('the first next of whatever is written is found', () => {
    const target = fc.stringMatching(/^[a-z0-9/?&=,;" -]{0,20}$/);
    const link = fc.record({ target, rel: fc.constantFrom('next', 'prev', 'first'), title: value });
    fc.assert(
      fc.property(fc.array(link, { maxLength: 4 }), (links) => {
        const header = links.map((one) => `<${one.target}>; title=${quoted(one.title)}; rel="${one.rel}"`).join(', ');
        expect(nextLink(header)).toBe(links.find(({ rel }) => rel === 'next')?.target);
      }),
    );
  });

  test('whatever comes, it ends', () => {
    fc.assert(fc.property(fc.string(), (header) => expect(['string', 'undefined']).toContain(typeof nextLink(header))));
  });
});

describe('Retry-After', () => {
  const now = new Date('2026-01-01T00:00:00Z');
  test.each([
    ['7', 7000],
    [' 0 ', 0],
    ['Thu, 01 Jan 2026 00:01:00 GMT', 60_000],
    ['Wed, 31 Dec 2025 00:00:00 GMT', 0],
    ['-1', undefined],
    ['1e9', undefined],
    ['99999999999', undefined],
    ['soon', undefined],
    ['2026-01-01', undefined],
    [undefined, undefined],
  ])('the delay is read from %s', (header, expected) => {
    expect(retryAfterMs(header, now)).toBe(expected);
  });
});
