// biome-ignore-all lint/suspicious/noTemplateCurlyInString: variables of the shell
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { buildsInScript } from '../../../src/build-files/script/build-command.js';

const files = (script: string, directory = '') => buildsInScript(script, directory).named.map(({ file }) => file);

describe('the builds that a script asks for', () => {
  test.each([
    ['docker build .', ['Dockerfile']],
    ['docker build -f a/b.Dockerfile .', ['a/b.Dockerfile']],
    ['docker build --file=./x .', ['x']],
    ['docker buildx build --push -t a:b -f x ctx', ['x']],
    ['docker image build services/api', ['services/api/Dockerfile']],
    ['sudo podman build -f x .', ['x']],
    ['buildah bud -f x .', ['x']],
    ['cd x && docker build . && docker build -f y .', ['x/Dockerfile', 'x/y']],
    ['(cd x && docker build .); docker build -f y .', ['x/Dockerfile', 'y']],
    ['cd x\ncd ..\ndocker build -f y .', ['y']],
    ['cd x/y\npushd ..\ndocker build -f z .', ['x/z']],
    ['cd "$DIR" && docker build -f y .', []],
    ['cd /srv && docker build -f y .', []],
    ['cd .. && docker build -f y .', []],
    ['pushd x; popd; docker build -f y .', []],
    ['A=1 docker build \\\n  -f "a b" \\\n  .', ['a b']],
    ["docker build -f 'it'\\''s' .", ["it's"]],
    ['docker build --no-cache --pull -q services/api', ['services/api/Dockerfile']],
    ['# docker build -f no .\ndocker build -f yes .', ['yes']],
    ['docker build -fx .', ['x']],
    ['docker build -f=x .', ['x']],
    ['docker build -qfx -tname .', ['x']],
    ['docker build -qf x .', ['x']],
    ['docker build -tname services/api', ['services/api/Dockerfile']],
    ['podman build --tls-verify -f x .', ['x']],
    ['docker build -f $FILE .', []],
    ['docker build -f "${DIR}/x" .', []],
    ['docker build -f `which x` .', []],
    ['docker build -', []],
    ['docker build https://example.com/x.git', []],
    ['docker build /tmp/ctx', []],
    ['docker build ../outside', []],
    ['docker run -f x build', []],
    ['echo docker', []],
  ])('%j: %j', (script, expected) => {
    expect(files(script)).toEqual(expected);
  });

  test('paths are relative to where the script runs', () => {
    expect(files('docker build -f x ..', 'a/b')).toEqual(['a/b/x']);
    expect(files('docker build ..', 'a/b')).toEqual(['a/Dockerfile']);
  });

  test('literal parameters are kept, others left out', () => {
    const script =
      'docker build --target api --platform linux/amd64,linux/arm64 --build-arg A=1 --build-arg B --build-arg C=$C ' +
      '--build-arg __proto__=x --build-context base=docker-image://b .';
    const [build] = buildsInScript(script, '').named;
    expect(build).toMatchObject({
      target: 'api',
      platforms: ['linux/amd64', 'linux/arm64'],
      buildContexts: { base: 'docker-image://b' },
    });
    expect(Object.entries(build?.buildArgs ?? {})).toEqual([
      ['A', '1'],
      ['__proto__', 'x'],
    ]);
  });

  test('any script is read, and no path leaves the repository', () => {
    const word = fc.constantFrom(
      'docker',
      'build',
      '-f',
      '..',
      '/',
      'a',
      '"',
      "'",
      '\\',
      '$',
      '`',
      '#',
      ';',
      '\n',
      ' ',
    );
    fc.assert(
      fc.property(fc.array(word, { maxLength: 40 }), (words) => {
        for (const file of files(words.join(' '))) expect(file).not.toMatch(/^\/|(?:^|\/)\.\.(?:\/|$)/);
      }),
    );
  });
});
