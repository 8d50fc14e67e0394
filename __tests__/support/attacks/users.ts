// biome-ignore-all lint/suspicious/noTemplateCurlyInString: variables of Dockerfiles
import type { LayerFile } from '../image/image-maker.js';
import { type AttackCase, type AttackGroup, type AttackPair, workflow } from './pair.js';

const PASSWD: readonly LayerFile[] = [
  { path: 'etc/passwd', content: 'root:x:0:0::/:/bin/sh\napp:x:1000:1000::/:/bin/sh\ntoor:x:0:0::/:/bin/sh\n' },
];

function shipped(
  text: string,
  config: Readonly<Record<string, unknown>> = {},
  more: Readonly<Record<string, string>> = {},
): AttackCase {
  return {
    files: { Dockerfile: `FROM demo.example/base:1\n${text}\n`, ...more },
    image: { layers: [PASSWD], config },
  };
}

const pair = (what: string, attack: string, twin: string): AttackPair => ({
  what,
  attack: shipped(attack),
  twin: shipped(twin),
});

export const USERS: AttackGroup = {
  item: 5,
  name: 'root by another name',
  rules: ['non-root'],
  pairs: [
    pair('no USER', 'RUN true', 'USER 65532'),
    pair('zero', 'USER 0', 'USER 10'),
    pair('zeros', 'USER 000', 'USER 0010'),
    pair('with a group', 'USER 0:1000', 'USER 1000:0'),
    pair(
      'by a passwd that is copied to where the build is',
      'RUN useradd -u 5000 x\nWORKDIR /etc\nCOPY passwd .\nUSER x',
      'RUN useradd -u 5000 x\nWORKDIR /srv\nCOPY passwd .\nUSER x',
    ),
    pair(
      'by a directory that is copied to where the build is',
      'RUN useradd -u 5000 x\nWORKDIR /srv\nWORKDIR ..\nCOPY files ./etc\nUSER x',
      'RUN useradd -u 5000 x\nWORKDIR /srv\nCOPY files ./etc\nUSER x',
    ),
    pair('by name', 'USER root', 'USER app'),
    pair('by another name of passwd', 'USER toor', 'USER app:app'),
    pair('2 to the 32nd', 'USER 4294967296', 'USER 2147483647'),
    pair('2 to the 31st', 'USER 2147483648', 'USER 2147483646'),
    pair('a negative number', 'USER -1', 'USER 1'),
    pair('a number with a sign', 'USER +0', 'USER 1001'),
    pair('a number that is a name', 'USER 99999999999999999999', 'USER 99999999'),
    pair('the last of several', 'USER 65532\nUSER root', 'USER root\nUSER 65532'),
    pair('by the default of an argument', 'ARG U=0\nUSER $U', 'ARG U=1000\nUSER $U'),
    pair('by a name in an argument', 'ARG U=root\nUSER ${U}', 'ARG U=app\nUSER ${U}'),
    pair('by the environment', 'ENV U=0\nUSER $U', 'ENV U=1000\nUSER $U'),
    pair('a name that nobody makes', 'USER ghost', 'RUN useradd -u 1234 ghost\nUSER ghost'),
    pair(
      'a name that is made as root',
      'RUN useradd -o -u 0 ghost\nUSER ghost',
      'RUN adduser -D -u 1234 ghost\nUSER ghost',
    ),
    pair('a name that is changed to root', 'RUN usermod -u 0 app\nUSER app', 'RUN chown app /srv\nUSER app'),
    pair(
      'a name whose line is edited',
      'RUN sed -i s/1000/0/ /etc/passwd\nUSER app',
      'RUN sed -i s/a/b/ /etc/motd\nUSER app',
    ),
    pair('a name whose file is copied', 'COPY passwd /etc/passwd\nUSER app', 'COPY app.conf /etc/app.conf\nUSER app'),
    pair(
      'a name whose file is redirected to',
      'RUN echo app:x:0:0::/:/bin/sh > /etc/passwd\nUSER app',
      'RUN echo x > /etc/motd\nUSER app',
    ),
    {
      what: "by the image's own user",
      attack: shipped('RUN true', { User: '0:0' }),
      twin: shipped('RUN true', { User: '1000' }),
    },
    {
      what: 'by an argument that a workflow gives',
      attack: shipped('ARG U=1000\nUSER $U', {}, workflow('docker build --build-arg U=0 .')),
      twin: shipped('ARG U=1000\nUSER $U', {}, workflow('docker build --build-arg U=1001 .')),
    },
    {
      what: 'by a trigger of the image',
      attack: shipped('RUN true', { User: '1000', OnBuild: ['USER root'] }),
      twin: shipped('RUN true', { User: '0', OnBuild: ['USER 1000'] }),
    },
    {
      what: 'in the target that a workflow names',
      attack: {
        files: {
          Dockerfile: 'FROM demo.example/base:1 AS a\nFROM a AS t\nUSER 0\nFROM a\nUSER 1000\n',
          ...workflow('docker build --target t .'),
        },
        image: { layers: [PASSWD] },
      },
      twin: {
        files: { Dockerfile: 'FROM demo.example/base:1 AS a\nFROM a AS t\nUSER 0\nFROM t\nUSER 1000\n' },
        image: { layers: [PASSWD] },
      },
    },
  ],
};
