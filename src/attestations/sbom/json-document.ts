import { plural } from '../../lib/plural.js';
import { err, ok, type Result } from '../../lib/result.js';
import { scanJson } from '../../lib/scan-json.js';
import { SBOM_LIMITS } from './limits.js';
import { overLimit, refused, type SbomError } from './sbom-error.js';

/**
 * Reads JSON text that a stranger wrote. Fails on text that is no JSON, that has a key twice in one object, or that nests
 * deeper than the limit.
 */
export function parseJsonDocument(text: string, bytes: Uint8Array): Result<unknown, SbomError> {
  const flaw = scanJson(bytes, SBOM_LIMITS['sbom-depth']);
  if (flaw?.code === 'too-deep')
    return err(
      overLimit(
        'sbom-depth',
        `nests more than ${plural(SBOM_LIMITS['sbom-depth'], 'level')} deep, at byte ${flaw.offset}`,
      ),
    );
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    return err(refused('malformed', `is not JSON: ${error instanceof Error ? error.message : String(error)}`));
  }
  if (flaw !== null) {
    const key = JSON.stringify(flaw.key.slice(0, 60));
    return err(
      refused(
        'duplicate-key',
        `has the key ${key} twice in one object, at byte ${flaw.offset}: readers disagree on which counts`,
      ),
    );
  }
  return ok(value);
}
