// biome-ignore-all lint/suspicious/noTemplateCurlyInString: variables of Dockerfiles

/**
 * What `fix --pin` makes of Dockerfiles: a name, the file, and the file pinned, where `{reference}` stands for the digest
 * of that reference. Every reference of them can be pinned.
 */
export const PIN_CASES: readonly (readonly [name: string, before: string, after: string])[] = [
  ['after its tag', 'FROM alpine:3.20\n', 'FROM alpine:3.20@{alpine:3.20}\n'],
  ['with the tag that it leaves out', 'FROM alpine AS a\n', 'FROM alpine:latest@{alpine} AS a\n'],
  ['with a port in its host', 'FROM r.test:5000/app\n', 'FROM r.test:5000/app:latest@{r.test:5000/app}\n'],
  ['with flags before it', 'FROM --platform=linux/arm64 a/b:1\n', 'FROM --platform=linux/arm64 a/b:1@{a/b:1}\n'],
  ['without an end of line', 'FROM alpine:3.20', 'FROM alpine:3.20@{alpine:3.20}'],
  ['before white space that stays', 'FROM \t alpine:3.20 \t\n', 'FROM \t alpine:3.20@{alpine:3.20} \t\n'],
  ['with DOS line ends', 'FROM a:1\r\nRUN x\r\n', 'FROM a:1@{a:1}\r\nRUN x\r\n'],
  ['after a byte order mark', '\ufeffFROM a:1\n', '\ufeffFROM a:1@{a:1}\n'],
  ['in quotes', 'FROM "alpine:3.20"\n', 'FROM "alpine:3.20@{alpine:3.20}"\n'],
  ['over a continued line', 'FROM alp\\\nine:3.20\n', 'FROM alp\\\nine:3.20@{alpine:3.20}\n'],
  [
    'beside letters of two units',
    '# 😀 ü\nFROM a:1 AS b\nRUN echo 😀; \\\n --mount=from=x\nCOPY --from=c:1 😀 ü\n',
    '# 😀 ü\nFROM a:1@{a:1} AS b\nRUN echo 😀; \\\n --mount=from=x\nCOPY --from=c:1@{c:1} 😀 ü\n',
  ],
  ['in COPY', 'FROM scratch\nCOPY --from=a:1 /x /x\n', 'FROM scratch\nCOPY --from=a:1@{a:1} /x /x\n'],
  [
    'in a mount',
    'FROM scratch\nRUN --mount=type=bind,from=a,target=/x x\n',
    'FROM scratch\nRUN --mount=type=bind,from=a:latest@{a},target=/x x\n',
  ],
  [
    'in a trigger that a stage of the file fires',
    'FROM a:1 AS b\nONBUILD COPY --from=c:1 / /\nFROM b\n',
    'FROM a:1@{a:1} AS b\nONBUILD COPY --from=c:1@{c:1} / /\nFROM b\n',
  ],
  [
    'in the syntax directive',
    '# syntax=docker/dockerfile:1\nFROM a:1\n',
    '# syntax=docker/dockerfile:1@{docker/dockerfile:1}\nFROM a:1@{a:1}\n',
  ],
  [
    'and not where it is a stage',
    'FROM a:1 AS b\nFROM b\nCOPY --from=b / /\n',
    'FROM a:1@{a:1} AS b\nFROM b\nCOPY --from=b / /\n',
  ],
  ['in the default of its ARG', 'ARG B=a:1\nFROM $B\n', 'ARG B=a:1@{a:1}\nFROM $B\n'],
  ['in a quoted default', 'ARG B="a:1" C=d\nFROM ${B}\n', 'ARG B="a:1@{a:1}" C=d\nFROM ${B}\n'],
  [
    'once for several uses of one ARG',
    'ARG B=a\nFROM $B AS x\nFROM ${B}\n',
    'ARG B=a:latest@{a}\nFROM $B AS x\nFROM ${B}\n',
  ],
  [
    'in capitals, and in mixed case',
    'from a:1 As b\nFrom c:1\ncopy --from=d:1 / /\nrun --mount=FROM=e:1,Target=/x true\n',
    'from a:1@{a:1} As b\nFrom c:1@{c:1}\ncopy --from=d:1@{d:1} / /\nrun --mount=FROM=e:1@{e:1},Target=/x true\n',
  ],
  [
    'beside a heredoc that looks like one',
    'FROM a:1\nRUN <<EOF\nFROM b:1\nCOPY --from=c:1 / /\nEOF\nCOPY --from=d:1 / /\n',
    'FROM a:1@{a:1}\nRUN <<EOF\nFROM b:1\nCOPY --from=c:1 / /\nEOF\nCOPY --from=d:1@{d:1} / /\n',
  ],
  [
    'in a mount before a heredoc',
    'FROM a:1\nRUN --mount=from=b:1,target=/b <<EOF sh\necho $B b:1\nEOF\n',
    'FROM a:1@{a:1}\nRUN --mount=from=b:1@{b:1},target=/b <<EOF sh\necho $B b:1\nEOF\n',
  ],
  [
    'over continued lines with comments between',
    'FROM \\\n  # the base\n  --platform=linux/amd64 \\\n\n  a:1 \\\n  AS b\n',
    'FROM \\\n  # the base\n  --platform=linux/amd64 \\\n\n  a:1@{a:1} \\\n  AS b\n',
  ],
  [
    'with another escape character',
    '# escape=`\nFROM `\r\n  a:1 AS b\r\nCOPY --from=c:1 `\r\n  / /\r\n',
    '# escape=`\nFROM `\r\n  a:1@{a:1} AS b\r\nCOPY --from=c:1@{c:1} `\r\n  / /\r\n',
  ],
  [
    'in several mounts of one RUN',
    'FROM a:1\nRUN --mount=type=bind,from=b:1,target=/b --mount=type=cache,target=/c,from=c true\n',
    'FROM a:1@{a:1}\nRUN --mount=type=bind,from=b:1@{b:1},target=/b --mount=type=cache,target=/c,from=c:latest@{c} true\n',
  ],
  [
    'in a mount in quotes',
    'FROM a:1\nRUN --mount=type=bind,"from=b:1",target=/b true\n',
    'FROM a:1@{a:1}\nRUN --mount=type=bind,"from=b:1@{b:1}",target=/b true\n',
  ],
  [
    'in a trigger with a mount that a stage of the file fires',
    'FROM a:1 AS b\nONBUILD RUN --mount=from=c:1,target=/c true\nFROM b\n',
    'FROM a:1@{a:1} AS b\nONBUILD RUN --mount=from=c:1@{c:1},target=/c true\nFROM b\n',
  ],
  [
    'in the syntax directive after others and a byte order mark',
    '\ufeff# escape=\\\n# syntax = docker/dockerfile:1\nFROM a:1\n',
    '\ufeff# escape=\\\n# syntax = docker/dockerfile:1@{docker/dockerfile:1}\nFROM a:1@{a:1}\n',
  ],
  [
    'in the default of an ARG that others are given beside',
    'ARG A=1 B=a:1 C=2\r\nFROM $B\r\nARG A\r\n',
    'ARG A=1 B=a:1@{a:1} C=2\r\nFROM $B\r\nARG A\r\n',
  ],
  [
    'in the last default of an ARG that is given twice',
    'ARG B=x:1\nARG B=a:1\nFROM $B\n',
    'ARG B=x:1\nARG B=a:1@{a:1}\nFROM $B\n',
  ],
  ['in the default of an ARG over two lines', 'ARG B=\\\na:1\nFROM $B\n', 'ARG B=\\\na:1@{a:1}\nFROM $B\n'],
];
