import type { Report } from './report.js';

/** What a report is written for on the command line. */
export interface FormatOptions {
  readonly color: boolean;
  /** Columns of the terminal. */
  readonly width: number;
  /** Whether the text form writes every message, detail and fix whole. */
  readonly details: boolean;
  /** How this program was called. */
  readonly program: string;
  /** The texts of build files by their paths, for code frames. */
  readonly sources: () => Promise<ReadonlyMap<string, string>>;
}

/** A form that `check` writes a report in: whole, or in pieces that are made as they are written. */
export interface ReportFormat {
  readonly name: string;
  readonly render: (report: Report, options: FormatOptions) => Promise<string | Iterable<string>>;
}

/** Every form, the default first. A new one is a file and a line here; each is loaded on demand. */
export const REPORT_FORMATS: readonly [ReportFormat, ...ReportFormat[]] = [
  {
    name: 'text',
    render: async (report, { sources, ...options }) => {
      const [{ checkText }, texts] = await Promise.all([import('./text/text.js'), sources()]);
      return checkText(report, { ...options, source: (path) => texts.get(path) });
    },
  },
  { name: 'json', render: async (report) => (await import('./json.js')).checkJson(report) },
  {
    name: 'sarif',
    render: async (report) => {
      const [{ checkSarif }, { rules }] = await Promise.all([import('./sarif.js'), import('../rules/index.js')]);
      return checkSarif(report, { rules });
    },
  },
  { name: 'junit', render: async (report) => (await import('./junit.js')).junit(report, new Date()) },
  { name: 'code-quality', render: async (report) => (await import('./code-quality.js')).codeQuality(report) },
  { name: 'checkstyle', render: async (report) => (await import('./checkstyle.js')).checkstyle(report) },
  {
    name: 'html',
    render: async (report) => (await import('./html/html.js')).htmlReport(report, { now: new Date() }),
  },
  { name: 'markdown', render: async (report) => (await import('./markdown/summary.js')).renderSummary(report) },
];
