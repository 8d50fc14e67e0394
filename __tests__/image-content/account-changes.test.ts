// biome-ignore-all lint/suspicious/noTemplateCurlyInString: variables of Dockerfiles
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { accountChange } from '../../src/image-content/account-changes.js';
import { read } from '../support/image/read-dockerfile.js';

function changeOf(instructions: string, name = 'app') {
  return accountChange(read(`FROM base\n${instructions}\nUSER ${name}\n`).stages, name);
}

describe('a literal useradd or adduser makes an account', () => {
  test.each([
    ['RUN useradd app', undefined],
    ['RUN useradd -r -u 1001 -g app app', 1001],
    ['RUN useradd -ru1001 app', 1001],
    ['RUN useradd --uid=1001 --no-create-home --shell /sbin/nologin app', 1001],
    ['RUN groupadd -g 10 app && /usr/sbin/useradd --uid 10 --gid 10 app', 10],
    ['RUN addgroup -S app && adduser -S app -G app', undefined],
    ['RUN adduser -D -H -u 1000 app', 1000],
    ['RUN adduser --disabled-password --gecos "" --uid 1000 app && apt-get install -y passwd', 1000],
    ['RUN set -eux; \\\n  useradd -Goops -m app; \\\n  mkdir /x', undefined],
    ['RUN <<EOF\nuseradd -u 7 app\nEOF', 7],
    ['RUN useradd app\nRUN grep app /etc/passwd && cat /etc/passwd > /dev/null', undefined],
    ['RUN useradd app && usermod -aG docker app && echo app:x | chpasswd', undefined],
    ['RUN useradd app\nCOPY --from=other /app /app\nCOPY entrypoint.sh /\nCOPY . /app\nADD x.conf /etc/', undefined],
    ['RUN useradd app\nCOPY x $HOME/x', undefined],
  ])('%s has a known effect', (instructions, uid) => {
    const found = changeOf(instructions);
    expect(found.kind).toBe('made');
    expect(found).toEqual(uid === undefined ? { kind: 'made', line: 2 } : { kind: 'made', line: 2, uid });
  });

  test('and of uid 0 it is root', () => {
    expect(changeOf('RUN useradd -o -u 0 app')).toMatchObject({ kind: 'unknown' });
    expect(changeOf('RUN adduser -u 00 app')).toMatchObject({ kind: 'made', uid: 0 });
  });
});

test('the JSON form is read as the words of one command', () => {
  expect(changeOf('RUN ["useradd", "-u", "7", "app"]')).toEqual({ kind: 'made', line: 2, uid: 7 });
  expect(changeOf('RUN ["sed", "-i", "s/1/0/", "/etc/passwd"]')).toMatchObject({ kind: 'unknown' });
  expect(changeOf('RUN ["sh", "-c", "echo x >> /etc/passwd"]')).toMatchObject({ kind: 'unknown' });
});

describe('what may write passwd leaves open whom a name stands for', () => {
  test.each([
    "RUN echo 'app:x:0:0::/:/x' >> /etc/passwd",
    "RUN echo app:x:0:0 >> '/etc/pass'wd",
    'RUN cd /etc && echo app:x:0:0 >> passwd',
    'RUN cd /etc; sed -i s/1000/0/ passwd',
    'RUN sed -i s/1000/0/ /etc/passwd',
    'RUN sed -i s/1000/0/ /etc/pass*',
    'RUN F=/etc/passwd; sed -i s/1000/0/ /etc/./passwd',
    'RUN printf x | tee -a /etc/passwd',
    "RUN python3 -c \"open('/etc/passwd', 'a').write('app:x:0:0')\"",
    'RUN <<EOF\ncat /tmp/x >/etc/passwd\nEOF',
    'RUN useradd app && usermod -o -u 0 app',
    'RUN useradd --non-unique --uid 5 app',
    'RUN useradd -u $ID app',
    'RUN useradd -u 4294967296 app',
    'RUN useradd $NAME',
    'RUN useradd -R /other app',
    'RUN newusers < list',
    'RUN cp -a /rootfs/. /',
    'RUN tar -xzf x.tgz -C /',
    'COPY passwd /etc/passwd',
    'COPY passwd /etc/',
    'COPY rootfs/ /',
    'COPY rootfs /',
    'COPY . /',
    'COPY etc /etc',
    'COPY --from=other / /',
    'ADD rootfs.tar.gz /',
    'ADD https://example.test/x /etc/',
    'ENV TO=/\nCOPY rootfs $TO',
  ])('%s has an unknown effect', (instructions) => {
    expect(changeOf(instructions).kind).toBe('unknown');
  });
});

test('no script makes it throw', () => {
  fc.assert(
    fc.property(fc.stringMatching(/^[-a-z/>=.$"' ;&]{1,40}$/), (script) => void changeOf(`RUN useradd ${script}`)),
  );
});
