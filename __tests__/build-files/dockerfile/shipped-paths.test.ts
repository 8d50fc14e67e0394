// biome-ignore-all lint/suspicious/noTemplateCurlyInString: variables of Dockerfiles
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { read } from '../../support/image/read-dockerfile.js';

/** The role of the image `evil` where the last stage, on an image or on scratch, has these instructions. */
function roleOfEvil(instructions: string, base = 'clean'): string | undefined {
  const { uses } = read(`FROM evil AS b\nRUN build\nFROM ${base}\n${instructions}\n`);
  return uses.find(({ expanded }) => expanded === 'evil')?.role;
}

describe('a stage that is copied whole ships', () => {
  test.each([
    'COPY --from=b / /',
    'COPY --from=B / /',
    'COPY --from=0 / /',
    'COPY --link --chown=1:1 --from=b / /out',
    'COPY --from=b /. /',
    'COPY --from=b . /',
    'COPY --from=b ./ ./',
    'COPY --from=b /* /',
    'COPY --from=b /usr/.. /',
    'COPY --from=b ["/", "/"]',
    'COPY --from=b "/" /',
    'COPY --from=b /usr /usr',
    'COPY --from=b /u?r /usr',
    'COPY --from=b /[u]sr/ /usr/',
    'COPY --from=b /usr/* /usr/',
    'COPY --from=b /app /bin /x/',
    'COPY --from=b /sbin/ /sbin/',
    'COPY --from=b /lib64 /lib64',
    'COPY --from=b /usr/bin /usr/bin',
    'ARG ROOT=/\nCOPY --from=b $ROOT /',
    'ENV ROOT=/usr\nCOPY --from=b ${ROOT} /usr',
    'RUN --mount=from=b,target=/mnt cp -a /mnt/. /',
    'RUN --mount=type=bind,from=b,source=/,target=/mnt cp -a /mnt/usr /',
    'RUN --mount=from=b,src=/usr,dst=/mnt cp -R /mnt/* /usr',
    'RUN --mount=from=b,target=/mnt rsync -a /mnt/ /',
    'RUN --mount=from=b,target=/mnt cd /mnt && tar c . | tar x -C /',
    'RUN --mount=from=b,target=/mnt tar -C /mnt -c . | tar -xC /',
    'RUN --mount=from=b,target=/mnt ["cp", "-a", "/mnt/.", "/"]',
    'RUN --mount=from=b,target=/mnt ["/bin/sh", "-c", "cp -a /mnt/. /"]',
    'RUN --mount=from=b,target=/mnt <<EOF\ncp -a /mnt/. /\nEOF',
    'WORKDIR /mnt\nRUN --mount=from=b,target=/mnt cp -a . /',
  ])('%s ships the image', (instructions) => {
    expect(roleOfEvil(instructions)).toBe('final');
    expect(roleOfEvil(instructions, 'scratch')).toBe('final');
  });

  test('without going round in a circle of copies, which no builder builds', () => {
    const { file, uses } = read('FROM a AS one\nCOPY --from=two a b\nFROM one AS two\nCOPY --from=one a b\n');
    expect(file.status).toBe('read');
    expect(uses.map(({ unresolved }) => unresolved)).toContainEqual(expect.stringContaining('comes later'));
    expect(uses.find(({ expanded }) => expanded === 'a')?.role).toBe('final');
  });

  test('through the stages in between', () => {
    const roles = (text: string) => read(text).uses.map(({ expanded, role }) => `${expanded} ${role}`);
    expect(roles('FROM evil AS a\nFROM x AS b\nCOPY --from=a / /rootfs\nFROM c\nCOPY --from=b /rootfs/ /\n')).toEqual([
      'evil final',
      'x build',
      'c final',
    ]);
    expect(roles('FROM evil AS a\nFROM a AS b\nRUN x\nFROM c\nCOPY --from=b / /\n')).toEqual(['evil final', 'c final']);
    expect(roles('FROM evil AS a\nFROM x AS b\nCOPY --from=a / /\nFROM c\nCOPY --from=b /usr /usr\n')).toEqual([
      'evil final',
      'x final',
      'c final',
    ]);
  });

  test('by an ONBUILD trigger of a stage of the file', () => {
    const { uses } = read('FROM evil AS b\nFROM clean AS base\nONBUILD COPY --from=b / /\nFROM base\n');
    expect(uses.map(({ expanded, role }) => `${expanded} ${role}`)).toEqual(['evil final', 'clean final']);
  });
});

describe('a stage that results are copied from does not ship', () => {
  test.each([
    'COPY --from=b /app /app',
    'COPY --from=b /out/ /',
    'COPY --from=b /app/* /app/',
    'COPY --from=b /usr/local /usr/local',
    'COPY --from=b /usr/local/bin/* /usr/local/bin/',
    'COPY --from=b /usr/bin/app /usr/bin/',
    'COPY --from=b /usr/lib/libx.so.1 /usr/lib/',
    'COPY --from=b /lib/ld-musl-*.so.1 /lib/',
    'COPY --from=b /usr/share/zoneinfo /usr/share/zoneinfo',
    'COPY --from=b /etc/passwd /etc/group /etc/',
    'COPY --from=b /*.jar /app.jar',
    'COPY --from=b $HOME /root',
    'COPY . /',
    'RUN --mount=from=b,target=/mnt cp /mnt/app /usr/bin/app',
    'RUN --mount=from=b,target=/mnt cp -a /mnt/app /app',
    'RUN --mount=from=b,source=/wheels,target=/mnt pip install /mnt/*',
    'RUN --mount=from=b,source=/wheels,target=/wheels cp -a /wheels/. /usr/lib/wheels',
    'RUN --mount=from=b,target=/mnt ls /mnt && cp -a /app /srv',
    'RUN --mount=from=b,target=/mnt cp -a /usr/share/x /srv',
    'RUN --mount=from=b,target=/mnt /mnt/bin/tool --check /',
  ])('%s does not ship the image', (instructions) => {
    expect(roleOfEvil(instructions)).toBe('build');
  });

  test('nor one that is copied whole into a stage that is only built with', () => {
    const text = 'FROM x AS a\nFROM y AS b\nCOPY --from=a / /sysroot\nRUN make\nFROM c\nCOPY --from=b /app /app\n';
    expect(read(text).uses.map(({ role }) => role)).toEqual(['build', 'build', 'final']);
  });

  test('nor the stage that makes a root file system for another', () => {
    const text =
      'FROM ubi AS b\nRUN dnf install --installroot /mnt/rootfs x\nFROM scratch\nCOPY --from=b /mnt/rootfs/ /\n';
    expect(read(text).uses.map(({ role }) => role)).toEqual(['build']);
  });
});

test('stages that copy one another in many ways end by a limit, not by time', () => {
  const stages = Array.from({ length: 40 }, (_, i) =>
    i === 0
      ? 'FROM a AS s0\n'
      : `FROM scratch AS s${i}\nCOPY --from=s${i - 1} /x /${'y'.repeat(200)}\nCOPY --from=s${i - 1} /z /\n`,
  );
  expect(['read', 'unreadable']).toContain(read(`${stages.join('')}`).file.status);
});

test('no path and no command makes it throw', () => {
  const word = fc.stringMatching(/^[/.*?[\]\\a-u$"' -]{0,20}$/);
  fc.assert(
    fc.property(word, word, (first, second) => {
      read(
        `FROM a AS b\nFROM c\nCOPY --from=b ${first} ${second}\nRUN --mount=from=b,target=${second} cp -a ${first} x\n`,
      );
    }),
  );
});
