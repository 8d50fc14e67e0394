// biome-ignore-all lint/suspicious/noTemplateCurlyInString: variables of Dockerfiles
import { describe, expect, test } from '@jest/globals';
import { expansions, read } from '../../support/image/read-dockerfile.js';

/** Ways to write an image that other readers overlook, and BuildKit does not. */
const SHOWN: readonly (readonly [string, string])[] = [
  ['a heredoc in a JSON form is none', 'FROM a\nRUN ["sh","-c","cat <<EOF"]\nFROM hidden\nEOF x\n'],
  ['an escaped heredoc is none', 'FROM a\nRUN \\<<EOF\nFROM hidden\n'],
  ['a heredoc after a letter is none', 'FROM a\nRUN a<<EOF\nFROM hidden\n'],
  ['three angles are a here-string', 'FROM a\nRUN cat <<<EOF\nFROM hidden\n'],
  ['an open quote before a heredoc undoes it', "FROM a\nRUN echo ' <<EOF\nFROM hidden\n"],
  ['a quoted heredoc is none', 'FROM a\nRUN echo "<<EOF"\nFROM hidden\n'],
  ['a shift in arithmetic is no heredoc', 'FROM a\nRUN echo $((1<<EOF))\nFROM hidden\n'],
  ['CMD opens no heredoc', 'FROM a\nCMD cat <<EOF\nFROM hidden\n'],
  ['a heredoc ends at its first terminator', 'FROM a\nRUN <<EOF\nEOF\nFROM hidden\n'],
  ['a heredoc in capitals of its own', 'FROM a\nRUN <<E"O"F\nFROM not\nEOF\nFROM hidden\n'],
  ['a heredoc after a blank', 'FROM a\nRUN cat << EOF\nFROM not\nEOF\nFROM hidden\n'],
  ['a heredoc with a descriptor', 'FROM a\nRUN 3<<EOF\nFROM not\nEOF\nFROM hidden\n'],
  ['a heredoc in a comment of the shell', 'FROM a\nRUN # <<EOF\nFROM not\nEOF\nFROM hidden\n'],
  ['a semicolon belongs to the terminator', 'FROM a\nRUN <<EOF;\nEOF\nFROM not\nEOF;\nFROM hidden\n'],
  ['a vertical tab before FROM', 'FROM a\n\u000bFROM hidden\n'],
  ['a form feed before FROM', 'FROM a\n\fFROM hidden\n'],
  ['a no-break space before FROM', 'FROM a\n\u00a0FROM hidden\n'],
  ['a next-line character before FROM', 'FROM a\n\u0085FROM hidden\n'],
  ['a byte order mark before the image', 'FROM a\nFROM \ufeffhidden\n'],
  ['the keyword over two lines', 'FROM a\nFR\\\nOM hidden\n'],
  ['the image over two lines', 'FROM a\nFROM hid\\\nden\n'],
  ['comments and blank lines in a continuation', 'FROM a\nFROM \\\n# c\n\n  # d \\\n  hidden\n'],
  ['two escape characters do not continue', 'FROM a\nRUN echo \\\\\nFROM hidden\n'],
  ['another escape character', '# escape=`\nFROM a\nRUN dir c:\\\nFROM hidden\n'],
  ['an indented escape directive', '  # escape=`\nFROM a\nRUN dir c:\\\nFROM hidden\n'],
  ['an escape directive after a comment is none', '# c\n# escape=`\nFROM a\nRUN echo `\nFROM hidden\n'],
  ['quotes around the image', 'FROM a\nFROM "hid"\'den\'\n'],
  ['an escape in the image', 'FROM a\nFROM h\\idden\n'],
  ['a long s in AS', 'FROM a\nFROM hidden a\u017f b\n'],
  ['a dotted capital I in a keyword', 'FROM a\nONBU\u0130LD COPY --from=x a b\nFROM hidden\n'],
  ['a default of an ARG', 'ARG X=hidden\nFROM a\nFROM $X\n'],
  ['a default within a default', 'FROM a\nFROM ${X:-${Y:-hidden}}\n'],
  ['an alternative', 'ARG X=1\nFROM a\nFROM ${X:+hidden}\n'],
  ['a prefix cut off', 'ARG X=not/hidden\nFROM a\nFROM ${X#*/}\n'],
  ['a suffix cut off', 'ARG X=hidden-x-y\nFROM a\nFROM ${X%%-*}\n'],
  ['a replacement', 'ARG X=h1dden\nFROM a\nFROM ${X/1/i}\n'],
  ['several replacements', 'ARG X=h.i.d.d.e.n\nFROM a\nFROM ${X//./}\n'],
  ['several ARGs on one line', 'ARG X=hid Y="den"\nFROM a\nFROM $X${Y}\n'],
  ['COPY --from', 'FROM a\nCOPY --from=hidden x y\n'],
  ['COPY --from with quotes', 'FROM a\nCOPY --fr"om=hid"den x y\n'],
  ['COPY --from with escapes', 'FROM a\nCOPY --from=h\\idden x y\n'],
  ['COPY --from after other flags', 'FROM a\nCOPY --link --chown=1:1 --from=hidden x y\n'],
  ['COPY --from in JSON form', 'FROM a\nCOPY --from=hidden ["x", "y"]\n'],
  ['a mount', 'FROM a\nRUN --mount=from=hidden,target=/x true\n'],
  ['a mount in capitals', 'FROM a\nRUN --mount=TARGET=/x,FROM=hidden true\n'],
  ['a mount with CSV quotes', 'FROM a\nRUN --mount=\'target=/x,"from=hidden"\' true\n'],
  ['a mount with the last of two sources', 'FROM a\nRUN --mount=from=not,from=hidden,target=/x true\n'],
  ['a cache mount', 'FROM a\nRUN --mount=type=cache,from=hidden,target=/x true\n'],
  ['a secret mount', 'FROM a\nRUN --mount=type=secret,from=hidden,target=/x true\n'],
  ['the second mount', 'FROM a\nRUN --mount=type=tmpfs,target=/t --mount=from=hidden,target=/x true\n'],
  ['a mount that names a number', 'FROM a\nRUN --mount=from=0,target=/x true\nFROM hidden\n'],
];

describe('an image can not be hidden', () => {
  test.each(SHOWN)('%s', (_, text) => {
    const shown = expansions(read(text));
    expect(shown).toContain('hidden');
    expect(shown).not.toContain('not');
  });

  test('an image that only looks like scratch is pulled', () => {
    const text = 'FROM scratch:latest\nFROM docker.io/library/scratch\nFROM scratch\nCOPY --from=scratch a b\n';
    expect(expansions(read(text))).toEqual(['scratch:latest', 'docker.io/library/scratch']);
  });

  test('a name in capitals is no stage to FROM, but is one to COPY', () => {
    const reading = read('FROM a AS Base\nFROM BASE\nCOPY --from=BASE x y\n');
    expect(reading.uses.map((use) => [use.expanded, use.unresolved === undefined])).toEqual([
      ['a', true],
      ['BASE', false],
    ]);
  });

  test('a number is an image to FROM and a stage to COPY', () => {
    expect(expansions(read('FROM a\nFROM 0\nCOPY --from=0 x y\n'))).toEqual(['a', '0']);
  });

  test('a stage called scratch is a stage, also for mounts that name nothing', () => {
    const { stages, uses } = read('FROM evil AS scratch\nFROM good\nRUN --mount=type=cache,target=/c true\n');
    expect(stages[1]?.copiesFrom).toEqual([0]);
    expect(uses.find((use) => use.expanded === 'evil')?.reachable).toBe(true);
  });

  test('bytes that are no UTF-8 do not end a heredoc that ends in U+FFFD', () => {
    const bytes = Buffer.concat([
      Buffer.from('FROM a\nRUN <<E\ufffd\nE'),
      Buffer.from([0xff]),
      Buffer.from('\nFROM not\nE\ufffd\nFROM hidden\n'),
    ]);
    expect(expansions(read(bytes))).toEqual(['a', 'hidden']);
  });

  test('a byte of a letter that is a blank to BuildKit parts flags', () => {
    // U+00E0 is C3 A0, and A0 alone is a no-break space in Latin-1.
    expect(expansions(read('FROM a\nCOPY --chown=\u00e0--from=hidden x y\n'))).toEqual(['a', 'hidden']);
  });
});
