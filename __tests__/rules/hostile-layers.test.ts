import { describe, expect, test } from '@jest/globals';
import { distroless } from '../../src/rules/distroless.js';
import { noSecrets } from '../../src/rules/no-secrets.js';
import { contentsOf } from '../support/image/contents-of.js';
import { layerOf, type MadeLayer } from '../support/image/image-maker.js';
import { evaluateRule, subjectOf } from '../support/image/image-rule-subject.js';
import { elf } from '../support/image/packaged-files.js';
import { fakeKey } from '../support/image/planted-secrets.js';
import { paxRecord, TAR_END, tarHeader, tarMember } from '../support/image/tar-blocks.js';

const SHELL = elf('GNU bash, version 5.2');
const shell = (name: string) => tarMember({ name, mode: 0o755 }, SHELL);
const key = (name: string) => tarMember({ name }, fakeKey(''));
const link = (name: string, target: string) => tarHeader({ name, type: '2', link: target });
const tar = (...members: readonly Buffer[]): MadeLayer => layerOf(Buffer.concat([...members, TAR_END]));
const pax = (...records: readonly Buffer[]) => tarMember({ name: 'pax', type: 'x' }, Buffer.concat(records));

/** What distroless says of shells, and no-secrets of the layers. */
async function answers(...layers: readonly MadeLayer[]): Promise<{ readonly shell: string; readonly secrets: string }> {
  const { evidence } = await contentsOf({ layers });
  const said = [...evaluateRule(distroless, subjectOf(evidence)), ...evaluateRule(noSecrets, subjectOf(evidence))];
  const of = (aspect: string) => {
    const answer = said.find((one) => one.aspect === aspect) ?? said[0];
    return `${answer?.outcome}: ${answer?.message} ${answer?.fix ?? ''}`;
  };
  return { shell: of('shell'), secrets: of('layers') };
}

const FOUND = { shell: /^fail: There is a shell/, secrets: /^fail: A file holds/ };
const CLEAN = { shell: /^pass/, secrets: /^pass/ };
const open = (why: RegExp) => ({ shell: why, secrets: why });

describe('a layer that', () => {
  const plain = tar(tarMember({ name: 'a' }, 'a'));
  const typed = (mediaType: string) => ({ ...plain, descriptor: { ...plain.descriptor, mediaType } });
  const bomb = layerOf(Buffer.concat([tarMember({ name: 'zeros' }, Buffer.alloc(80 * 1024 * 1024)), TAR_END]));
  const cut = tar(shell('bin/sh'), key('k'));
  test.each<readonly [string, readonly MadeLayer[], { readonly shell: RegExp; readonly secrets: RegExp }]>([
    ['has absolute names', [tar(shell('/bin/sh'), key('//k'))], FOUND],
    ['leaves the root', [tar(shell('../../bin/sh'), key('k'))], open(/^indeterminate: .*leaves the image's root/)],
    [
      'lies behind links that loop',
      [tar(link('a', 'b'), link('b', 'a')), tar(shell('a/sh'))],
      open(/^indeterminate: A file of it could not be evaluated: \/a\/sh/),
    ],
    [
      'lies behind a link that leaves the root',
      [tar(link('a', '../../..')), tar(shell('a/bin/sh'), key('a/k'))],
      FOUND,
    ],
    [
      'names its files in PAX headers',
      [tar(pax(paxRecord('path', 'bin/sh')), shell('x'), pax(paxRecord('path', 'k')), key('y'))],
      FOUND,
    ],
    [
      'has names that are not UTF-8',
      [tar(shell('bin/\xff\xfe'), key('\xff'), tarMember({ name: '\xfe' }, 'harmless'))],
      FOUND,
    ],
    [
      'has a sparse file',
      [
        tar(
          pax(
            paxRecord('GNU.sparse.major', '1'),
            paxRecord('GNU.sparse.minor', '0'),
            paxRecord('GNU.sparse.name', 'data'),
            paxRecord('GNU.sparse.realsize', '9'),
          ),
          tarMember({ name: 'x' }, 'bytes'),
        ),
      ],
      open(/^indeterminate: A file of it could not be evaluated: \/data/),
    ],
    [
      'replaces what it said first by what it says last',
      [tar(shell('bin/sh'), key('k'), tarMember({ name: 'bin/sh' }, 'text'), tarMember({ name: 'k' }, 'x'))],
      { shell: /^pass/, secrets: /^fail: A file holds/ },
    ],
    ['says a program last', [tar(tarMember({ name: 'bin/sh' }, 'text'), shell('bin/sh'), key('k'))], FOUND],
    [
      'hides whiteouts by whiteouts',
      [tar(shell('bin/sh'), key('k')), tar(tarMember({ name: 'bin/.wh..wh.sh' }), tarMember({ name: '.wh..wh.k' }))],
      FOUND,
    ],
    ['hides what lies below', [tar(shell('bin/sh')), tar(tarMember({ name: 'bin/.wh.sh' }))], CLEAN],
    [
      'is encrypted',
      [typed('application/vnd.oci.image.layer.v1.tar+gzip+encrypted')],
      open(/^fail: .*encrypted layer/),
    ],
    [
      'is foreign',
      [typed('application/vnd.oci.image.layer.nondistributable.v1.tar+gzip')],
      open(/^fail: .*foreign layer/),
    ],
    ['unpacks to a thousand times its size', [bomb], open(/^indeterminate: .*times its.*layer-compression-ratio/)],
    ['is cut short', [cutShort(cut)], open(/^indeterminate: .*can't be read/)],
    ['has nothing in it', [tar()], CLEAN],
  ])('%s is contained', async (_, layers, expected) => {
    const said = await answers(...layers);
    expect(said.shell).toMatch(expected.shell);
    expect(said.secrets).toMatch(expected.secrets);
  });
});

/** The same layer with its last bytes missing. */
function cutShort(layer: MadeLayer): MadeLayer {
  const made = layerOf(layer.bytes.subarray(0, layer.bytes.length - 40), { compression: 'none' });
  return { ...made, diffId: layer.diffId };
}
