import type { Framework } from '../../compliance/frameworks.js';
import { renderEvidence } from '../../compliance/render-evidence.js';
import type { Report } from '../../reports/report.js';

/**
 * What the input `evidence` asks for: for each framework a file for people, one for scripts and one in OSCAL, by name.
 * The code is loaded only where evidence is requested.
 */
export async function evidenceFiles(
  report: Report,
  frameworks: readonly Framework[],
  run: { readonly collected: Date; readonly evaluated: string },
): Promise<Readonly<Record<string, string>>> {
  if (frameworks.length === 0) return {};
  const { complianceEvidence } = await import('../../compliance/evidence.js');
  const files: Record<string, string> = {};
  for (const framework of frameworks) {
    const evidence = complianceEvidence(report, framework, run);
    files[`evidence-${framework}.md`] = await renderEvidence(evidence, 'markdown');
    files[`evidence-${framework}.json`] = await renderEvidence(evidence, 'json');
    files[`evidence-${framework}.oscal.json`] = await renderEvidence(evidence, 'oscal');
  }
  return files;
}
