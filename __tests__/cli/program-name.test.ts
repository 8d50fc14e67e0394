import { describe, expect, test } from '@jest/globals';
import { programName } from '../../src/cli/program-name.js';

describe('what a message shows a person to type begins with', () => {
  test.each([
    [
      'node and the script, from the directory of the shell',
      '/home/me/gate/dist/cli.js',
      '/home/me/gate',
      'node dist/cli.js',
    ],
    ['one that is written next to it', '/home/me/gate/dist/cli.js', '/home/me/shop', 'node ../gate/dist/cli.js'],
    ['the whole path where that is shorter', '/opt/cli.js', '/home/me/work/shop/services', 'node /opt/cli.js'],
    ['its own name where it is installed', '/usr/local/bin/base-image-gate', '/home/me', 'base-image-gate'],
    ['a path that the shell would split, quoted', "/home/it's me/cli.js", '/home', "node 'it'\\''s me/cli.js'"],
    ['its own name where Node names no script', undefined, '/', 'base-image-gate'],
  ])('%s', (_, script, cwd, name) => {
    expect(programName(script, cwd)).toBe(name);
  });
});
