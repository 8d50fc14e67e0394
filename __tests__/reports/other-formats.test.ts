import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { Ajv } from 'ajv';
import { validateXML } from 'xmllint-wasm';
import { checkstyle } from '../../src/reports/checkstyle.js';
import { codeQuality } from '../../src/reports/code-quality.js';
import { junit } from '../../src/reports/junit.js';
import type { Finding, Report } from '../../src/reports/report.js';
import { makeAnswer, makeReport, makeUse, makeWaiver } from '../support/report-maker.js';
import { describeWithSharedData, sharedData } from '../support/shared-data.js';

const NOW = new Date('2026-11-30T12:00:00.500Z');
const HOSTILE = `]]><!-- </system-out> & "'\u0000\u001b[31m\ufffe\u202e`;

const [denied, open, old, fine] = [
  makeUse('old.example/base:1', { id: 'old', line: 1 }),
  makeUse('slow.example/base:1', { id: 'slow', line: 2 }),
  makeUse('waived.example/base:1', { id: 'waived', line: 3 }),
  makeUse('fine.example/base:1', { id: 'fine', line: 4 }),
];

/** Two errors, one of them a question, a waived finding, a warning, a note and a pass. */
const report = (changes: Partial<Report> = {}): Report =>
  makeReport({
    uses: [denied, open, old, fine],
    answers: [
      makeAnswer({ use: denied.id, rule: 'denied-base', level: 'error', outcome: 'fail', message: 'It is denied.' }),
      makeAnswer({
        use: open.id,
        rule: 'fresh',
        level: 'error',
        outcome: 'indeterminate',
        message: 'It is not known.',
      }),
      makeAnswer({ use: old.id, rule: 'supported', level: 'error', outcome: 'fail', message: 'It ended.', waiver: 0 }),
      makeAnswer({ use: fine.id, rule: 'denied-base', level: 'error', outcome: 'pass', message: 'It is not denied.' }),
      makeAnswer({ use: fine.id, rule: 'current', level: 'warning', outcome: 'fail', message: 'It is old.' }),
      makeAnswer({ use: fine.id, rule: 'pinned-by-digest', level: 'note', outcome: 'fail', message: 'A tag.' }),
    ],
    waivers: [makeWaiver({ rule: 'supported' })],
    ...changes,
  });

function hostile(): Report {
  const made = report();
  const bent = (finding: Finding): Finding => ({
    ...finding,
    message: HOSTILE,
    fix: HOSTILE,
    location: { ...finding.location, file: `a/${HOSTILE}` },
  });
  const uses = made.uses.map((use) => ({ ...use, written: HOSTILE, file: `a/${HOSTILE}` }));
  const answers = made.answers.map((answer) => ({
    ...answer,
    message: HOSTILE,
    location: { ...answer.location, file: `a/${HOSTILE}` },
  }));
  return { ...made, uses, answers, findings: made.findings.map(bent), notices: [HOSTILE] };
}

const text = (pieces: Iterable<string>): string => [...pieces].join('');

describe('junit', () => {
  const counts = (xml: string) =>
    [
      ...xml.matchAll(/<testsuite name="([^"]+)".*? tests="(\d+)" failures="(\d+)" errors="(\d+)" skipped="(\d+)"/g),
    ].map(([, ...fields]) => fields.join(' '));

  test('begins with the verdict and what was not checked', () => {
    const use = makeUse('far.example/base:1', { id: 'far' });
    const about = { use: use.id, rule: 'unverified', cause: 'offline' } as const;
    const unseen = makeAnswer({ ...about, level: 'warning', outcome: 'indeterminate', message: 'Nobody looked.' });
    const xml = text(junit(makeReport({ uses: [use], answers: [unseen] }), NOW));
    expect(xml).toMatch(/<system-out>pass: 0 of 1 references fully checked; [^<]*was not contacted[^<]*not checked/);
  });

  test('fail is a failure, indeterminate an error, a waived finding skipped, and a warning passes with output', () => {
    const xml = text(junit(report(), NOW));
    expect(counts(xml)).toEqual(['base-image-gate 1 1 0 0', 'Dockerfile 4 1 1 1']);
    expect(xml).toContain('<testcase name="denied-base: old.example/base:1" classname="Dockerfile" time="0"><failure');
    expect(xml).toContain('<error message="It is not known." type="indeterminate">');
    expect(xml).toContain('<skipped message="waived: It ended."/>');
    expect(xml).toMatch(/<system-out>warning: Dockerfile:\d+: current: It is old\.<\/system-out>/);
    expect(xml).toContain('timestamp="2026-11-30T12:00:00"');
  });

  test('the worst of a reference’s platforms counts, and cases of one name stay apart', () => {
    const answer = (platform: string, outcome: 'pass' | 'fail') =>
      makeAnswer({ use: denied.id, rule: 'non-root', level: 'error', outcome, platform, message: platform });
    const twice = makeUse('old.example/base:1', { id: 'another', line: 9 });
    const made = makeReport({
      uses: [denied, twice],
      answers: [
        answer('linux/amd64', 'pass'),
        answer('linux/arm64', 'fail'),
        { ...answer('linux/amd64', 'pass'), use: 'another' },
      ],
    });
    const xml = text(junit(made, NOW));
    expect(counts(xml)[1]).toBe('Dockerfile 2 1 0 0');
    expect(xml).toContain('name="non-root: old.example/base:1 (2)"');
  });

  test('the verdict is a case of its own, so that no reader sees a pass that is none', () => {
    const verdicts = (['pass', 'fail', 'indeterminate'] as const).map((verdict) => {
      const [first = ''] = counts(text(junit({ ...makeReport(), verdict }, NOW)));
      return first;
    });
    expect(verdicts).toEqual(['base-image-gate 1 0 0 0', 'base-image-gate 1 1 0 0', 'base-image-gate 1 0 1 0']);
  });
});

describe('code-quality', () => {
  test('has each finding that no waiver covers, by severity', () => {
    const entries: readonly { readonly check_name: string; readonly severity: string }[] = JSON.parse(
      codeQuality(report()),
    );
    expect(entries.map(({ check_name, severity }) => `${check_name} ${severity}`).sort()).toEqual([
      'current minor',
      'denied-base blocker',
      'fresh critical',
      'pinned-by-digest info',
    ]);
  });

  test('has an empty list where nothing was found', () => {
    expect(JSON.parse(codeQuality(makeReport()))).toEqual([]);
  });

  test('names paths as a diff does', () => {
    const made = report();
    const findings = made.findings.map((finding) => ({
      ...finding,
      location: { ...finding.location, file: './a/Dockerfile' },
    }));
    expect(JSON.parse(codeQuality({ ...made, findings }))[0].location.path).toBe('a/Dockerfile');
  });
});

describe('checkstyle', () => {
  test('has each finding that no waiver covers below its file', () => {
    const xml = text(checkstyle(report()));
    expect(xml.match(/<file name="[^"]+">/g)).toEqual(['<file name="Dockerfile">']);
    expect(xml.match(/severity="\w+"/g)?.sort()).toEqual([
      'severity="error"',
      'severity="error"',
      'severity="info"',
      'severity="warning"',
    ]);
    expect(xml).toContain('source="base-image-gate.denied-base"');
    expect(xml).not.toContain('It ended.');
  });
});

/**
 * What Jenkins' reader of Checkstyle takes: these elements, a number for line and column, and by `severity` one of three
 * of its own.
 *
 * @see https://github.com/jenkinsci/analysis-model/blob/main/src/main/java/edu/hm/hafner/analysis/parser/checkstyle/CheckStyleParser.java
 */
const READ_BY_JENKINS = `<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema">
<xs:simpleType name="severity"><xs:restriction base="xs:string">
<xs:enumeration value="error"/><xs:enumeration value="warning"/><xs:enumeration value="info"/>
</xs:restriction></xs:simpleType>
<xs:complexType name="error">
<xs:attribute name="line" type="xs:positiveInteger" use="required"/>
<xs:attribute name="column" type="xs:positiveInteger" use="required"/>
<xs:attribute name="severity" type="severity" use="required"/>
<xs:attribute name="message" type="xs:string" use="required"/>
<xs:attribute name="source" type="xs:string" use="required"/>
</xs:complexType>
<xs:complexType name="file">
<xs:sequence><xs:element name="error" type="error" minOccurs="1" maxOccurs="unbounded"/></xs:sequence>
<xs:attribute name="name" type="xs:string" use="required"/>
</xs:complexType>
<xs:element name="checkstyle"><xs:complexType>
<xs:sequence><xs:element name="file" type="file" minOccurs="0" maxOccurs="unbounded"/></xs:sequence>
<xs:attribute name="version" type="xs:string" use="required"/>
</xs:complexType></xs:element></xs:schema>`;

test.each([
  ['findings of all kinds', report],
  ['hostile texts', hostile],
  ['nothing', makeReport],
])('Checkstyle is what its reader in Jenkins takes: %s', async (_name, made) => {
  const xml = { fileName: 'checkstyle.xml', contents: text(checkstyle(made())) };
  const { valid, errors } = await validateXML({ xml, schema: READ_BY_JENKINS });
  expect([valid, errors]).toEqual([true, []]);
});

test('no name or message leaves its place in XML', async () => {
  for (const [fileName, contents] of [
    ['junit.xml', text(junit(hostile(), NOW))],
    ['checkstyle.xml', text(checkstyle(hostile()))],
  ] as const) {
    const { valid, errors } = await validateXML({ xml: { fileName, contents }, schema: ANY });
    expect([valid, errors]).toEqual([true, []]);
    for (const character of ['\0', '\u001b', '\u202e', '\ufffe']) expect(contents).not.toContain(character);
    expect(contents).not.toMatch(/<!--|\]\]>/);
  }
});

/** A schema that has every element and attribute: what is left is whether a document is well-formed. */
const ANY = `<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema">${['testsuites', 'checkstyle']
  .map(
    (name) =>
      `<xs:element name="${name}"><xs:complexType mixed="true"><xs:sequence><xs:any processContents="skip" minOccurs="0" maxOccurs="unbounded"/></xs:sequence><xs:anyAttribute processContents="skip"/></xs:complexType></xs:element>`,
  )
  .join('')}</xs:schema>`;

describeWithSharedData('schemas/junit-ant.xsd', 'by the schemas of those who read them', () => {
  const reports: readonly [string, () => Report][] = [
    ['findings of all kinds', report],
    ['hostile texts', hostile],
    ['nothing', makeReport],
  ];
  const schema = (name: string): string => readFileSync(sharedData(`schemas/${name}`), 'utf8');

  test.each(['junit-ant.xsd', 'junit-jenkins-xunit-10.xsd'])('JUnit XML is valid by %s', async (name) => {
    for (const [, made] of reports) {
      const xml = { fileName: 'junit.xml', contents: text(junit(made(), NOW)) };
      const { valid, errors } = await validateXML({ xml, schema: schema(name) });
      expect([valid, errors]).toEqual([true, []]);
    }
  });

  test.each(['gitlab-code-quality.schema.json', 'gitlab-code-quality.strict.schema.json'])(
    'code quality is valid by %s',
    (name) => {
      const validate = new Ajv({ strict: false, allErrors: true }).compile(JSON.parse(schema(name)));
      for (const [, made] of reports) {
        validate(JSON.parse(codeQuality(made())));
        expect(validate.errors ?? []).toEqual([]);
      }
    },
  );
});
