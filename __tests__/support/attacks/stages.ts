// biome-ignore-all lint/suspicious/noTemplateCurlyInString: variables of Dockerfiles
import { type AttackCase, type AttackGroup, type AttackPair, dockerfile, workflow } from './pair.js';

const built = (copy: string, more = ''): AttackCase =>
  dockerfile(`FROM docker.io/unlisted/x:1 AS b\nFROM demo.example/base:1\n${more}${copy}\nUSER 65532\n`);
const pair = (what: string, attack: string, twin: string, more = ''): AttackPair => ({
  what,
  attack: built(attack, more),
  twin: built(twin, more),
});

export const STAGES: AttackGroup = {
  item: 4,
  name: 'a stage that is copied whole ships',
  rules: ['allowed-base'],
  pairs: [
    pair('all of it', 'COPY --from=b / /', 'COPY --from=b /app /app'),
    pair('all of it by a dot', 'COPY --from=b /. /', 'COPY --from=b /app/. /app'),
    pair('all of it by its own name', 'COPY --from=b . /', 'COPY --from=b ./app /app'),
    pair('all of it by a star', 'COPY --from=b /* /', 'COPY --from=b /app/* /app/'),
    pair('all of it by two slashes', 'COPY --from=b // /', 'COPY --from=b //app /app'),
    pair('all of it by a way back', 'COPY --from=b /usr/.. /', 'COPY --from=b /usr/../app /app'),
    pair('all of it in JSON', 'COPY --from=b ["/", "/"]', 'COPY --from=b ["/app", "/"]'),
    pair('all of it with flags', 'COPY --link --chown=1:1 --from=b / /', 'COPY --link --chown=1:1 --from=b /app /'),
    pair('all of it by index', 'COPY --from=0 / /', 'COPY --from=0 /app /'),
    pair('all of it by a variable', 'ARG WHAT=/\nCOPY --from=b $WHAT /', 'ARG WHAT=/app\nCOPY --from=b $WHAT /'),
    pair('all of it in lower case', 'copy --from=B / /', 'copy --from=B /app /'),
    pair('its /usr', 'COPY --from=b /usr /usr', 'COPY --from=b /usr/local /usr/local'),
    pair(
      'its /usr by a star',
      'COPY --from=b /usr/* /usr/',
      'COPY --from=b /usr/share/zoneinfo/* /usr/share/zoneinfo/',
    ),
    pair('its /usr without a slash', 'COPY --from=b usr /usr', 'COPY --from=b usr/local/bin /usr/local/bin'),
    pair('its /usr by a glob', 'COPY --from=b /us[r] /', 'COPY --from=b /app[12] /'),
    pair('its /usr by a question mark', 'COPY --from=b /us? /', 'COPY --from=b /app? /'),
    pair('its /bin', 'COPY --from=b /bin /bin', 'COPY --from=b /usr/bin/tool /usr/bin/'),
    pair('its /sbin', 'COPY --from=b /sbin /sbin', 'COPY --from=b /usr/sbin/tool /usr/sbin/'),
    pair('its /lib', 'COPY --from=b /lib /lib', 'COPY --from=b /lib/x86_64-linux-gnu/libz.so.1 /lib/'),
    pair('its /lib64', 'COPY --from=b /lib64 /lib64', 'COPY --from=b /etc/ssl /etc/ssl'),
    pair('one of several sources', 'COPY --from=b /app /usr /', 'COPY --from=b /app /opt /'),
    {
      what: 'through a stage between',
      attack: dockerfile(
        'FROM docker.io/unlisted/x:1 AS b\nFROM scratch AS m\nCOPY --from=b / /\nFROM m\nUSER 65532\n',
      ),
      twin: dockerfile(
        'FROM docker.io/unlisted/x:1 AS b\nFROM scratch AS m\nCOPY --from=b /app /\nFROM m\nUSER 65532\n',
      ),
    },
    {
      what: 'through two copies',
      attack: dockerfile(
        'FROM docker.io/unlisted/x:1 AS b\nFROM scratch AS m\nCOPY --from=b / /\nFROM scratch\nCOPY --from=m / /\nUSER 65532\n',
      ),
      twin: dockerfile(
        'FROM docker.io/unlisted/x:1 AS b\nFROM scratch AS m\nCOPY --from=b / /\nFROM scratch\nCOPY --from=m /app /\nUSER 65532\n',
      ),
    },
    {
      what: 'through a directory of a stage between',
      attack: dockerfile(
        'FROM docker.io/unlisted/x:1 AS b\nFROM scratch AS m\nCOPY --from=b / /root\nFROM scratch\nCOPY --from=m /root /\nUSER 65532\n',
      ),
      twin: dockerfile(
        'FROM docker.io/unlisted/x:1 AS b\nFROM scratch AS m\nCOPY --from=b /app /root\nFROM scratch\nCOPY --from=m /root /\nUSER 65532\n',
      ),
    },
    pair(
      'by cp of a mount',
      'RUN --mount=from=b,target=/m cp -a /m/. /',
      'RUN --mount=from=b,target=/m cp -a /m/app /',
    ),
    pair(
      'by cp of a mount in its other order',
      'RUN --mount=type=bind,target=/m,from=b cp -rp /m/* /',
      'RUN --mount=type=bind,target=/m,from=b cp -rp /m/app/* /',
    ),
    pair(
      'by cp of a mount in a variable',
      'RUN --mount=from=b,target=/m M=/m; cp -a "$M"/. /',
      'RUN --mount=from=b,target=/m M=/m; cp -a "$M"/app /',
    ),
    pair(
      'by cp of a mount in an argument',
      'ARG M=/m\nRUN --mount=from=b,target=/m cp -a ${M}/. /',
      'ARG M=/m/app\nRUN --mount=from=b,target=/m cp -a ${M}/. /',
    ),
    pair(
      'by rsync of a mount',
      'RUN --mount=from=b,target=/m rsync -a /m/ /',
      'RUN --mount=from=b,target=/m rsync -a /m/app/ /app',
    ),
    pair(
      'by tar of a mount',
      'RUN --mount=from=b,target=/m tar -C /m -c . | tar -C / -x',
      'RUN --mount=from=b,target=/m tar -C /m/app -c . | tar -C /app -x',
    ),
    {
      what: 'of a target that a workflow names',
      attack: dockerfile(
        'FROM docker.io/unlisted/x:1 AS b\nFROM demo.example/base:1 AS t\nCOPY --from=b / /\nFROM scratch\nUSER 65532\n',
        workflow('docker build --target t .'),
      ),
      twin: dockerfile(
        'FROM docker.io/unlisted/x:1 AS b\nFROM demo.example/base:1 AS t\nCOPY --from=b /app /\nFROM scratch\nUSER 65532\n',
        workflow('docker build --target t .'),
      ),
    },
  ],
};
