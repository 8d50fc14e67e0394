import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from '@jest/globals';
import { htmlReport } from '../../../src/reports/html/html.js';
import type { Report } from '../../../src/reports/report.js';
import { hostileText } from '../../support/github/hostile-text.js';
import { manyImages, PAGE_DAY, pageReport } from '../../support/page-report.js';
import { makeAnswer, makeReport, makeUse, makeWaiver } from '../../support/report-maker.js';

const TARGETS = { serverUrl: 'https://github.example', repository: 'acme/storefront', sha: 'c0ffee' };

function page(report: Report, targets = {}): string {
  return [...htmlReport(report, { now: PAGE_DAY, targets })].join('');
}

/** The page without its own style and script, which may hold anything. */
function markup(text: string): string {
  return text.replace(/<(style|script)>[\s\S]*?<\/\1>/g, '');
}

/** The elements of a page with their attributes. */
function elements(
  text: string,
): readonly { readonly name: string; readonly attributes: ReadonlyMap<string, string> }[] {
  return [...markup(text).matchAll(/<([a-z][a-z0-9]*)((?:[^<>"]|"[^"]*")*)>/g)].map(([, name = '', rest = '']) => ({
    name,
    attributes: new Map(
      [...rest.matchAll(/([A-Za-z-]+)(?:="([^"]*)")?/g)].map(([, key = '', value = '']) => [key, value]),
    ),
  }));
}

function attribute(text: string, name: string): readonly string[] {
  return elements(text).flatMap(({ attributes }) => attributes.get(name) ?? []);
}

/** What stands in the section of a page. */
function section(text: string, id: string): string {
  return new RegExp(`<section id="${id}"[\\s\\S]*?</section>`).exec(text)?.[0] ?? '';
}

const whole = page(pageReport());

describe('the page', () => {
  test('says the verdict, the coverage, every file, every image and every rule', () => {
    const report = pageReport();
    expect(whole).toContain('<h1>Fail</h1>');
    expect(whole).toContain('2 of 4 references fully checked');
    for (const { file } of report.uses) expect(section(whole, 'findings')).toContain(file);
    for (const rule of new Set(report.answers.map(({ rule }) => rule)))
      expect(section(whole, 'matrix')).toContain(rule);
    for (const image of ['node:20', 'cgr.dev/chainguard/node:latest', 'curlimages/curl:8.10.1'])
      expect(section(whole, 'images')).toContain(`<code class="name">${image}</code>`);
  });

  test('allows its own style and script by their hashes, and nothing else', () => {
    const policy = attribute(whole, 'content').find((value) => value.includes('default-src')) ?? '';
    expect(policy).toContain('default-src &#39;none&#39;');
    expect(policy).not.toMatch(/unsafe|https?:|\*/);
    for (const name of ['style', 'script']) {
      const [, text = ''] = new RegExp(`<${name}>([\\s\\S]*?)</${name}>`).exec(whole) ?? [];
      expect(policy).toContain(`${name}-src &#39;sha256-${createHash('sha256').update(text).digest('base64')}&#39;`);
    }
  });

  test('needs no request, and has neither handlers nor styles in attributes', () => {
    const loading = /^(?:src|srcset|poster|background|data|action|formaction|style|on.*|ping|manifest)$/;
    const found = elements(whole)
      .flatMap(({ attributes }) => [...attributes.keys()])
      .filter((key) => loading.test(key));
    expect(found).toEqual([]);
    expect(elements(whole).map(({ name }) => name)).not.toContain('link');
    expect(/<style>([\s\S]*?)<\/style>/.exec(whole)?.[1]).not.toMatch(/url\(|@import/);
  });

  test('links within itself to what is there, once', () => {
    const ids = attribute(whole, 'id');
    expect(new Set(ids).size).toBe(ids.length);
    const targets = attribute(whole, 'href');
    expect(targets.length).toBeGreaterThan(20);
    expect(targets.filter((href) => !href.startsWith('#') || !ids.includes(href.slice(1)))).toEqual([]);
  });

  test('links lines and rules where it is known which commit was evaluated', () => {
    const linked = page(pageReport(), { ...TARGETS, rulesUrl: 'https://github.example/gate/blob/v2/docs/rules' });
    const hrefs = attribute(linked, 'href');
    expect(hrefs).toContain('https://github.example/acme/storefront/blob/c0ffee/services/web/Dockerfile?plain=1#L1');
    expect(hrefs).toContain('https://github.example/gate/blob/v2/docs/rules/pinned-by-digest.md');
  });

  test('is the same for the same report, and ends with a line end', () => {
    expect(page(pageReport())).toBe(whole);
    expect(whole.endsWith('</html>\n')).toBe(true);
  });

  test('has no section for what there is nothing of', () => {
    const plain = page(makeReport({ uses: [makeUse('node:22')] }));
    for (const id of ['waivers', 'changes', 'graph']) expect(section(plain, id)).toBe('');
    expect(page(makeReport())).toContain('<h1>Pass</h1>');
  });
});

describe('the matrix', () => {
  test('has a cell for each image and rule that leads to the answer, and its symbol has a name', () => {
    const matrix = section(whole, 'matrix');
    const [, row = ''] = /<tr role="row" data-row="1">([\s\S]*?)<\/tr>/.exec(matrix) ?? [];
    const cells = [...row.matchAll(/<td role="cell" class="(\w+)">(?:<a href="#(i1r\d+)" aria-label="([^"]+)">)?/g)];
    expect(cells.map(([, name]) => name)).toContain('fail');
    for (const [, , target = ''] of cells.filter(([, name]) => name !== 'none'))
      expect(section(whole, 'images')).toContain(`<tr id="${target}"`);
  });

  test('has the image with the worst answer first', () => {
    const names = [
      ...section(whole, 'matrix').matchAll(/<tr role="row" data-row="\d+"><th[^>]*><span class="mark (\w+)"/g),
    ];
    expect(names.map(([, name]) => name)).toEqual(['fail', 'fail', 'warn', 'waived']);
  });

  test('shows no filter without a script', () => {
    expect(whole).toContain('<form class="filter" role="search" hidden>');
  });
});

describe('an image', () => {
  const images = section(whole, 'images');

  test('has what its evidence showed, where from, and which evidence an answer rests on', () => {
    expect(images).toContain('<tbody data-kind="packages">');
    expect(images).toContain('the layers of the image');
    expect(images).toContain('none (1 place searched)');
    expect(images).toContain('referrers API: none');
    expect(images).toMatch(/<tr id="i2r\d+" data-kinds="packages sbom vulnerabilities"/);
  });

  test('lists its packages and the vulnerabilities known of it', () => {
    expect(images).toContain('<summary>2 packages</summary>');
    expect(images).toContain('<li>nodejs <code>1.2.3-r0</code></li>');
    expect(images).toContain('<summary>2 known vulnerabilities</summary>');
    expect(images).toContain('known to be exploited');
  });
});

describe('waivers', () => {
  test('stand by owner with what is left of them, and say which are ignored', () => {
    const waivers = section(whole, 'waivers');
    const owners = [...waivers.matchAll(/<th scope="rowgroup"[^>]*>([^<]+) </g)].map(([, owner]) => owner);
    expect(owners).toEqual(['@acme/platform', '@acme/web']);
    expect(waivers).toContain('60 days ago');
    expect(waivers).toContain('in 10 days');
    expect(waivers).toContain('expired, ignored');
  });

  test('with a date that is none break no drawing', () => {
    const text = page(
      makeReport({ waivers: [makeWaiver({ expires: 'never' }), makeWaiver({ expires: '9999-12-31' })] }),
    );
    expect(section(text, 'waivers')).not.toMatch(/(?:x1?|x2|width)="(?:NaN|-|Infinity)/);
  });
});

test('a changed base is shown with its packages and vulnerabilities', () => {
  const changes = section(whole, 'changes');
  expect(changes).toContain('Evaluated for the base main');
  expect(changes).toContain('+ apk/wolfi/ca-certificates 2026-r1');
  expect(changes).toContain('CVE-2026-0007');
  expect(changes).toContain('has no build information');
});

test('a build file is drawn with its stages, and the same stands in a list', () => {
  const graph = section(whole, 'graph');
  expect([...graph.matchAll(/<g class="node (\w+)"/g)].map(([, name]) => name)).toEqual([
    'fail',
    'stage',
    'warn',
    'stage',
    'fail',
    'waived',
    'stage',
  ]);
  expect(graph).toContain('stroke-dasharray');
  expect(graph).toContain('copies from build');
});

test('text of others stays text wherever it stands', () => {
  const bend = (where: string) => `"><img src=x onerror=alert(1)>${hostileText(where)}`;
  const use = makeUse('x', {
    file: bend('file'),
    written: bend('written'),
    expanded: bend('expanded'),
    reference: null,
  });
  const base = pageReport();
  const report: Report = {
    ...pageReport(),
    uses: [use],
    answers: [
      makeAnswer({
        use: use.id,
        rule: bend('rule'),
        message: bend('message'),
        fix: bend('fix'),
        details: [bend('detail')],
      }),
    ],
    findings: base.findings.map((finding) => ({
      ...finding,
      use: use.id,
      rule: bend('rule'),
      message: bend('message'),
      fix: bend('fix'),
      details: [bend('detail')],
      location: { ...finding.location, file: bend('file') },
    })),
    stages: base.stages.map((stage) => ({
      ...stage,
      name: bend('stage'),
      file: bend('file'),
      base: { kind: 'image', use: use.id },
    })),
    waivers: base.waivers.map((waiver) => ({
      ...waiver,
      owner: bend('owner'),
      reason: bend('reason'),
      rule: bend('rule'),
    })),
    findingChanges: {
      new: base.findings.map(({ fingerprint }) => fingerprint),
      fixed: (base.findingChanges?.fixed ?? []).map((one) => ({
        ...one,
        rule: bend('rule'),
        message: bend('fixed'),
        image: bend('image'),
        location: { ...one.location, file: bend('old-file') },
      })),
      notCompared: 0,
    },
    notices: [bend('notice')],
    limits: [{ name: bend('limit'), message: bend('limit') }],
  };
  const text = page(report, TARGETS);
  const expected = new Set(elements(whole).map(({ name }) => name));
  const found = elements(text);
  expect(found.map(({ name }) => name).filter((name) => !expected.has(name))).toEqual([]);
  expect(found.flatMap(({ attributes }) => [...attributes.keys()]).filter((key) => /^(?:src|on)/.test(key))).toEqual(
    [],
  );
  const links = found.flatMap(({ attributes }) => attributes.get('href') ?? []);
  expect(links.filter((href) => !href.startsWith('#') && !href.startsWith('https://github.example/'))).toEqual([]);
  // biome-ignore lint/suspicious/noControlCharactersInRegex: finding them is the point.
  expect(markup(text)).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u202a-\u202e]/);
  for (const where of [
    'file',
    'message',
    'fix',
    'detail',
    'stage',
    'owner',
    'reason',
    'notice',
    'limit',
    'fixed',
    'image',
    'old-file',
  ])
    expect(text).toContain(`evil-${where}`);
});

test('with findings in hundreds of files they are grouped by cause', () => {
  const findings = section(page(manyImages(60)), 'findings');
  expect(findings).toContain('by cause, the most frequent first');
});

test('the generated style and script are those of page/', () => {
  const script = fileURLToPath(new URL('../../../scripts/generate-page.mjs', import.meta.url));
  const run = spawnSync(process.execPath, [script, '--check'], { encoding: 'utf8' });
  expect([run.stderr, run.status]).toEqual(['', 0]);
});
