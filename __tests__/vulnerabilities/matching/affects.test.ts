import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import semver from 'semver';
import { compareIn, sameAs } from '../../../src/packages/versions/ecosystem.js';
import { affects } from '../../../src/vulnerabilities/matching/affects.js';
import { rate } from '../../../src/vulnerabilities/matching/severity.js';
import { type OsvEvent, readOsvRecord } from '../../../src/vulnerabilities/sources/osv-record.js';

function says(
  events: readonly OsvEvent[],
  version: string,
  versions: readonly string[] = [],
  type = 'ECOSYSTEM',
  ecosystem = 'Debian:12',
) {
  const entry = {
    package: { ecosystem, name: 'tool', purl: null },
    ranges: events.length === 0 ? [] : [{ type, events: [...events] }],
    versions: [...versions],
    severity: [],
  };
  const answer = affects(entry, ecosystem, version);
  return answer.kind === 'affected' ? `affected, fixed in ${answer.fixedIn ?? 'none'}` : answer.kind;
}

describe('whether a version is affected', () => {
  test.each<[string, readonly OsvEvent[], string, string]>([
    ['before the introduction', [{ introduced: '2' }, { fixed: '3' }], '1', 'not-affected'],
    ['at the introduction', [{ introduced: '2' }, { fixed: '3' }], '2', 'affected, fixed in 3'],
    ['at the fix', [{ introduced: '0' }, { fixed: '3' }], '3', 'not-affected'],
    ['without a fix', [{ introduced: '0' }], '99', 'affected, fixed in none'],
    ['at the last one affected', [{ introduced: '0' }, { last_affected: '3' }], '3', 'affected, fixed in none'],
    ['after the last one affected', [{ introduced: '0' }, { last_affected: '3' }], '3+1', 'not-affected'],
    ['at a limit', [{ introduced: '0' }, { limit: '3' }], '3', 'not-affected'],
    ['below a limit that is none', [{ introduced: '0' }, { limit: '*' }], '3', 'affected, fixed in none'],
    ['out of order', [{ fixed: '3' }, { introduced: '5' }, { introduced: '0' }], '6', 'affected, fixed in none'],
    ['between two ranges of one list', [{ introduced: '5' }, { fixed: '3' }, { introduced: '0' }], '4', 'not-affected'],
    ['introduced and fixed at once', [{ introduced: '3' }, { fixed: '3' }], '4', 'affected, fixed in none'],
    // As GitHub's advisories write "= 3".
    ['at the only one affected', [{ introduced: '3' }, { last_affected: '3' }], '3', 'affected, fixed in none'],
    ['after the only one affected', [{ introduced: '3' }, { last_affected: '3' }], '4', 'not-affected'],
    ['after one of two', [{ introduced: '1' }, { last_affected: '1' }, { introduced: '3' }], '2', 'not-affected'],
    [
      'introduced again at the last one affected',
      [{ introduced: '0' }, { last_affected: '3' }, { introduced: '3' }],
      '4',
      'affected, fixed in none',
    ],
    ['without an introduction', [{ fixed: '3' }], '1', 'unknown'],
  ])('%s', (_, events, version, expected) => {
    expect(says(events, version)).toBe(expected);
  });

  test('listed versions count beside ranges, and neither is unknown', () => {
    expect(says([{ introduced: '5' }, { fixed: '6' }], '1', ['1'])).toBe('affected, fixed in 6');
    expect(says([], '1', ['1'])).toBe('affected, fixed in none');
    expect(says([], '1', ['2'])).toBe('not-affected');
    expect(says([], '1')).toBe('unknown');
    expect(says([{ introduced: '0' }], '1', [], 'GIT')).toBe('unknown');
  });

  test.each([
    ['PyPI', '1.0', ['1.0.0'], 'affected, fixed in none'],
    ['PyPI', '1.0.0', ['1.0', '1.1'], 'affected, fixed in none'],
    ['PyPI', '1.0RC1', ['1.0.0-rc.1'], 'affected, fixed in none'],
    ['PyPI', '1.0.1', ['1.0'], 'not-affected'],
    ['PyPI', '2004d', ['2004d'], 'affected, fixed in none'],
    ['PyPI', '2004d', ['2004'], 'unknown'],
    ['npm', '1.0.0+linux', ['1.0.0'], 'affected, fixed in none'],
    ['Go', '1.22', ['1.22.0'], 'affected, fixed in none'],
    ['npm', '1.0.0.1', ['1.0.0'], 'unknown'],
    ['Debian:12', '0:1.0-0', ['1.0'], 'affected, fixed in none'],
    ['Maven', '1.0', ['1.0.0'], 'affected, fixed in none'],
    ['Hackage', '1.0', ['1.0.0'], 'unknown'],
  ])('a listed version of %s is meant in every spelling: %s', (ecosystem, version, versions, expected) => {
    expect(says([], version, versions, 'ECOSYSTEM', ecosystem)).toBe(expected);
  });

  test.each<[string, readonly OsvEvent[], string]>([
    ['Wolfi', [{ introduced: '0' }, { fixed: '0' }], 'not-affected'],
    ['Chainguard', [{ fixed: '0' }, { introduced: '0' }], 'not-affected'],
    ['Wolfi', [{ introduced: '0' }, { fixed: '0' }, { fixed: '5-r0' }], 'unknown'],
    ['Wolfi', [{ introduced: '2' }, { fixed: '0' }], 'unknown'],
    ['Wolfi', [{ introduced: '0' }, { last_affected: '9' }, { fixed: '0' }], 'unknown'],
    ['Alpine:v3.22', [{ introduced: '0' }, { fixed: '0' }], 'unknown'],
    ['Debian:12', [{ introduced: '0' }, { fixed: '0' }], 'unknown'],
    ['npm', [{ introduced: '0' }, { fixed: '0' }], 'unknown'],
  ])(
    'a fix in version 0 is a false positive where %s says so, and clears nothing else: %j',
    (ecosystem, events, expected) => {
      expect(says(events, '4', [], 'ECOSYSTEM', ecosystem)).toBe(expected);
    },
  );

  test('the order in which events are written changes nothing', () => {
    const event = fc.record({
      at: fc.integer({ min: 0, max: 9 }),
      kind: fc.constantFrom('introduced', 'fixed', 'last_affected'),
    });
    fc.assert(
      fc.property(
        fc.uniqueArray(event, { selector: ({ at, kind }) => `${at} ${kind}`, minLength: 1 }),
        fc.nat(9),
        fc.infiniteStream(fc.nat()),
        (made, at, order) => {
          const events = made.map(({ at: place, kind }) => ({ [kind]: `${place}` })) as OsvEvent[];
          const shuffled = events
            .map((one) => ({ one, key: order.next().value as number }))
            .sort((a, b) => a.key - b.key)
            .map(({ one }) => one);
          expect(says(shuffled, `${at}`)).toBe(says(events, `${at}`));
        },
      ),
    );
  });
});

describe('version orders', () => {
  test.each(['Alpine:v3.22', 'Debian:12', 'AlmaLinux:9', 'npm', 'PyPI'])(
    '%s is an order, whatever the texts',
    (ecosystem) => {
      const text = fc.oneof(fc.string({ maxLength: 30 }), fc.stringMatching(/^[0-9]{1,3}(\.[0-9a-z~+-]{1,4}){0,4}$/));
      fc.assert(
        fc.property(text, text, (a, b) => {
          const order = compareIn(ecosystem, a, b);
          const back = compareIn(ecosystem, b, a);
          expect(order === null ? null : Math.sign(order) + Math.sign(back ?? Number.NaN)).toBe(
            order === null ? back : 0,
          );
          expect([0, null]).toContain(compareIn(ecosystem, a, a));
        }),
      );
    },
  );

  test('versions of a hundred thousand characters are compared at once', () => {
    for (const ecosystem of ['Alpine:v3.22', 'Debian:12', 'AlmaLinux:9', 'npm']) {
      for (const part of ['1.', '~', 'a1', '_rc', '-']) {
        const long = `1${part.repeat(100_000 / part.length)}`;
        expect(compareIn(ecosystem, long, `${long}x`)).not.toBe(0);
      }
    }
  });

  test('spellings of one version are distinguished from other versions as the order shows them', () => {
    const part = fc.constantFrom('0', '1', '01', '10', '2');
    const version = fc
      .tuple(
        fc.constantFrom('', 'v', '1!', '0!'),
        fc.array(part, { minLength: 1, maxLength: 3 }),
        fc.constantFrom('', '.0', 'rc1', '-rc.1', '.post1', '+a'),
      )
      .map(([before, parts, after]) => `${before}${parts.join('.')}${after}`);
    fc.assert(
      fc.property(fc.constantFrom('PyPI', 'npm', 'Debian:12'), version, version, (ecosystem, a, b) => {
        expect(sameAs(ecosystem, a)(b)).toBe(a === b || compareIn(ecosystem, a, b) === 0);
      }),
      { numRuns: 2000 },
    );
  });

  test('semantic versions are ordered as the semver package orders them', () => {
    const number = fc.nat({ max: 30 });
    const identifier = fc.oneof(fc.nat({ max: 20 }).map(String), fc.stringMatching(/^[a-zA-Z-][0-9a-zA-Z-]{0,3}$/));
    const version = fc
      .tuple(number, number, number, fc.array(identifier, { maxLength: 3 }), fc.array(identifier, { maxLength: 2 }))
      .map(([major, minor, patch, pre, build]) => {
        const rest = `${pre.length === 0 ? '' : `-${pre.join('.')}`}${build.length === 0 ? '' : `+${build.join('.')}`}`;
        return `${major}.${minor}.${patch}${rest}`;
      });
    fc.assert(
      fc.property(version, version, (a, b) => {
        expect(Math.sign(compareIn('npm', a, b) ?? Number.NaN)).toBe(semver.compare(a, b));
      }),
    );
  });

  test.each([
    ['1.22', '1.22.0', 0],
    ['v1.2.3', '1.2.3', 0],
    ['1.22rc1', '1.22', -1],
    ['1.2.3', '1.2.4-0', -1],
    ['1', '99999999999999999999', -1],
    ['1.2.3.4', '1.2.3', null],
    ['1.2.3-', '1.2.3', null],
    ['1.2.3-a..b', '1.2.3', null],
    ['1.2.3+a+b', '1.2.3', null],
    ['(devel)', '1.2.3', null],
    ['', '1.2.3', null],
  ])('%j beside %j of Go is %j', (a, b, expected) => {
    const order = compareIn('Go', a, b);
    expect(order === null ? null : Math.sign(order)).toBe(expected);
  });

  test('an ecosystem whose order we lack says so', () => {
    expect(compareIn('Hackage', '1', '2')).toBeNull();
    expect(compareIn('constructor', '1', '2')).toBeNull();
  });
});

describe('records', () => {
  test('are read or refused, whatever they hold', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const read = readOsvRecord(value);
        expect(read.ok ? read.value.id.length > 0 : read.error.startsWith('it is not an OSV record')).toBe(true);
      }),
    );
  });

  test('are rated by vectors, newest first, then words; what cannot be read is of unknown severity', () => {
    const rated = (fields: object): string => {
      const read = readOsvRecord({ id: 'A', modified: '2026-01-01T00:00:00Z', ...fields });
      return read.ok ? rate(read.value, null).severity : 'refused';
    };
    const v3 = { type: 'CVSS_V3', score: 'CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H' };
    const v4 = { type: 'CVSS_V4', score: 'CVSS:4.0/AV:L/AC:H/AT:P/PR:H/UI:A/VC:L/VI:N/VA:N/SC:N/SI:N/SA:N' };
    expect(rated({ severity: [v3] })).toBe('critical');
    expect(rated({ severity: [v3, v4] })).toBe('low');
    expect(rated({ severity: [{ type: 'CVSS_V3', score: 'CVSS:3.1/rubbish' }] })).toBe('unknown');
    expect(rated({ severity: null })).toBe('unknown');
    expect(rated({ severity: 'high' })).toBe('unknown');
    expect(rated({ severity: [{ type: 'Ubuntu', score: 'medium' }] })).toBe('medium');
    expect(rated({ database_specific: { severity: 'HIGH' } })).toBe('high');
    expect(rated({ database_specific: { severity: 'constructor' } })).toBe('unknown');
  });
});
