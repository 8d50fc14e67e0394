import { expect, test } from '@jest/globals';
import { readOnBuildTriggers } from '../../../src/build-files/dockerfile/onbuild-triggers.js';
import { read } from '../../support/image/read-dockerfile.js';

const { uses, stages } = read('FROM a AS builder\nFROM b AS app\nFROM c AS later\n', { targets: ['app'] });

function triggered(...triggers: readonly string[]) {
  const parent = uses[1];
  return parent === undefined ? [] : readOnBuildTriggers(triggers, parent, stages);
}

test('what a trigger pulls stands in the place of the FROM, with its role', () => {
  const [found, ...more] = triggered('COPY --from=evil x y', 'RUN true', 'COPY --from=evil a b');
  expect(more).toEqual([]);
  expect(found).toMatchObject({
    instruction: 'ONBUILD',
    expanded: 'evil',
    written: 'b',
    line: 2,
    column: 6,
    role: 'final',
    reachable: true,
    reference: { registry: 'docker.io', repository: 'library/evil', tag: 'latest' },
  });
  expect(found?.id).toMatch(new RegExp(`^${uses[1]?.id}:onbuild:[0-9a-f]{12}$`));
});

test('mounts and heredocs are read too', () => {
  const found = triggered('RUN --mount=from=m,target=/x <<EOF\nCOPY --from=not x y\nEOF');
  expect(found.map((use) => use.expanded)).toEqual(['m']);
});

test('stages of the file are no images, by name or number', () => {
  expect(
    triggered('COPY --from=builder x y', 'COPY --from=BUILDER x y', 'COPY --from=0 x y', 'COPY --from=scratch x y'),
  ).toEqual([]);
});

test.each([
  ['COPY --from=later x y', 'comes later'],
  ['COPY --from=9 x y', 'does not exist'],
  ['COPY --from=$X x y', 'supports neither variables'],
  ['COPY --from=Upper x y', 'not an image reference'],
  ['FROM evil\nRUN true', 'more than one instruction'],
  ['', 'is not an instruction'],
  ['NOPE', 'is not an instruction'],
  ['COPY x', "can't be read"],
  ['ONBUILD '.repeat(1_000), 'limit trigger-depth'],
])('%j is unresolved', (trigger, reason) => {
  const [found, ...more] = triggered(trigger);
  expect(more).toEqual([]);
  expect(found?.reference).toBeNull();
  expect(found?.unresolved).toContain(reason);
});

test('more triggers than a configuration can sensibly have are reported', () => {
  const found = triggered(...Array.from({ length: 1_001 }, () => 'RUN true'));
  expect(found.map((use) => use.unresolved)).toEqual(['its configuration has more than 1,000 ONBUILD triggers']);
});
