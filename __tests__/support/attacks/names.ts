// biome-ignore-all lint/suspicious/noTemplateCurlyInString: variables of Dockerfiles
import { type AttackCase, type AttackGroup, type AttackPair, dockerfile } from './pair.js';

const from = (image: string): AttackCase => dockerfile(`FROM ${image}\nUSER 65532\n`);
const pair = (what: string, attack: string, twin: string): AttackPair => ({
  what,
  attack: from(attack),
  twin: from(twin),
});
const DIGEST = `sha256:${'a'.repeat(64)}`;

export const NAMES: AttackGroup = {
  item: 9,
  name: 'a denied image by another name',
  rules: ['denied-base'],
  pairs: [
    pair('without a host', 'attacker/x', 'attackers/x'),
    pair('with the host', 'docker.io/attacker/x:1', 'docker.io/attacker-x/x:1'),
    pair('by the index', 'index.docker.io/attacker/x', 'index.docker.io/other/x'),
    pair('by the API', 'registry-1.docker.io/attacker/x', 'registry-1.docker.io/other/x'),
    pair('by a mirror', 'mirror.gcr.io/attacker/x', 'mirror.gcr.io/other/x'),
    pair('with the default port', 'docker.io:443/attacker/x', 'docker.io:443/other/x'),
    pair('with a port of leading zeros', 'docker.io:0443/attacker/x', 'docker.io:0443/other/x'),
    pair('with a tag and a digest', `attacker/x:1@${DIGEST}`, `other/x:1@${DIGEST}`),
    pair(
      'of the library by a mirror of Amazon',
      'public.ecr.aws/docker/library/evil:1',
      'public.ecr.aws/docker/library/good:1',
    ),
    pair('of the library by its full name', 'docker.io/library/evil', 'docker.io/library/evil-not'),
    pair('of the library by a mirror of Google', 'mirror.gcr.io/library/evil', 'mirror.gcr.io/library/good'),
    pair('on a host with an underscore', 'my_host.example/evil/x', 'my_host.example/good/x'),
    {
      what: 'by the default of an argument',
      attack: dockerfile('ARG B=attacker/x\nFROM $B\nUSER 65532\n'),
      twin: dockerfile('ARG B=other/x\nFROM $B\nUSER 65532\n'),
    },
    {
      what: 'by the default of an expansion',
      attack: dockerfile('ARG B\nFROM ${B:-attacker/x}\nUSER 65532\n'),
      twin: dockerfile('ARG B\nFROM ${B:-other/x}\nUSER 65532\n'),
    },
    {
      what: 'by parts of arguments',
      attack: dockerfile('ARG A=attack\nARG B=er\nFROM ${A}${B}/x\nUSER 65532\n'),
      twin: dockerfile('ARG A=attack\nARG B=or\nFROM ${A}${B}/x\nUSER 65532\n'),
    },
    {
      what: 'by a replacement',
      attack: dockerfile('ARG A=other/x\nFROM ${A/other/attacker}\nUSER 65532\n'),
      twin: dockerfile('ARG A=attacker/x\nFROM ${A/attacker/other}\nUSER 65532\n'),
    },
    {
      what: 'by a cut prefix',
      attack: dockerfile('ARG A=zz-attacker/x\nFROM ${A#zz-}\nUSER 65532\n'),
      twin: dockerfile('ARG A=zz-other/x\nFROM ${A#zz-}\nUSER 65532\n'),
    },
    {
      what: 'of a copy',
      attack: dockerfile('FROM scratch\nCOPY --from=attacker/x /a /a\nUSER 65532\n'),
      twin: dockerfile('FROM scratch AS attacker\nFROM scratch\nCOPY --from=attacker /a /a\nUSER 65532\n'),
    },
    {
      what: 'of a mount',
      attack: dockerfile('FROM other/x\nRUN --mount=from=attacker/x,target=/m true\nUSER 65532\n'),
      twin: dockerfile('FROM other/x\nRUN echo --mount=from=attacker/x,target=/m true\nUSER 65532\n'),
    },
    {
      what: 'of a frontend',
      attack: dockerfile('# syntax=attacker/x\nFROM other/x\nUSER 65532\n'),
      twin: dockerfile('FROM other/x\n# syntax=attacker/x\nUSER 65532\n'),
    },
    {
      what: 'behind an escape',
      attack: dockerfile('# escape=`\nFROM `\nattacker/x\nUSER 65532\n'),
      twin: dockerfile('# escape=`\nFROM `\nother/x\nUSER 65532\n'),
    },
    {
      what: 'behind comments of a continued line',
      attack: dockerfile('FROM \\\n# other/x\n\nattacker/x\nUSER 65532\n'),
      twin: dockerfile('FROM \\\n# attacker/x\n\nother/x\nUSER 65532\n'),
    },
    {
      what: 'after a here-document',
      attack: dockerfile('FROM other/x\nRUN <<E\nE\nFROM attacker/x\nUSER 65532\n'),
      twin: dockerfile('FROM other/x\nRUN <<E\nFROM attacker/x\nE\nUSER 65532\n'),
    },
    {
      what: 'by a trigger',
      attack: dockerfile('FROM other/x AS a\nONBUILD COPY --from=attacker/x / /\nFROM a\nUSER 65532\n'),
      twin: dockerfile('FROM other/x AS a\nONBUILD RUN echo attacker/x\nFROM a\nUSER 65532\n'),
    },
    {
      what: 'in the place of another, by a bake context',
      attack: dockerfile('FROM other/x\nUSER 65532\n', {
        'docker-bake.hcl': 'target "a" { contexts = { "other/x" = "docker-image://attacker/x" } }\n',
      }),
      twin: dockerfile('FROM other/x\nUSER 65532\n', {
        'docker-bake.hcl': 'target "a" { contexts = { "other/x" = "docker-image://good/x" } }\n',
      }),
    },
    {
      what: 'in the place of another, by a Compose file',
      attack: dockerfile('FROM base\nUSER 65532\n', {
        'compose.yaml':
          'services: { a: { build: { context: ., additional_contexts: { base: "docker-image://attacker/x" } } } }\n',
      }),
      twin: dockerfile('FROM base\nUSER 65532\n', {
        'compose.yaml':
          'services: { a: { build: { context: ., additional_contexts: { base: "docker-image://good/x" } } } }\n',
      }),
    },
    {
      what: 'by an argument of a build',
      attack: dockerfile('ARG B=other/x\nFROM $B\nUSER 65532\n', {
        Makefile: 'all:\n\tdocker build --build-arg B=attacker/x .\n',
      }),
      twin: dockerfile('ARG B=other/x\nFROM $B\nUSER 65532\n', {
        Makefile: 'all:\n\t#docker build --build-arg B=attacker/x .\n',
      }),
    },
  ],
};
