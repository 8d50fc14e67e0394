// biome-ignore-all lint/suspicious/noTemplateCurlyInString: variables of the shell
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { buildsInScript } from '../../../src/build-files/script/build-command.js';
import { shellCommands } from '../../../src/build-files/script/shell-commands.js';

const mayRun = (script: string) =>
  shellCommands(script).every(({ words, neverRuns }) => !words.includes('BUILD') || neverRuns !== true);

describe('a command that no run comes to', () => {
  test.each([
    'false && BUILD',
    'a && false && BUILD',
    'a | false && BUILD',
    '! true && BUILD',
    '/bin/false && BUILD',
    'true || BUILD',
    ': x || BUILD',
    'false &&\n\nBUILD',
    'false && { BUILD; }',
    'false && (cd x; BUILD)',
    '{ a; false; } && BUILD',
    'if false; then BUILD; fi',
    'if a; then :; elif false; then BUILD; fi',
    'if true; then a; elif b; then BUILD; fi',
    'if true; then a; else BUILD; fi',
    'while false; do BUILD; done',
    'until true; do BUILD; done',
    'for x in; do BUILD; done',
    'for x in a b; do break; BUILD; done',
    'exit\nBUILD',
    'a; exit 1; b; BUILD',
    'true && exit\nBUILD',
    'if true; then exit; fi\nBUILD',
    'exec sh -c a\nBUILD',
    'exec -a x -- sh\nBUILD',
    'X=1 command exit\nBUILD',
    'for x in a; do { continue; }; BUILD; done',
    'f() { if true; then return; fi; BUILD; }',
    '[[ a == b ]] 2>/dev/null && BUILD',
    'false < nofile && BUILD',
    'true > /dev/null 2>&1 || BUILD',
    'cat <<E\n$(false && BUILD)\nE',
    'trap "exit; BUILD" EXIT',
    'shopt -s nullglob\nalias ll=ls\nfalse && BUILD',
    'f() { return; BUILD; }',
    'f() {\n  a\n}\nexit\nBUILD',
    'false && a=$(BUILD)',
    'false && bash -c "BUILD"',
    'false && bash <<E\nBUILD\nE',
    'case a in\n  a) exit; BUILD ;;\nesac',
    '[ 1 = 2 ] && BUILD',
    '[ 1 == 2 ] && BUILD',
    "[ 'a b' != 'a b' ] && BUILD",
    '[ a ] || BUILD',
    '[ "" ] && BUILD',
    '[ ] && BUILD',
    '[ -n "" ] && BUILD',
    '[ -z x ] && BUILD',
    '[ ! x ] && BUILD',
    '! [ 1 -eq 1 ] && BUILD',
    '[ 1 = 2 ] 2>/dev/null && BUILD',
    '[ 3 -lt 2 ] && BUILD',
    '/usr/bin/test 1 -gt 2 && BUILD',
    'if test "" ; then BUILD; fi',
    'if [[ a == b ]]; then BUILD; fi',
    'while [[ -z x ]]; do BUILD; done',
    '((0)) && BUILD',
    '(( 1 > 2 )) && BUILD',
    'if ((1 == 2)); then BUILD; fi',
    '[ 1 = 1 ] && exit\nBUILD',
    'exit -- 1\nBUILD',
    'exit 1 >&2\nBUILD',
    'return && BUILD',
    'set -e\nfalse\nBUILD',
    'set -euo pipefail\n[ 1 = 2 ]\nBUILD',
    'set -o errexit\ntrue && false\nBUILD',
    'set -e\na | false\nBUILD',
    'set -e\nreturn\nBUILD',
  ])('is found: %j', (script) => {
    expect(mayRun(script)).toBe(false);
  });

  test.each([
    'true && BUILD',
    'a && BUILD',
    'a || BUILD',
    'false || BUILD',
    'false; BUILD',
    'false & BUILD',
    'false | BUILD',
    '$FALSE && BUILD',
    'X=false; $X && BUILD',
    '[[ $A && false ]] && BUILD',
    'if [ -f x ]; then BUILD; fi',
    'if false; then a; else BUILD; fi',
    'if a; then exit; else BUILD; fi',
    'if a; then exit; fi; BUILD',
    'while true; do BUILD; done',
    'while read -r a; do exit; done < f\nBUILD',
    'for x in a b; do break; done; BUILD',
    'a || exit 1\nBUILD',
    'a || { echo; exit 1; }\nBUILD',
    '(exit)\nBUILD',
    'exit | BUILD',
    'exit &\nBUILD',
    'f() {\n  exit\n}\nBUILD',
    'f() (\n  exit\n)\nBUILD',
    'function f {\n  exit\n}\nBUILD',
    'function f() {\n  exit\n}\nBUILD',
    'f()\n{\n  return 1\n}\nBUILD',
    'exec 2>&1 > log\nBUILD',
    'exec > >(tee log) 2>&1\nBUILD',
    'exec {fd}> log\nBUILD',
    'trap "exit" EXIT\nBUILD',
    'a=(b false)\nBUILD',
    'case $1 in\n  a) exit ;;\n  b|c) BUILD ;;\nesac',
    'case $1 in\n  a) exit ;;\nesac\nBUILD',
    'echo exit\nBUILD',
    '[ 1 = 1 ] && BUILD',
    '[ "$a" = 2 ] && BUILD',
    '[ 1 = "$(a)" ] && BUILD',
    '[ -f x ] && BUILD',
    '[ ! -f x ] && BUILD',
    '[ x -nt y ] && BUILD',
    '[ 1 = 2 -o a ] && BUILD',
    '[ a -o 1 = 2 ] && BUILD',
    '[ 1 -eq a ] || BUILD',
    '[ ! = ! ] && BUILD',
    '[ -n = -n ] && BUILD',
    '[ -z ] && BUILD',
    '[[ a == [a-z] ]] && BUILD',
    '[[ a = * ]] && BUILD',
    '[[ 1 = 2 || a ]] && BUILD',
    '[[ 010 -eq 8 ]] && BUILD',
    '[[ abc =~ b ]] && BUILD',
    'test x && BUILD',
    '((1)) && BUILD',
    '(( 2 > 1 )) && BUILD',
    '((010 == 8)) && BUILD',
    '((x)) && BUILD',
    'for ((i=0; i<3; i++)); do BUILD; done',
    '((0)) || BUILD',
    'shopt -s nocasematch\n[[ A == a ]] && BUILD',
    // Programs of another name, or of the repository.
    './false && BUILD',
    './test 1 = 2 && BUILD',
    'env false && BUILD',
    'sudo exit\nBUILD',
    './exit\nBUILD',
    // What ends nothing where it stands.
    'break\nBUILD',
    'return 0\nBUILD',
    'while a; do (break; BUILD); done',
    'f() if true; then exit; fi\nBUILD',
    'exec "$@"\nBUILD',
    'exec -a x\nBUILD',
    'exec --\nBUILD',
    'exec 3<<E\nx\nE\nBUILD',
    'exit < nofile\nBUILD',
    'exit --help\nBUILD',
    'exit 1 2\nBUILD',
    'exec --help\nBUILD',
    'exec true < nofile\nBUILD',
    'f() { return < nofile; BUILD; }',
    'for x in a; do break --help; BUILD; done',
    'return || BUILD',
    // What fails, and does not end the shell.
    'set -e\nfalse || true\nBUILD',
    'set -e\nfalse && a\nBUILD',
    'set -e\n! true\nBUILD',
    'set -e\n{ false; } || true\nBUILD',
    'set -e\n{ false; BUILD; } || true',
    'set -e\nif false; then a; fi\nBUILD',
    'set -e\nfalse &\nBUILD',
    'set -e\nf() { false; BUILD; }',
    'set -e\nset +e\nfalse\nBUILD',
    'set -e\nset -u +e\nfalse\nBUILD',
    'set -e\nset $X\nfalse\nBUILD',
    'set -e\nshopt -uo errexit\nfalse\nBUILD',
    'set -e\neval "set +e"\nfalse\nBUILD',
    'set -e\nbash -c "false; BUILD"',
    'set -e\na=$(false; BUILD)',
    'set -e | a\nfalse\nBUILD',
    'a && set -e\nfalse\nBUILD',
    'set -- -e\nfalse\nBUILD',
    'set x -e\nfalse\nBUILD',
    // Brackets that are operators, in quotes, or redirections that may fail.
    '[[ b < a ]] || BUILD',
    '[[ b<a ]] || BUILD',
    '[ a \\> b ] || BUILD',
    '[ ">x" = ">y" ] || BUILD',
    "[ -z '>' ] || BUILD",
    'true < nofile || BUILD',
    ': > /none/x || BUILD',
    '[ a{,} ] || BUILD',
    // PowerShell.
    'if ($a) {\n  exit 1\n}\nBUILD',
    'try {\n  a\n} catch {\n  exit 1\n}\nBUILD',
  ])('is none that may run: %j', (script) => {
    expect(mayRun(script)).toBe(true);
  });

  test('is behind a return of the script itself only where the shell ends on a failure', () => {
    const script = 'return\ndocker build .';
    const place = { directory: '', line: 1 };
    expect(buildsInScript(script, { ...place, endsOnFailure: true }).named).toMatchObject([{ neverRuns: true }]);
    expect(buildsInScript(script, place).named[0]).not.toHaveProperty('neverRuns');
  });

  test.each([
    'echo "${X:-$(BUILD)}"',
    'echo ${X:-`BUILD`}',
    'cat <<E\n$(BUILD)\nE',
    'cat <<-E\n\t`BUILD`\n\tE',
    "trap 'BUILD' EXIT\nexit",
    'trap -- "a; BUILD" EXIT',
  ])('is not what runs within another: %j', (script) => {
    expect(buildsInScript(script.replace('BUILD', 'docker build .'), { directory: '', line: 1 }).named).toMatchObject([
      { file: 'Dockerfile' },
    ]);
    expect(mayRun(script)).toBe(true);
  });

  test.each(["cat <<'E'\n$(BUILD)\nE", 'cat <<E\n\\$(BUILD)\nE', 'trap - EXIT', "echo '${X:-$(BUILD)}'"])(
    'is no command where nothing is expanded: %j',
    (script) => {
      expect(shellCommands(script).filter(({ words }) => words[0] === 'BUILD')).toEqual([]);
    },
  );

  test.each([
    'true() { return 1; }\ntrue || cd x',
    'g() { false && cd x; }\nfalse() { :; }\ng',
    'exit() { :; }\nexit\ncd x',
    'function [ { :; }\n[ 1 = 2 ] && cd x',
    'alias false=true\nfalse && cd x',
    'enable -n false\nfalse && cd x',
    'shopt -s execfail\nexec nope\ncd x',
    '. ./lib.sh\nfalse && cd x',
    'eval "$X"\nfalse && cd x',
  ])('leaves the directory open where a script may give its words another meaning: %j', (script) => {
    const { named, unseen } = buildsInScript(`${script}\ndocker build -f z .`, { directory: '', line: 1 });
    expect([named, unseen.length]).toEqual([[], 1]);
  });

  test.each(['shopt -s nullglob', 'alias ll=ls', 'eval x', 'trues() { :; }'])(
    'keeps the directory known behind %j',
    (script) => {
      const text = `${script}\nfalse && cd x\ndocker build -f z .`;
      expect(buildsInScript(text, { directory: '', line: 1 }).named.map(({ file }) => file)).toEqual(['z']);
    },
  );

  test('changes neither directory nor variables', () => {
    const script = 'false && cd x\nfalse && F=y\ndocker build -f z . && docker build -f "$F" .';
    expect(buildsInScript(script, { directory: '', line: 1 }).named.map(({ file }) => file)).toEqual(['z']);
  });

  test('is marked as a build, and as a run of bake', () => {
    const { named, bakes } = buildsInScript('exit\ndocker build .\ndocker buildx bake', { directory: '', line: 1 });
    expect([named, bakes]).toMatchObject([[{ neverRuns: true }], [{ neverRuns: true }]]);
  });

  test('is none in a script that only a run decides, however it is nested', () => {
    const part = fc.constantFrom('a', 'b', ';', '&&', '||', '|', '&', '(', ')', '{', '}', '\n', 'if', 'then', 'else');
    const more = fc.constantFrom('fi', 'while', 'do', 'done', 'case', 'in', 'esac', ';;', 'for', '!', '$a', '"', '`');
    fc.assert(
      fc.property(fc.array(fc.oneof(part, more), { maxLength: 40 }), (parts) => {
        const never = shellCommands(parts.join(' ')).filter(({ neverRuns }) => neverRuns === true);
        expect(never.length === 0 || /\bfor \S+ in[ \n;&|()]|\bfor \S+ in$/m.test(parts.join(' '))).toBe(true);
      }),
    );
  });
});
