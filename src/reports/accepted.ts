import type { Report } from './report.js';

/** The waivers that accept a vulnerability in answers which no waiver covers as a whole, such as those that pass by it. */
export function acceptedVulnerabilities(report: Pick<Report, 'answers' | 'waivers'>): Report['waivers'] {
  const used = new Set(report.answers.flatMap(({ accepts = [], waiver }) => (waiver === undefined ? accepts : [])));
  return report.waivers.filter((_waiver, index) => used.has(index));
}
