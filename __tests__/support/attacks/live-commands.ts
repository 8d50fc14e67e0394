// biome-ignore-all lint/suspicious/noTemplateCurlyInString: variables of the shell
import { type AttackCase, type AttackGroup, type AttackPair, dockerfile } from './pair.js';

const BUILD = 'docker build -f image.txt .';
/** A script of the repository that goes where a denied image is built, or seems not to. */
const script = (text: string): AttackCase =>
  dockerfile('FROM demo.example/base:1\nUSER 65532\n', {
    'image.txt': 'FROM demo.example/base:1\nUSER 65532\n',
    'x/image.txt': 'FROM docker.io/attacker/a:1\n',
    'build.sh': `#!/bin/bash\n${text}\n${BUILD}\n`,
  });
const pair = (what: string, attack: string, twin: string): AttackPair => ({
  what,
  attack: script(attack),
  twin: script(twin),
});
const WITHIN = 'cd x && docker build -f image.txt .';

export const LIVE_COMMANDS: AttackGroup = {
  item: 10,
  name: 'a command that only looks as if it never ran',
  rules: ['denied-base'],
  pairs: [
    pair('break outside of a loop', 'break\ncd x', 'for x in a; do break; cd x; done'),
    pair('return outside of a function', 'return\ncd x', 'f() { return; cd x; }\nf'),
    pair('a program called false', './false && cd x', '/bin/false && cd x'),
    pair('a program called exit', 'sudo exit\ncd x', 'if false; then sudo true; cd x; fi'),
    pair('exit with a redirection that fails', 'exit < /none\ncd x', 'false && exit < /none\ncd .'),
    pair('exit that shows its help', 'exit --help\ncd x', 'if false; then exit --help; cd x; fi'),
    pair('exit with too much', 'exit 1 2\ncd x', '(exit 1 2; cd x)'),
    pair(
      'return of a function with a redirection that fails',
      'f() { return < /none; cd x; }\nf',
      'f() { return; cd x; }\nf',
    ),
    pair('break that shows its help', 'for i in a; do break --help; cd x; done', 'for i in a; do break 1; cd x; done'),
    pair('exec that shows its help', 'exec --help\ncd x', 'false && { exec --help; cd x; }'),
    pair('exec with a redirection that fails', 'exec true < /none\ncd x', 'false && exec true < /none && cd x'),
    pair('return that is excused', 'set -e\n{ return; cd x; } || true', 'set -e\n(return; cd x) || true'),
    pair('a failure that is excused', 'set -e\n{ false; cd x; } || true', 'set -e\n(false; cd x) || true'),
    pair('a failure after set -e was taken back', 'set -e\nset +e\nfalse\ncd x', 'if false; then set +e; cd x; fi'),
    pair('a failure of a shell within', 'set -e\nbash -c "false"\ncd x', 'set -e\nbash -c "false; cd x"'),
    pair('exec of an option alone', 'exec -a x\ncd x', 'false && { exec -a x; cd x; }'),
    pair('exec of a variable', 'exec $NONE\ncd x', 'false && exec $NONE && cd x'),
    pair('exec of a here-document', 'exec 3<<E\nx\nE\ncd x', 'cat 3<<E\ncd x\nE'),
    pair('a body without braces', 'f() if true; then exit; fi\ncd x', 'f() if true; then return; cd x; fi'),
    pair('an order of texts', '[[ b < a ]] || cd x', '[[ b == b ]] || cd x'),
    pair('a bracket in quotes', '[ ">x" = ">y" ] || cd x', '[ "x" = "x" ] || cd x'),
    pair('an escaped bracket', '[ a \\> b ] || cd x', '[ a != b ] || cd x'),
    pair('a case that does not count', 'shopt -s nocasematch\n[[ A == a ]] && cd x', '[[ A == b ]] && cd x'),
    pair('braces that are expanded', '[ a{,} ] || cd x', '[ a ] || cd x'),
    pair('a redirection that fails', 'true < /none || cd x', 'true 2>/dev/null || cd x'),
    pair(
      'a function that is called elsewhere',
      `f() { ${BUILD}; }\ncd x\nf\ncd ..`,
      `f() { ${BUILD}; }\nf\ncd x\ncd ..`,
    ),
    pair('a function that changes the directory', 'f() {\ncd x\n}\nf', 'f() {\ncd x\n}\n(f)'),
    pair('a function of a function', 'f() { cd x; }\ng() { f; }\ng', 'f() { cd x; }\ng() { (f); }\ng'),
    pair('a directory in braces', '{ cd x; }', '(cd x)'),
    pair('a directory on the line of a branch', 'if [ -d x ]; then cd x; fi', 'if false; then cd x; fi'),
    pair('a directory of a condition', 'if ! cd x; then exit 1; fi', 'if ! (cd x); then exit 1; fi'),
    pair('a directory by a word before', 'command cd x', 'sudo cd x'),
    pair('a trap', `trap '${WITHIN}' EXIT`, `echo '${WITHIN}'`),
    pair('a default of a variable', `echo "\${X:-$(${WITHIN})}"`, `echo '\${X:-$(${WITHIN})}'`),
    pair('a default in backquotes', `echo \${X:-\`${WITHIN}\`}`, `echo \${X:-'${WITHIN}'}`),
    pair('a here-document', `cat <<E\n$(${WITHIN})\nE`, `cat <<'E'\n$(${WITHIN})\nE`),
    pair('a here-document with tabs', `cat <<-E\n\t$(${WITHIN})\n\tE`, `cat <<-\\E\n\t$(${WITHIN})\n\tE`),
  ],
};
