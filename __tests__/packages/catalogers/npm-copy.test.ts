import { describe, expect, test } from '@jest/globals';
import { CATALOG_LIMITS } from '../../../src/packages/catalogers/limits.js';
import { catalogFile, named } from '../../support/packages/catalog-file.js';

const about = (name: string, version: string, more = {}) => JSON.stringify({ name, version, ...more });

describe('a package.json outside node_modules', () => {
  test.each([
    ['opt/yarn-v1.22.22', about('yarn', '1.22.22'), 'npm:yarn@1.22.22'],
    ['app/vendor/lodash', about('lodash', '4.17.15'), 'npm:lodash@4.17.15'],
    ['srv/lib/lodash-4.17.15', about('lodash', '4.17.15'), 'npm:lodash@4.17.15'],
    ['app/third-party/lodash@4.17.15', about('lodash', '4.17.15'), 'npm:lodash@4.17.15'],
    ['app/third-party/core', about('@babel/core', '7.0.0'), 'npm:@babel/core@7.0.0'],
    ['app/vendor/lodash', `\uFEFF${about('lodash', '4.17.15')}`, 'npm:lodash@4.17.15'],
  ])('in %s is that of a package that was copied there', (directory, text, expected) => {
    expect(named(catalogFile(`${directory}/package.json`, text))).toEqual([expected]);
  });

  test.each([
    ['an application in a directory of another name', 'app', about('shop', '1.0.0')],
    ['what is not published', 'srv/shop', about('shop', '1.0.0', { private: true })],
    ['a test of an installed package', 'app/node_modules/a/test/lodash', about('lodash', '1.0.0')],
    ['an installed package, which is read as one', 'app/node_modules/lodash', about('lodash', '1.0.0')],
    ['a directory of another version', 'app/lodash-3.0.0', about('lodash', '4.0.0')],
    ['what has no version', 'app/lodash', '{"name":"lodash"}'],
    ['a template', 'share/lodash', '{"name":"{{name}}",'],
    ['a list', 'share/lodash', '[]'],
    ['nothing', 'share/lodash', ''],
  ])('is no copy of a package: %s', (_, directory, text) => {
    expect(catalogFile(`${directory}/package.json`, text)).toEqual({ packages: [], unread: [], problems: [] });
  });

  test('of more than is read is named', () => {
    const text = about('lodash', '4.17.15', { readme: 'x'.repeat(CATALOG_LIMITS['metadata-bytes']) });
    expect(catalogFile('app/lodash/package.json', text).problems).toEqual([expect.stringContaining('metadata-bytes')]);
  });
});
