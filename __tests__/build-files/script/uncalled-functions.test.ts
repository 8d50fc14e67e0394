// biome-ignore-all lint/suspicious/noTemplateCurlyInString: variables of the shell
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { buildsInScript } from '../../../src/build-files/script/build-command.js';
import { processorTime } from '../../support/process/processor-time.js';

const mayRun = (script: string, place: { readonly goesOn?: true } = {}) =>
  buildsInScript(script.replaceAll('BUILD', 'docker build .'), { directory: '', line: 1, ...place }).named.every(
    ({ neverRuns }) => neverRuns !== true,
  );

describe('a function that nothing calls', () => {
  test.each([
    'f() { BUILD; }',
    'f() {\n  BUILD\n}\necho f\nf2',
    'f()\n{\n  BUILD\n}\n# f',
    'f() (\n  BUILD\n)',
    'function f {\n  BUILD\n}',
    'function f() { BUILD; }\ng() { a; }\ng',
    'f() { BUILD; f; }',
    'f() { g; }; g() { BUILD; f; }',
    'f() { g() { BUILD; }; }; g',
    'f() { bash -c "BUILD"; }',
    'f() { x=$(BUILD); }',
    'f() {\n  bash <<E\nBUILD\nE\n}',
    'f() { if a; then BUILD; fi; }',
    'f() { BUILD; }\nfalse && f',
    'f() { BUILD; }\nif [ 1 = 2 ]; then f; fi',
    'f() { BUILD; }\nprintf "%s" f\nexit\nf',
    'f() { BUILD; }\nset -e\nset -o pipefail',
    'f() { BUILD; }\ncurl -d {a,b}',
    'x=f\nf() { BUILD; }; : f',
  ])('runs none of its builds: %j', (script) => {
    // What is assigned may be called by way of its variable.
    expect(mayRun(script)).toBe(script.startsWith('x=f'));
  });

  test.each([
    'f() { BUILD; }; f',
    'f() { BUILD; }\na && f x y',
    'f() { BUILD; }\n! f || exit 1',
    'f() { BUILD; }\nif f; then :; fi',
    'f() { BUILD; }\nx=$(f)',
    'f() { BUILD; }\ntrap "a; f" EXIT',
    'f() { BUILD; }\nexport -f f\nls | xargs -n1 bash -c f',
    'f() { BUILD; }\ndeclare -f >> "$BASH_ENV"',
    'f() { BUILD; }\n"$@"',
    'f() { BUILD; }\n$1',
    'f() { BUILD; }\n${CMD:-f}',
    'f() { BUILD; }\neval "$x"',
    'f() { BUILD; }\n. ./others.sh',
    'f() { BUILD; }\nsource others.sh',
    'f() { BUILD; }\nretry 3 f',
    'f() { BUILD; }\ng() { f; }; g',
    'f() { BUILD; }\nrun() { "$@"; }\nrun f',
    'f() { g() { BUILD; }; g; }; f',
    'f() { :; }\nBUILD',
    'f() (\n  a\n)\nBUILD',
    'function f {\n  a\n}\nBUILD',
    'f() {\n  if a; then b; fi\n}\nBUILD',
    'f() {\n  case $1 in\n    a) b ;;\n    *) c ;;\n  esac\n}\nBUILD',
    'f() {\n  cat <<E\n}\nE\n}\nBUILD',
    'f() { echo ${x:-}; }\nBUILD',
    'f() { echo "}"; }\nBUILD',
    // Functions with the names of the shell's own words.
    'echo() { BUILD; }\necho x',
    'test() { BUILD; }\ntest x',
    ':() { BUILD; }\n:',
    '[() { BUILD; }\n[ x ]',
    'command() { BUILD; }\ncommand x',
    'function a=b { BUILD; }\n\\a=b',
    'command_not_found_handle() { BUILD; }\nnone',
    // By what the shell makes of a word, or of a text.
    'fo() { BUILD; }\n{f,}o',
    'fo() { BUILD; }\nf{o,x}',
    'f() { BUILD; }\necho "${X:-$(f)}"',
    'f() { BUILD; }\ncat <<E\n$(f)\nE',
    'f() { BUILD; }\n{ set; echo f; } | bash',
    'set -a\nf() { BUILD; }\nbash other.sh',
    // PowerShell: its functions may be called in any case.
    'function Build-Image { BUILD }\nbuild-image',
    'function F {\n  try { a } catch { exit }\n}\nBUILD',
    'function F { param($x)\n  BUILD\n}\n& F -x 1',
  ])('is none of these: %j', (script) => {
    expect(mayRun(script)).toBe(true);
  });

  test('may be called by who sources a script that calls none', () => {
    expect(mayRun('f() { BUILD; }\ng() { f; }', { goesOn: true })).toBe(true);
    expect(mayRun('f() { BUILD; }\ng() { a; }\ng', { goesOn: true })).toBe(false);
  });

  test('costs no more than its script, however many call each other', () => {
    const script = Array.from({ length: 20_000 }, (_, i) => `f${i}() { f${i + 1}; }`).join('\n');
    const spent = processorTime();
    expect(mayRun(`${script}\nf20000() { BUILD; }\nf0`)).toBe(true);
    expect(mayRun(`${script}\nf20000() { BUILD; }\nf1x`)).toBe(false);
    expect(spent()).toBeLessThan(8000);
  });

  test('is never one that is called at the end, whatever it holds', () => {
    const part = fc.constantFrom('a', 'BUILD', 'if a; then b; fi', '(c)', '$(d)', '{ e; }', 'for x in 1; do g; done');
    const join = fc.constantFrom('; ', '\n', ' && ', ' || ', ' | ');
    fc.assert(
      fc.property(fc.array(fc.tuple(part, join), { maxLength: 12 }), (parts) => {
        const body = parts.map(([text, between]) => text + between).join('');
        expect(mayRun(`f() {\n${body}h\n}\nf`)).toBe(true);
      }),
    );
  });
});
