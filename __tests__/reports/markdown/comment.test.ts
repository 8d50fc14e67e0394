import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { type CommentOptions, renderComment } from '../../../src/reports/markdown/comment.js';
import type { Report } from '../../../src/reports/report.js';
import type { Answer } from '../../../src/rules/answer.js';
import { GITHUB_LINKS, githubHtml, readHtml } from '../../support/github/github-markdown.js';
import { makeAnswer, makeReport, makeUse, makeWaiver } from '../../support/report-maker.js';
import { storefrontReport } from '../../support/storefront-report.js';

const TARGETS = { serverUrl: 'https://github.com', repository: 'acme/storefront', sha: 'c'.repeat(40) };
const node = makeUse('node:20');

function heading(given: Partial<Report>, options: CommentOptions = {}): string {
  return renderComment(makeReport(given), options).split('\n')[0] ?? '';
}

/** A report with `count` problems, each a different one, with long texts everywhere. */
function manyProblems(count: number): Report {
  const uses = Array.from({ length: count }, (_, index) => makeUse(`image-${index}:1`, { line: index + 1 }));
  return makeReport({
    uses,
    answers: uses.flatMap((use) => [
      makeAnswer({
        use: use.id,
        message: `${use.id} ${'reason '.repeat(60)}`,
        fix: 'fix '.repeat(60),
        details: ['detail '.repeat(40)],
      }),
      makeAnswer({ use: use.id, rule: 'fresh', level: 'warning', message: `${use.id} is old` }),
    ]),
  });
}

describe('the first line', () => {
  test.each([
    [
      {
        uses: [node, makeUse('node:22', { line: 4 })],
        answers: [makeAnswer({ use: node.id, outcome: 'skipped', rule: 'fresh' })],
      },
      '### ⚠️ Base images: pass · 1 of 2 references fully checked',
    ],
    [
      { uses: [node], answers: [makeAnswer({ use: node.id, level: 'warning', heldBack: true })] },
      '### ✅ Base images: pass · 1 image use',
    ],
    [{ uses: [node], answers: [makeAnswer({ use: node.id })] }, '### ❌ Base images: fail · 1 problem to fix'],
    [
      { uses: [node], answers: [makeAnswer({ use: node.id, outcome: 'indeterminate' })] },
      '### ❓ Base images: indeterminate · 1 indeterminate result',
    ],
    [{ uses: [node] }, '### ✅ Base images: pass · nothing to fix in 1 image use'],
    [{}, '### ✅ Base images: pass · nothing to evaluate'],
  ] as const)('says what there is to do (%#)', (given, line) => {
    expect(heading(given)).toBe(line);
  });

  test.each<[Partial<Report>, string | undefined]>([
    [
      {
        uses: [node, makeUse('node:22', { line: 4 })],
        answers: [makeAnswer({ use: node.id, outcome: 'skipped', rule: 'fresh' })],
      },
      '1 reference partly checked (no answer: fresh).',
    ],
    [
      { uses: [node], answers: [makeAnswer({ use: node.id, level: 'warning', heldBack: true })] },
      '1 finding would block without observe.',
    ],
    [
      { uses: [node], answers: [makeAnswer({ use: node.id, outcome: 'indeterminate' })] },
      '0 of 1 reference fully checked; 1 reference partly checked (no answer: allowed-base).',
    ],
    [{ uses: [node], answers: [makeAnswer({ use: node.id })] }, undefined],
    [{ uses: [node] }, undefined],
  ])('is followed by what was not checked, where something was not (%#)', (given, line) => {
    const [, second] = renderComment(makeReport(given)).split('\n\n');
    if (line === undefined) expect(second).not.toMatch(/checked|observe/);
    else expect(second).toBe(line);
  });

  test('counts what is new where there was a run before', () => {
    const given = {
      uses: [node],
      answers: [makeAnswer({ use: node.id, message: 'old' }), makeAnswer({ use: node.id, message: 'fresh' })],
    };
    expect(heading(given, { isNew: (finding) => finding.message === 'fresh' })).toBe(
      '### ❌ Base images: fail · 2 problems to fix (1 new)',
    );
    expect(heading(given, { isNew: () => false })).toBe('### ❌ Base images: fail · 2 problems to fix');
  });

  test('distinguishes jobs by title', () => {
    expect(heading({}, { title: 'arm64 @acme' })).toBe(
      '### ✅ Base images, arm64 @&#8203;acme: pass · nothing to evaluate',
    );
  });
});

describe('what there is to do', () => {
  const comment = renderComment(storefrontReport(), {
    ...TARGETS,
    isNew: (finding) => finding.rule === 'allowed-base',
  });

  test('is open to the eye, with place and fix, and the rest is folded', () => {
    const [open = '', ...folded] = comment.split('<details><summary>');
    expect(open).toContain('No entry of the allowlist matches');
    expect(open).toContain('👉 **Build on `cgr.dev/acme.com/node:20`**, or ask');
    expect(open).toContain(
      `[\`services/api/Dockerfile:2\`](https://github.com/acme/storefront/blob/${'c'.repeat(40)}/services/api/Dockerfile?plain=1#L2)`,
    );
    expect(folded.map((part) => part.split('</summary>')[0])).toEqual([
      '2 details',
      '2 warnings, which do not block',
      '1 finding waived',
      'Images evaluated, policy and versions',
    ]);
  });

  test('has a line for where and by which rule, one for why, one for what to change', () => {
    const [first = ''] = /^1\. .*\n.*\n.*$/m.exec(comment) ?? [];
    expect(first.split('\n').map((line) => line.replaceAll(/\]\([^)]*\)/g, ']'))).toEqual([
      '1. ❌ 🆕 [`services/api/Dockerfile:2`] · allowed-base',
      '   <br>No entry of the allowlist matches docker.io/library/node:20, which `node:20` names.',
      '   <br>👉 **Build on `cgr.dev/acme.com/node:20`**, or ask the owners of the policy to add this image.',
    ]);
  });

  test.each([
    [
      'Add `# a, b (c)` there (`fix --pin` does it), and look.',
      '**Add `# a, b (c)` there** (`fix --pin` does it), and look.',
    ],
    ['Write so: name first.', '**Write so**: name first.'],
    ['Log in.', '**Log in.**'],
    ['Say * and ) or `', '**Say &#42; and ) or &#96;**'],
    [', then', '**, then**'],
    [
      '`signed: false` excuses one rule: name an authority.',
      '**`signed: false` excuses one rule**: name an authority.',
    ],
  ])('has the first clause of a fix in bold (%#)', (fix, shown) => {
    const report = makeReport({ uses: [node], answers: [makeAnswer({ use: node.id, fix })] });
    expect(renderComment(report)).toContain(`👉 ${shown}\n`);
  });

  test('is said in one line under the verdict and the coverage, which is true of what follows', () => {
    expect(comment.split('\n\n')[2]).toMatch(/👉 .*push/u);
    const line = (given: Partial<Answer>) =>
      renderComment(makeReport({ uses: [node], answers: [makeAnswer({ use: node.id, ...given })] }))
        .split('\n\n')
        .find((paragraph) => paragraph.startsWith('**To pass'));
    expect(line({})).toMatch(/^\*\*To pass:\*\*(?!.*👉).*push/u);
    expect(line({ outcome: 'indeterminate', fix: 'Log in.' })).toBe(
      '**To pass:** do what 👉 says below, then run this job again.',
    );
    expect(renderComment(makeReport({ uses: [node] }))).not.toContain('To pass');
    expect(renderComment(manyProblems(30), { limit: 200 })).not.toContain('To pass');
  });

  test('marks what is new and nothing else', () => {
    expect(comment.match(/🆕/g)).toHaveLength(1);
    expect(comment).toContain('❌ 🆕 [`services/api/Dockerfile:2`]');
  });

  test('beyond five problems is folded, and numbered on', () => {
    const text = renderComment(manyProblems(7));
    expect(text).toContain('<summary>2 more to fix</summary>\n\n6. ❌');
  });

  test('many problems with snippets stay one list', () => {
    const uses = Array.from({ length: 14 }, (_, index) => makeUse(`image-${index}:1`, { line: index + 1 }));
    const answers = uses.map((use) =>
      makeAnswer({ use: use.id, message: use.id, fix: 'Pin it:\nFROM x\n\nRUN y', details: ['one', 'two'] }),
    );
    const { tags } = readHtml(githubHtml(renderComment(makeReport({ uses, answers }))));
    const count = (tag: string) => tags.filter((one) => one.startsWith(tag)).length;
    // The first five, and the fold with the others.
    expect([count('<ol'), count('<li'), count('<pre')]).toEqual([2, 14, 28]);
  });

  test('notices are folded with what evaluated', () => {
    const text = renderComment(storefrontReport({ notices: ['The allowlist is not enforced.', 'b'] }));
    const last = text.slice(text.lastIndexOf('<details>'));
    expect(last).toContain('\n\n> The allowlist is not enforced.\n\n> b\n\n');
  });

  test('notes are not reported', () => {
    expect(comment).not.toContain('The build argument NGINX can replace the image.');
  });
});

describe('a clean comment', () => {
  test('is one line and one fold', () => {
    const comment = renderComment(makeReport({ uses: [node] }));
    expect(comment.split('\n\n').slice(0, 2)).toEqual([
      '### ✅ Base images: pass · nothing to fix in 1 image use',
      '<details><summary>Images evaluated, policy and versions</summary>',
    ]);
    expect(comment.match(/<details>/g)).toHaveLength(1);
    expect(comment.endsWith('</details>')).toBe(true);
  });

  test('names its warnings on the fold', () => {
    const answers = [makeAnswer({ use: node.id, level: 'warning' })];
    expect(renderComment(makeReport({ uses: [node], answers }))).toContain(
      '<details><summary>1 warning, which does not block</summary>',
    );
  });
});

describe('limits', () => {
  test('the comment is never longer than allowed, whatever the limit and report', () => {
    for (const report of [manyProblems(300), storefrontReport()]) {
      for (const limit of [65_536, 30_000, 8_000, 2_000, 500, 120]) {
        expect(renderComment(report, { ...TARGETS, limit }).length).toBeLessThanOrEqual(limit);
      }
    }
  });

  test('what is given up first is the table, then details, then what does not block, then problems', () => {
    const report = manyProblems(30);
    const shown = (limit: number) => {
      const text = renderComment(report, { ...TARGETS, limit });
      return {
        table: text.includes('Images evaluated'),
        details: text.includes('detail detail'),
        warnings: text.includes('which do not block'),
        problems: text.match(/^\d+\. ❌/gm)?.length ?? 0,
      };
    };
    const full = renderComment(report, TARGETS).length;
    const states = [full, full - 1, 45_000, 30_000, 16_000, 5_000, 120].map(shown);
    expect(states[0]).toEqual({ table: true, details: true, warnings: true, problems: 30 });
    expect(states[1]).toEqual({ table: false, details: true, warnings: true, problems: 30 });
    expect(states.at(-1)).toEqual({ table: false, details: false, warnings: false, problems: 0 });
    const richness = states.map(
      (state) => Number(state.table) + Number(state.details) + Number(state.warnings) + state.problems,
    );
    expect(richness).toEqual([...richness].sort((a, b) => b - a));
  });

  test('what was left out is said', () => {
    expect(renderComment(manyProblems(30), { limit: 5_000 })).toMatch(/_\d+ more in the summary of the job\._/);
  });
});

describe('hostile text', () => {
  const nasty = fc
    .array(
      fc.constantFrom(
        ...[
          '`',
          '|',
          '\n',
          '\n\n',
          '</details>',
          '<summary>',
          '<img src=x>',
          '<!-- base-image-gate part=',
          '-->',
          '@acme',
        ],
        ...['#1', '](x)', '**', '```', '1. ', '### ', 'https://x.example', '\u001b[31m', '\u202e', '\\', 'a', ' ', '>'],
      ),
      { maxLength: 8 },
    )
    .map((parts) => parts.join(''));

  test('adds no element, link, mention or marker to the comment', () => {
    fc.assert(
      fc.property(nasty, nasty, (text, other) => {
        const report = (put: string, more: string) => {
          const use = makeUse('node:20', {
            id: 'use',
            file: `d/${put}x`,
            stage: { index: 0, name: put },
            expanded: `x${more}`,
            reference: null,
          });
          return makeReport({
            uses: [use],
            answers: [
              makeAnswer({
                use: use.id,
                message: `x${put.replaceAll('`', '')}`,
                platform: `x${more}`,
                details: [`x${put}`],
              }),
              makeAnswer({
                use: use.id,
                level: 'warning',
                message: `x${more.replaceAll('`', '')}`,
                fix: `x${put.replaceAll('`', '')}`.split('\n')[0] ?? '',
              }),
              makeAnswer({ use: use.id, waiver: 0 }),
            ],
            waivers: [makeWaiver({ reason: `x${put.replaceAll('`', '')}`, owner: `x${more}` })],
            notices: [`x${more.replaceAll('`', '')}`],
          });
        };
        const options = { ...TARGETS, title: `x${text}` };
        const comment = renderComment(report(text, other), options);
        const plain = readHtml(githubHtml(renderComment(report('x', 'x'), { ...TARGETS, title: 'xx' })));
        const shown = readHtml(githubHtml(comment));
        const names = (tags: readonly string[]) => tags.map((tag) => tag.replace(/ (href|align)="[^"]*"/, ''));
        expect(names(shown.tags)).toEqual(names(plain.tags));
        expect(comment).not.toContain('<!--');
        const outsideCode = githubHtml(comment)
          .replace(/<code>.*?<\/code>/gs, '')
          .replace(/<a [^>]*>/g, '');
        expect(readHtml(outsideCode).text).not.toMatch(GITHUB_LINKS);
      }),
      { numRuns: 200 },
    );
  });
});
