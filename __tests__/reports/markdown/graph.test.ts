import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { mermaidLabel, stageGraph } from '../../../src/reports/markdown/graph.js';
import { makeAnswer, makeReport, makeUse } from '../../support/report-maker.js';
import { makeStage, storefrontReport } from '../../support/storefront-report.js';

describe('stageGraph', () => {
  test('draws images and stages, colored by answer; FROM as a line, copies dotted, targets double', () => {
    expect(stageGraph(storefrontReport()).split('\n')).toEqual([
      '```mermaid',
      'flowchart LR',
      '  i0(["#10060;#32;node#58;20"]):::failed',
      '  i1(["#9989;#32;cgr.dev/chainguard/node#58;latest@sha256#58;ab12ab12ab12"]):::passed',
      '  i2(["#10060;#32;registry.example.com/base/nginx#58;1.27"]):::failed',
      '  i3(["#129657;#32;curlimages/curl#58;8.10.1"]):::waived',
      '  subgraph f0["services/api/Dockerfile"]',
      '    f0s0["#10060;#32;build"]:::failed',
      '    f0s1[["#9989;#32;stage#32;1"]]:::passed',
      '  end',
      '  i0 --> f0s0',
      '  i1 --> f0s1',
      '  f0s0 -.-> f0s1',
      '  subgraph f1["services/web/Dockerfile"]',
      '    f1s0[["#10060;#32;stage#32;0"]]:::failed',
      '  end',
      '  i2 --> f1s0',
      '  i3 -.-> f1s0',
      '  classDef failed fill:#cf222e,stroke:#82071e,color:#ffffff',
      '  classDef waived fill:#eac54f,stroke:#7d4e00,color:#1f2328',
      '  classDef passed fill:#1a7f37,stroke:#044f1e,color:#ffffff',
      '```',
    ]);
  });

  test('nothing is drawn where there are no stages', () => {
    expect(stageGraph(makeReport())).toBe('');
  });

  test('a graph too large draws the files with failures and counts the others', () => {
    const uses = Array.from({ length: 400 }, (_, index) => makeUse('node:20', { file: `s${index}/Dockerfile` }));
    const stages = uses.map((use) => makeStage(use.file, 0, { base: { kind: 'image', use: use.id } }));
    const answers = uses.map((use, index) => makeAnswer({ use: use.id, outcome: index === 399 ? 'fail' : 'pass' }));
    const graph = stageGraph(makeReport({ uses, stages, answers }));
    expect(graph).toContain('"s399/Dockerfile"');
    expect(graph.match(/-->/g)).toHaveLength(150);
    expect(graph.endsWith('_250 build files more than can be drawn_')).toBe(true);
  });

  test('a stage on an earlier stage, on scratch or on something unknown needs no image', () => {
    const stages = [
      makeStage('Dockerfile', 0, { base: { kind: 'scratch' } }),
      makeStage('Dockerfile', 1, { base: { kind: 'stage', index: 0 } }),
      makeStage('Dockerfile', 2, { base: { kind: 'unknown', reason: 'BASE has no value' } }),
    ];
    const lines = stageGraph(makeReport({ stages })).split('\n');
    expect(lines).toContain('  f0s0 --> f0s1');
    expect(lines.filter((line) => line.endsWith(':::unevaluated'))).toHaveLength(3);
  });

  test('a name that is empty still has a label', () => {
    expect(mermaidLabel('')).toBe('"#40;empty#41;"');
    expect(mermaidLabel('  ')).toBe('"#40;empty#41;"');
  });

  test('no name can leave its label', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 40 }), (name) => {
        const label = mermaidLabel(name);
        expect(label.slice(1, -1)).toMatch(/^(?:[\p{L}\p{N}/._@-]|#\d+;)+$/u);
        const stages = [makeStage(name, 0, { name })];
        expect(stageGraph(makeReport({ stages })).split('\n')).toHaveLength(7);
      }),
    );
  });
});
