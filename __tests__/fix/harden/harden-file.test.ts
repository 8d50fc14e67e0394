// biome-ignore-all lint/suspicious/noTemplateCurlyInString: variables of Dockerfiles
import { execFileSync } from 'node:child_process';
import { beforeAll, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { Policy } from '../../../src/policy/policy.js';
import { rules } from '../../../src/rules/index.js';
import { chainguardPolicy, hardenDockerfile } from '../../support/image/harden-dockerfile.js';
import { validPolicy } from '../../support/load-policy-text.js';

const policies = new Map<string, Policy>();

beforeAll(async () => {
  for (const profile of ['baseline', 'hardened']) {
    policies.set(profile, await validPolicy(chainguardPolicy(profile), { rules }));
  }
});

async function harden(text: string, profile = 'baseline') {
  const policy = policies.get(profile);
  if (policy === undefined) throw new Error('no such profile');
  const { after, left, replaced } = await hardenDockerfile(text, policy);
  return { after: Buffer.from(after).toString(), reasons: left.map(({ reason }) => reason), replaced };
}

test('the generated table of packages is what the YAML file says', () => {
  const script = new URL('../../../scripts/generate-packages.mjs', import.meta.url);
  expect(execFileSync(process.execPath, [script.pathname, '--check']).toString()).toBe('');
});

const WOLFI = 'cgr.dev/chainguard/wolfi-base:latest';

describe('fix --harden rewrites', () => {
  test.each([
    [
      'a package installation, and keeps comments and line breaks',
      'FROM debian:12\nRUN apt-get update && apt-get install -y --no-install-recommends \\\n    curl \\\n    # keys\n    gnupg2 xz-utils \\\n && rm -rf /var/lib/apt/lists/*\nCMD ["curl"]\n',
      `FROM ${WOLFI}\nRUN apk add --no-cache \\\n    curl \\\n    # keys\n    gnupg xz\nCMD ["curl"]\n`,
    ],
    [
      'an option on a line of its own, a frontend variable and a redirection',
      'FROM debian:12\nRUN apt-get -qq update && DEBIAN_FRONTEND=noninteractive apt-get install \\\n    -yq \\\n    libssl-dev > /dev/null\nCMD ["x"]\n',
      `FROM ${WOLFI}\nRUN apk add --no-cache \\\n    openssl-dev > /dev/null\nCMD ["x"]\n`,
    ],
    [
      'yum and dnf',
      'FROM fedora:42\nRUN dnf -y install git-core && dnf clean all\nCMD ["git"]\n',
      `FROM ${WOLFI}\nRUN apk add --no-cache git\nCMD ["git"]\n`,
    ],
    [
      'an update of lists whose output goes nowhere',
      'FROM debian:12\nRUN apt-get update >/dev/null 2>&1 && apt-get install -y curl\nCMD ["curl"]\n',
      `FROM ${WOLFI}\nRUN apk add --no-cache curl\nCMD ["curl"]\n`,
    ],
    [
      'no removal that goes on to other directories',
      'FROM debian:12\nRUN apt-get update && rm -rf /var/lib/apt/lists/../../../srv/x\nCMD ["curl"]\n',
      `FROM ${WOLFI}\nRUN rm -rf /var/lib/apt/lists/../../../srv/x\nCMD ["curl"]\n`,
    ],
    [
      'a stage that installs the bash which it starts',
      'FROM debian:12\nSHELL ["/bin/bash", "-c"]\nRUN apt-get install -y bash\nCMD ["bash", "x"]\n',
      `FROM ${WOLFI}\nSHELL ["/bin/bash", "-c"]\nRUN apk add --no-cache bash\nCMD ["bash", "x"]\n`,
    ],
    [
      'a stage that only names bash in an argument',
      'FROM debian:12\nRUN true\nCMD ["complete", "bash"]\n',
      `FROM ${WOLFI}\nRUN true\nCMD ["complete", "bash"]\n`,
    ],
    [
      'a user in a group that the file makes, with a target of Rust',
      'FROM debian:12\nENV T=x86_64-unknown-linux-gnu\nRUN groupadd g && useradd -g g a && groupadd h && adduser a h\nCMD ["x"]\n',
      `FROM ${WOLFI}\nENV T=x86_64-unknown-linux-gnu\nRUN addgroup g && adduser -D -G g -H a && addgroup h && adduser a h\nCMD ["x"]\n`,
    ],
    [
      'a start in shell form by exec',
      'FROM python:3.13\nWORKDIR /app\nENTRYPOINT exec python x.py\n',
      'FROM cgr.dev/acme/python:3.13\nWORKDIR /app\nENTRYPOINT ["python", "x.py"]\n',
    ],
    [
      'away a RUN of which nothing is left',
      'FROM debian:12\nRUN apt-get update\nRUN apt-get install -y curl\nRUN apt-get clean\nCMD ["curl"]\n',
      `FROM ${WOLFI}\nRUN apk add --no-cache curl\nCMD ["curl"]\n`,
    ],
    [
      'useradd without -m to an account without a home and without a password',
      'FROM debian:12\nRUN groupadd -g 900 app && useradd -u 900 -g app -s /bin/sh app\nUSER app\nCMD ["x"]\n',
      `FROM ${WOLFI}\nRUN addgroup -g 900 app && adduser -D -G app -H -s /bin/sh -u 900 app\nUSER app\nCMD ["x"]\n`,
    ],
    [
      'useradd -r to a system user with a group of its own',
      'FROM debian:12\nRUN useradd -rm -d /srv app && chown app:app /srv\nUSER app\nCMD ["x"]\n',
      `FROM ${WOLFI}\nRUN addgroup -S app && adduser -D -G app -S -h /srv app && chown app:app /srv\nUSER app\nCMD ["x"]\n`,
    ],
    [
      'no account that the file makes itself',
      'FROM alpine:3.20\nRUN addgroup -g 9 -S g && adduser -D -G g u\nCOPY --chown=u:g a /a\nUSER u\nCMD ["x"]\n',
      `FROM ${WOLFI}\nRUN addgroup -g 9 -S g && adduser -D -G g u\nCOPY --chown=u:g a /a\nUSER u\nCMD ["x"]\n`,
    ],
    [
      "Debian's adduser",
      'FROM debian:12\nRUN adduser --disabled-password --gecos "" --uid 1000 app\nUSER 1000\nCMD ["x"]\n',
      `FROM ${WOLFI}\nRUN adduser -D -g '' -u 1000 app\nUSER 1000\nCMD ["x"]\n`,
    ],
    [
      'root around what runs, on an image that has another user',
      'FROM python:3.13\nWORKDIR /app\nCOPY . .\nRUN pip install -r requirements.txt\nCMD ["python", "main.py"]\n',
      'FROM cgr.dev/acme/python:3.13-dev\nUSER root\nWORKDIR /app\nCOPY . .\nRUN pip install -r requirements.txt\nUSER 65532\nENTRYPOINT []\nCMD ["python", "main.py"]\n',
    ],
    [
      'the user of the official image in USER and --chown',
      'FROM node:22\nWORKDIR /app\nCOPY --link --chown=node:node . .\nUSER node\nCMD ["node", "x.js"]\n',
      'FROM cgr.dev/acme/node:22\nWORKDIR /app\nCOPY --link --chown=65532:65532 . .\nUSER 65532\nENTRYPOINT []\nCMD ["node", "x.js"]\n',
    ],
    [
      'a start in shell form on an image without a shell',
      'FROM python:3.13\nWORKDIR /app\nCOPY . .\nCMD exec python main.py --port 80\n',
      'FROM cgr.dev/acme/python:3.13\nWORKDIR /app\nCOPY . .\nENTRYPOINT []\nCMD ["python", "main.py", "--port", "80"]\n',
    ],
    [
      'the working directory that the official image has',
      'FROM maven:3.9 AS build\nCOPY . .\nRUN mvn package\nFROM scratch\nCOPY --from=build /target /\n',
      'FROM cgr.dev/acme/maven:3.9 AS build\nWORKDIR /\nUSER root\nCOPY . .\nRUN mvn package\nFROM scratch\nCOPY --from=build /target /\n',
    ],
    [
      'a digest with the reference that it belongs to',
      `FROM --platform=linux/amd64 debian@sha256:${'0'.repeat(64)} AS a\nCMD ["x"]\n`,
      'FROM --platform=linux/amd64 cgr.dev/acme/chainguard-base:latest AS a\nENTRYPOINT []\nCMD ["x"]\n',
    ],
    [
      'the default of an ARG, and keeps DOS line ends and mounts',
      'ARG BASE=python:3.13\r\nFROM ${BASE}\r\nRUN --mount=type=cache,target=/root/.cache pip install x\r\nUSER 5\r\nCMD ["x"]\r\n',
      'ARG BASE=cgr.dev/acme/python:3.13-dev\r\nFROM ${BASE}\r\nUSER root\r\nRUN --mount=type=cache,target=/root/.cache pip install x\r\nUSER 5\r\nENTRYPOINT []\r\nCMD ["x"]\r\n',
    ],
    [
      'a heredoc that needs no change',
      'FROM debian:12\nRUN <<EOF\necho x > /y\nEOF\nCMD ["x"]\n',
      `FROM ${WOLFI}\nRUN <<EOF\necho x > /y\nEOF\nCMD ["x"]\n`,
    ],
  ])('%s', async (_, before, after) => {
    expect(await harden(before)).toMatchObject({ after, reasons: [] });
  });

  test('one stage into a builder and a stage without a shell, where all that runs writes to the working directory', async () => {
    const before =
      'FROM python:3.13\nWORKDIR /app\nENV A=b\nCOPY . .\nRUN true\nEXPOSE 8000\nCMD ["python", "main.py"]\n';
    expect((await harden(before, 'hardened')).after).toBe(
      'FROM cgr.dev/acme/python:3.13-dev AS build\nUSER root\nWORKDIR /app\nENV A=b\nCOPY . .\nRUN true\n\nFROM cgr.dev/acme/python:3.13\nENV A=b\nWORKDIR /app\nCOPY --from=build /app /app\nENTRYPOINT []\nEXPOSE 8000\nCMD ["python", "main.py"]\n',
    );
  });

  test.each([
    [
      'what pip installs into a virtual environment that both stages have',
      'FROM python:3.13-slim\nWORKDIR /app\nCOPY requirements.txt .\nRUN --mount=type=cache,target=/root/.cache pip install -r requirements.txt\nCOPY . .\nCMD ["python", "main.py"]\n',
      'FROM cgr.dev/acme/python:3.13-dev AS build\nUSER root\nRUN python -m venv /venv\nENV PATH="/venv/bin:$PATH"\nWORKDIR /app\nCOPY requirements.txt .\nRUN --mount=type=cache,target=/root/.cache pip install -r requirements.txt\nCOPY . .\n\nFROM cgr.dev/acme/python:3.13\nENV PATH="/venv/bin:$PATH"\nWORKDIR /app\nCOPY --from=build /app /app\nCOPY --from=build /venv /venv\nENTRYPOINT []\nCMD ["python", "main.py"]\n',
    ],
    [
      'what npm installs, and the program of Node.js',
      'FROM node:22\nWORKDIR /app\nCOPY . .\nRUN npm ci\nCMD ["node", "main.js"]\n',
      'FROM cgr.dev/acme/node:22\nUSER root\nWORKDIR /app\nCOPY . .\nRUN npm ci\nUSER 65532\nENTRYPOINT []\nCMD ["node", "main.js"]\n',
    ],
    [
      'a program of Go that needs no libc, and the files next to it',
      'FROM golang:1.25\nWORKDIR /src\nCOPY . .\nRUN go mod download && CGO_ENABLED=0 go build -ldflags="-s -w" -o /server ./cmd/x\nEXPOSE 80\nENTRYPOINT ["/server"]\n',
      'FROM cgr.dev/acme/go:1.25-dev AS build\nUSER root\nWORKDIR /src\nCOPY . .\nRUN go mod download && CGO_ENABLED=0 go build -ldflags="-s -w" -o /server ./cmd/x\n\nFROM cgr.dev/chainguard/static:latest\nWORKDIR /src\nCOPY --from=build /src /src\nCOPY --from=build /server /server\nEXPOSE 80\nENTRYPOINT ["/server"]\n',
    ],
  ])('one stage for hardened: %s', async (_, before, after) => {
    expect(await harden(before, 'hardened')).toMatchObject({ after, reasons: [] });
  });

  test('a stage that ships so that it does not run as root, where the policy wants that', async () => {
    const { after } = await harden('FROM alpine:3.20\nCOPY app /\nENTRYPOINT ["/app"]\n', 'hardened');
    expect(after).toMatch(/USER 65532\nENTRYPOINT/);
  });
});

describe('fix --harden leaves a stage alone', () => {
  test.each([
    ['on an image that nobody knows', 'FROM my.registry/app:1\nRUN x\n', 'no image that the policy allows'],
    ['that installs a package without a counterpart', 'FROM debian\nRUN apt-get install -y nonesuch\n', 'nonesuch'],
    ['that asks for a version', 'FROM debian\nRUN apt-get install -y curl=7.88\n', 'asks for a version'],
    ['that installs what only the build knows', 'FROM debian\nRUN apt-get install -y $PACKAGES\n', 'only the build'],
    ['that removes packages', 'FROM debian\nRUN apt-get purge -y curl\n', '`apt-get purge`'],
    ['that adds sources of packages', 'FROM debian\nRUN echo x > /etc/apt/sources.list\n', '/etc/apt'],
    ['that calls an unknown program', 'FROM debian\nRUN frobnicate\nCMD ["x"]\n', 'it calls frobnicate'],
    ['that calls a program in a substitution', 'FROM debian\nRUN echo $(frobnicate)\nCMD ["x"]\n', 'frobnicate'],
    ['that installs in a here-document', 'FROM debian\nRUN <<EOF\napt-get install -y curl\nEOF\n', 'here-document'],
    ['that installs in exec form', 'FROM debian\nRUN ["apt-get", "install", "-y", "curl"]\n', 'exec form'],
    ['that installs within another shell', 'FROM debian\nRUN bash -c "apt-get install -y curl"\n', 'within another'],
    ['with triggers', 'FROM debian\nONBUILD RUN x\nCMD ["x"]\n', 'ONBUILD'],
    ['of a version that the other image has not', 'FROM redis:4\nCMD ["redis-server"]\n', ''],
    ['that relies on an entrypoint', 'FROM nginx\nCOPY x /x\n', ''],
    [
      'that names what belongs to the image',
      'FROM python:3.13\nCOPY x /usr/local/lib/python3.13/x\nCMD ["x"]\n',
      '/usr/local/lib',
    ],
    [
      'that starts a service of its distribution',
      'FROM debian\nRUN true\nCMD service nginx start\n',
      'it starts service',
    ],
    ['whose health needs a program', 'FROM debian\nRUN true\nHEALTHCHECK CMD curl x\nCMD ["x"]\n', 'it calls curl'],
    ['that names directories of Go', 'FROM golang\nCOPY . /go/src/x\nCMD ["x"]\n', '/go/'],
    ['that changes a user', 'FROM debian\nRUN usermod -u 5 app\nCMD ["x"]\n', 'usermod'],
    ['that names the group of a user by its number', 'FROM debian\nRUN useradd -g 5 app\nCMD ["x"]\n', 'by its number'],
    [
      'whose files another distribution runs',
      'FROM debian AS a\nRUN true\nFROM my.registry/app\nCOPY --from=a /x /\n',
      '',
    ],
    [
      'with an account that is no one word of a shell',
      'FROM debian\nRUN useradd \'a b;reboot\'\nCMD ["x"]\n',
      'not understood',
    ],
    ['with a group that is code', 'FROM debian\nRUN groupadd \'a$(reboot)\'\nCMD ["x"]\n', 'not understood'],
    [
      'that puts a user into a group of Debian',
      'FROM debian\nRUN useradd a && adduser a sudo\nCMD ["x"]\n',
      'account sudo',
    ],
    ['that makes a user in a group of Debian', 'FROM debian\nRUN useradd -g staff a\nCMD ["x"]\n', 'account staff'],
    [
      'whose update of lists writes a file',
      'FROM debian\nRUN apt-get update >/x && cat /x\nCMD ["x"]\n',
      'not understood',
    ],
    ['that starts bash without installing it', 'FROM debian\nRUN true\nCMD ["bash"]\n', 'it starts bash'],
    ['that starts bash by env', 'FROM debian\nRUN true\nCMD ["/usr/bin/env", "bash", "x"]\n', 'it starts bash'],
    ['that starts perl in shell form', 'FROM debian\nRUN true\nCMD echo x && perl x\n', 'it starts perl'],
    [
      'that runs everything in bash',
      'FROM debian\nSHELL ["/bin/bash", "-c"]\nRUN true\nCMD ["x"]\n',
      'it starts /bin/bash',
    ],
    [
      'that preloads a library from its directory of Debian',
      'FROM debian\nENV LD_PRELOAD=/usr/lib/x86_64-linux-gnu/libjemalloc.so.2\nRUN true\nCMD ["x"]\n',
      'x86_64-linux-gnu',
    ],
    [
      'that copies a library from its directory of Debian',
      'FROM debian AS a\nRUN true\nFROM debian\nCOPY --from=a /lib/aarch64-linux-gnu/libz.so.1 /lib/\nCMD ["x"]\n',
      'aarch64-linux-gnu',
    ],
    [
      'that copies a source of packages',
      'FROM debian\nCOPY x.list /etc/apt/sources.list.d/\nRUN apt-get install -y curl\nCMD ["x"]\n',
      '/etc/apt',
    ],
    [
      'whose ENTRYPOINT in shell form ignores CMD',
      'FROM python:3.13\nWORKDIR /app\nENTRYPOINT python x.py\nCMD ["--debug"]\n',
      'ENTRYPOINT and CMD',
    ],
    [
      'whose CMD in shell form is an argument',
      'FROM python:3.13\nWORKDIR /app\nENTRYPOINT ["python"]\nCMD x.py\n',
      'ENTRYPOINT and CMD',
    ],
    ['that starts with a command of the shell', 'FROM python:3.13\nWORKDIR /app\nCMD ulimit -n 5\n', 'shell script'],
    ['that gives exec an option', 'FROM python:3.13\nWORKDIR /app\nCMD exec -a x python y\n', 'shell script'],
    ['of a file with very many stages', 'FROM debian\nCMD ["x"]\n'.repeat(101), 'more than 100 stages'],
    ['for Windows', '# escape=`\nFROM alpine\nCMD ["x"]\n', 'Windows'],
  ])('%s', async (_, before, reason) => {
    const { after, reasons } = await harden(before);
    expect(after).toBe(before);
    expect(reasons.join('\n')).toContain(reason);
    expect(reasons).not.toEqual([]);
  });

  const python = (lines: string, start = 'CMD ["python", "main.py"]') =>
    `FROM python:3.13\nWORKDIR /app\nCOPY . .\n${lines}\n${start}\n`;
  const go = (command: string, start = 'CMD ["./server"]') =>
    `FROM golang:1.25\nWORKDIR /app\nCOPY . .\nRUN ${command}\n${start}\n`;
  test.each([
    ['that installs for a user', python('RUN pip install --user x'), '`pip` writes outside of /app'],
    ['that installs elsewhere', python('RUN pip install --target /x y'), '`pip` writes outside of /app'],
    ['that runs an installer', python('RUN python setup.py install'), '`python` writes outside of /app'],
    ['whose variables say where pip installs', python('ENV PIP_TARGET=/x\nRUN pip install y'), 'PIP_TARGET decides'],
    ['that has a path of its own', python('ENV PATH=/x\nRUN pip install y'), 'PATH decides'],
    ['that starts what pip may have installed', python('RUN pip install y', 'CMD ["gunicorn"]'), 'starts gunicorn'],
    [
      'that starts the interpreter by its path',
      python('RUN pip install y', 'CMD ["/usr/local/bin/python"]'),
      '/usr/local',
    ],
    ['that compiles with a libc', go('go build -o server .'), 'holds no libc'],
    ['that turns CGO on again', go('CGO_ENABLED=0 go build -o a . && CGO_ENABLED=1 go build -o server .'), 'no libc'],
    ['that compiles to a name which only the module has', go('CGO_ENABLED=0 go build .'), '`CGO_ENABLED=0` writes'],
    ['that compiles with another program', go('CGO_ENABLED=0 go build -toolexec x -o server .'), 'writes outside'],
    ['that compiles to a path outside', go('CGO_ENABLED=0 go build -o ../../etc/x .'), 'writes outside'],
    ['that starts another program', go('CGO_ENABLED=0 go build -o server .', 'CMD ["./other"]'), 'it starts other'],
  ])('%s, instead of splitting it', async (_, before, reason) => {
    const { after, reasons } = await harden(before, 'hardened');
    expect(after).toBe(before);
    expect(reasons).toEqual([expect.stringContaining(reason)]);
  });

  test.each([
    ['php:8.3-apache', 'its tag says apache'],
    ['php:8.3-fpm', 'its tag says fpm'],
    ['python:3-onbuild', 'its tag says onbuild'],
    ['node:boron', 'its tag says boron'],
    ['node:lts-alpine', 'its tag says lts'],
    ['maven:3.9-jdk-8', 'its tag says jdk'],
    ['gradle:jdk8-alpine', 'its tag says jdk8'],
    ['python:3.14.0rc2', 'its tag says 3.14.0rc2'],
    [`composer@sha256:${'0'.repeat(64)}`, 'which version its digest is of'],
  ])('on %s, of which the tag says more than a version', async (image, reason) => {
    const before = `FROM ${image}\nWORKDIR /app\nCOPY . .\nCMD ["x"]\n`;
    const { after, reasons } = await harden(before);
    expect(after).toBe(before);
    expect(reasons).toEqual([expect.stringContaining(reason)]);
  });

  test.each([
    ['openjdk:8u342-jdk', 'cgr.dev/acme/jdk:8'],
    ['eclipse-temurin:17.0.8_7-jre-jammy', 'cgr.dev/acme/jdk:17.0.8'],
    ['python:3.13-slim-bookworm', 'cgr.dev/acme/python:3.13'],
    ['ruby:3.4-alpine3.21', 'cgr.dev/acme/ruby:3.4'],
  ])('not on %s, of which the tag is understood', async (image, after) => {
    const { replaced } = await harden(`FROM ${image}\nWORKDIR /app\nCOPY . .\nCMD ["x"]\n`);
    expect(replaced.map((one) => one.image)).toEqual([after]);
  });

  test('whose image the policy allows', async () => {
    const before = `FROM ${WOLFI}\nRUN apt-get install -y x\n`;
    expect(await harden(before)).toMatchObject({ after: before, reasons: [] });
  });
});

/** Lines that a made build file has, understood or not. */
const LINES = [
  'RUN apt-get update && apt-get install -y curl xz-utils',
  'RUN apt-get update; apt-get install -y \\\n  # note\n  git \\\n  libssl-dev \\\n && apt-get clean && rm -rf /var/lib/apt/lists/*',
  'RUN if true; then apt-get update; fi',
  'RUN useradd -r -m app && chown app /srv',
  'RUN groupadd app || true',
  'RUN <<EOF\necho 1\nEOF',
  'RUN frobnicate "$(x)" `y',
  'COPY --chown=www-data . /srv',
  'USER app',
  'USER 7',
  'WORKDIR /srv',
  'ENV A=1 \\\n B=2',
  'CMD python x.py',
  'CMD ["x"]',
  'ENTRYPOINT ["x", "y"]',
  'EXPOSE 80',
  '# comment',
  '',
];
const FROMS = ['debian:12', 'python:3.13', 'node:22-slim', 'alpine:3.20', 'unknown.example/x', 'scratch'];

test('whatever a build file says, hardening it twice changes nothing more, and lines that are not understood stay', async () => {
  const stage = fc.tuple(fc.constantFrom(...FROMS), fc.array(fc.constantFrom(...LINES), { maxLength: 6 }));
  await fc.assert(
    fc.asyncProperty(fc.array(stage, { minLength: 1, maxLength: 3 }), fc.boolean(), async (stages, dos) => {
      const lines = stages.flatMap(([from, own]) => [`FROM ${from}`, ...own]).join('\n');
      const text = `${dos ? lines.replaceAll('\n', '\r\n') : lines}\n`;
      const once = await harden(text);
      expect((await harden(once.after)).after).toBe(once.after);
      if (once.replaced.length === 0) expect(once.after).toBe(text);
      for (const comment of text.match(/^ *#.*$/gm) ?? []) expect(once.after).toContain(comment);
    }),
    { numRuns: 150 },
  );
});
