// biome-ignore-all lint/suspicious/noTemplateCurlyInString: variables of the shell
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { buildsInScript } from '../../../src/build-files/script/build-command.js';
import { processorTime } from '../../support/process/processor-time.js';

const files = (script: string, directory = '') =>
  buildsInScript(script, { directory, line: 1 }).named.map(({ file }) => file);

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
    ['docker build /srv/ctx', []],
    ['docker build ../outside', []],
    ['docker run -f x build', []],
    ['echo docker', []],
    ['echo docker build -f x .', []],
    ['docker --context c --debug build -f x .', ['x']],
    ['docker buildx --builder b1 b -f x .', ['x']],
    ['docker-buildx build -f x .', ['x']],
    ['/usr/bin/docker build -f x .', ['x']],
    ['docker b -f x .', []],
    ['bash -c "cd a && docker build -f x ."; docker build -f y .', ['a/x', 'y']],
    ['ID=$(docker build -q -f x .) && docker run $ID', ['x']],
    ['ID=`docker build -q -f x .`', ['x']],
    ['eval "docker build -f x ."', ['x']],
    ['F=x; docker build -f "$F" .', ['x']],
    ['F=x; F=y; docker build -f "$F" .', []],
    ['for F in a b; do docker build -f "$F" .; done', []],
    ['cat <<EOF\ndocker build -f no .\nEOF\ndocker build -f x .', ['x']],
    ['bash <<EOF\ndocker build -f x .\nEOF', ['x']],
    ['docker build -f x . > log 2>&1 && docker build -f y .', ['x', 'y']],
    ['$DOCKER build -t a -f x .', ['x']],
    ['cd "$GITHUB_WORKSPACE/a" && docker build -f x .', ['a/x']],
    ['podman --log-level=debug build -f x .', ['x']],
    ['podman build --from b -f x .', ['x']],
    ['podman build -f a -f b .', ['b']],
    ['podman build -f a -f $B .', []],
    ['podman build -f x.in .', ['x.in']],
    ['podman build --cpp-flag=$F -f x.in .', []],
    ['nerdctl -n k8s.io build -f x .', ['x']],
    ['buildctl build --frontend dockerfile.v0 --local context=. --local dockerfile=d --opt filename=x', ['d/x']],
    ['/kaniko/executor --context dir:///workspace --dockerfile x', ['x']],
    ['docker run gcr.io/kaniko-project/executor:v1 --context=dir:///workspace/a', ['a/Dockerfile']],
  ])('%j: %j', (script, expected) => {
    expect(files(script)).toEqual(expected);
  });

  test.each([
    ['podman build --build-context b=container-image://c:1 -f x .', { buildContexts: { b: 'docker-image://c:1' } }],
    ['buildah bud --build-context=b=docker://c:1 -f x .', { buildContexts: { b: 'docker-image://c:1' } }],
    ['podman build --build-arg-file args -f x .', { podman: { files: [], argumentFiles: ['args'] } }],
    ['podman build --build-arg-file $F -f x .', { open: { args: [''] } }],
    [
      'podman build -f a -f b.in --cpp-flag=-DX c',
      {
        file: 'b.in',
        podman: {
          files: [
            ['a', 'c/a'],
            ['b.in', 'c/b.in'],
          ],
        },
      },
    ],
    ['podman build --from c:1 -f x .', { firstBase: 'c:1' }],
    ['docker build --build-arg A=1 --build-arg=B -f x .', { buildArgs: { A: '1' }, open: { args: ['B'] } }],
    ['nerdctl build --platform linux/arm64 --target t -f x .', { platforms: ['linux/arm64'], target: 't' }],
    [
      'buildctl build --frontend gateway.v0 --opt source=f:1 --local context=. --opt filename=x --opt build-arg:A=1',
      { buildArgs: { A: '1', BUILDKIT_SYNTAX: 'f:1' } },
    ],
    ['/kaniko/executor --dockerfile=x --custom-platform=linux/arm64 --context .', { platforms: ['linux/arm64'] }],
    ['docker build -t a:1 --tag "b:$V" --tag "$C" -f x .', { request: { tags: ['a:1', 'b'] } }],
  ])('%s gives the build what it says', (script, build) => {
    expect(buildsInScript(script, { directory: '', line: 1 }).named).toMatchObject([{ file: 'x', ...build }]);
  });

  test('paths are relative to where the script runs', () => {
    expect(files('docker build -f x ..', 'a/b')).toEqual(['a/b/x']);
    expect(files('docker build ..', 'a/b')).toEqual(['a/Dockerfile']);
  });

  test('literal parameters are kept, others left out', () => {
    const script =
      'docker build --target api --platform linux/amd64,linux/arm64 --build-arg A=1 --build-arg B --build-arg C=$C ' +
      '--build-arg __proto__=x --build-context base=docker-image://b .';
    const [build] = buildsInScript(script, { directory: '', line: 1 }).named;
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

  test('a script knows its own directory, and the lines of its commands', () => {
    const script = '#!/bin/sh\ncd "$(dirname "$0")/.."\ndocker build \\\n  -f x .\n';
    const { named } = buildsInScript(script, { directory: '', own: 'a/b', line: 1 });
    expect(named).toMatchObject([{ file: 'a/x', request: { line: 4, context: 'a' } }]);
  });

  test('what stands before a command is its environment', () => {
    const script = 'A=1 DOCKER_DEFAULT_PLATFORM=linux/arm64 docker build --build-arg A --build-arg B .';
    expect(buildsInScript(script, { directory: '', line: 1 }).named).toMatchObject([
      { buildArgs: { A: '1' }, platforms: ['linux/arm64'], open: { args: ['B'] } },
    ]);
  });

  test('the options of other builders have the same meaning', () => {
    const script =
      'podman build --from evil --build-arg-file f --build-context a=container-image://b .\n' +
      'buildctl build --local context=. --opt build-arg:A=1 --opt target=t --opt context:c=docker-image://d --opt source=s';
    expect(buildsInScript(script, { directory: '', line: 1 }).named).toMatchObject([
      { firstBase: 'evil', buildContexts: { a: 'docker-image://b' }, podman: { argumentFiles: ['f'] } },
      { target: 't', buildArgs: { A: '1', BUILDKIT_SYNTAX: 's' }, buildContexts: { c: 'docker-image://d' } },
    ]);
  });

  test('a run of bake has its files and what it sets', () => {
    const script = 'cd a && docker buildx bake -f x.hcl --set "*.args.A=1" --var B=2 app';
    expect(buildsInScript(script, { directory: '', line: 1 }).bakes).toEqual([
      { files: ['a/x.hcl'], directory: 'a', overrides: ['*.args.A=1', 'var B=2'], line: 1 },
    ]);
  });

  test('time grows linearly with the script', () => {
    const parts = ['$(', '`', '<<A ', "'", '"', '${', 'A=$A$A;', 'bash -c "', '\\', '(', 'eval $A '];
    for (const part of parts) {
      const spent = processorTime();
      buildsInScript(part.repeat(10_000), { directory: '', line: 1 });
      expect(spent()).toBeLessThan(5_000);
    }
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

describe('the directory of a build', () => {
  const filesOf = (script: string) =>
    buildsInScript(script.replaceAll('BUILD', 'docker build -f z .'), { directory: '', line: 1 }).named.map(
      ({ file }) => file,
    );

  test.each([
    ['f() { cd x; }\nBUILD', ['z']],
    ['f() { cd x; }\nf\nBUILD', ['x/z']],
    ['f() { cd x; }\nf\nf\nBUILD', ['x/x/z']],
    ['f() { cd x; }\ng() { f; }\n(g)\ng\nBUILD', ['x/z']],
    ['f() { cd x; f; }\nf\nBUILD', ['x/z']],
    ['f() (cd x; BUILD)\nf\nBUILD', ['x/z', 'z']],
    ['f() { BUILD; }\ncd x\nf', ['z', 'x/z']],
    ['f() { BUILD; }\nf\nf', ['z']],
    ['f() { BUILD; cd x; }\nf & f | a\nBUILD', ['z', 'z']],
    ['a | f() { cd x; }\nBUILD', ['z']],
    ['false && f() { cd x; }\nf() { cd y; }\nBUILD', ['z']],
    ['f() { (cd x && BUILD); BUILD; }\nf', ['x/z', 'z']],
    ['cd x & BUILD', ['z']],
    ['cd x | a\nBUILD', ['z']],
    ['a | cd x\nBUILD', ['z']],
    ['a |\ncd x\nBUILD', ['z']],
    ['a | b\ncd x\nBUILD', ['x/z']],
    ['{ cd x; BUILD; }', ['x/z']],
    ['if cd x; then BUILD; fi', ['x/z']],
    ['A=1 cd x\nBUILD', ['x/z']],
    ['env cd x\nBUILD', ['z']],
    ['pushd x\npopd\nBUILD', []],
  ])('is followed: %j', (script, files) => {
    expect(filesOf(script)).toEqual(files);
  });

  test('costs no more than the script is long, however functions call each other', () => {
    const names = Array.from({ length: 60 }, (_, index) => `f${index}`);
    const bodies = names.map((name, index) => `${name}() { ${names.slice(index + 1).join('; ')}; cd x; BUILD; }`);
    expect(filesOf(`${bodies.join('\n')}\nf0`).length).toBeLessThan(2200);
  });

  test.each(['cd x;', `cd ${'a/'.repeat(2000)};`, 'cd .;'])('costs no more where it is changed often: %j', (change) => {
    const spent = processorTime();
    expect(filesOf(`cd ${'a/'.repeat(120)}\n${change.repeat(400_000 / change.length)}BUILD`).length).toBeLessThan(2);
    expect(spent()).toBeLessThan(4000);
  });
});
