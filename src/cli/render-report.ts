import type { RepositoryTree } from '../build-files/repository-tree.js';
import type { Report } from '../reports/report.js';
import { rules } from '../rules/index.js';

export const REPORT_FORMATS = ['text', 'json', 'sarif', 'markdown'] as const;
export type ReportFormat = (typeof REPORT_FORMATS)[number];

/** Code frames show a few lines; a file above this size is shown without. */
const MAX_SOURCE_BYTES = 1024 * 1024;

/** Writes a report in the format asked for, loading no other. */
export async function renderReport(
  report: Report,
  format: ReportFormat,
  tree: RepositoryTree,
  { colour, width, program }: { readonly colour: boolean; readonly width: number; readonly program: string },
): Promise<string> {
  switch (format) {
    case 'json':
      return (await import('../reports/json.js')).checkJson(report);
    case 'sarif':
      return (await import('../reports/sarif.js')).checkSarif(report, { rules });
    case 'markdown':
      return (await import('../reports/markdown/summary.js')).renderSummary(report);
    case 'text': {
      const sources = await sourcesOf(report, tree);
      const { checkText } = await import('../reports/text/text.js');
      return checkText(report, { color: colour, width, program, source: (path) => sources.get(path) });
    }
  }
}

async function sourcesOf(report: Report, tree: RepositoryTree): Promise<ReadonlyMap<string, string>> {
  const sources = new Map<string, string>();
  for (const path of new Set(report.findings.map(({ file }) => file))) {
    const read = await tree.read(path, MAX_SOURCE_BYTES);
    // A byte order mark is a column like others: places are counted with it.
    if (read.ok) sources.set(path, new TextDecoder('utf-8', { ignoreBOM: true }).decode(read.value));
  }
  return sources;
}
