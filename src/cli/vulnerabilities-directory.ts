import { resolve } from 'node:path';
import type { RunSettings } from '../evidence/collector.js';
import type { Policy } from '../policy/policy.js';

/** The directory of OSV exports of a run on the command line: the flag's, relative to the shell's directory; else the policy's, relative to DIR. */
export function vulnerabilitiesDirectory(
  policy: Policy,
  directory: string,
  flag: string | undefined,
  cwd: string,
): Pick<RunSettings, 'vulnerabilitiesDirectory'> {
  if (flag !== undefined) return { vulnerabilitiesDirectory: resolve(cwd, flag) };
  const named = policy.rules['no-known-vulnerabilities']?.options['directory'];
  return typeof named === 'string' ? { vulnerabilitiesDirectory: resolve(directory, named) } : {};
}
