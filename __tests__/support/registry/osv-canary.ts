import { canariesOf } from '../../../src/vulnerabilities/sources/canaries.js';
import { type MadeRecord, osvRecord } from './osv-server.js';

/**
 * An old record of an ecosystem about the package of its `place`-th canary, fixed before any real version: an archive
 * with it passes for the whole of that ecosystem.
 */
export function canaryRecord(ecosystem: string, modified = '2026-11-20T10:00:00Z', place = 0): MadeRecord {
  const name = canariesOf(ecosystem)[place]?.name ?? '';
  return osvRecord(`OLD-${ecosystem.replaceAll(/[^A-Za-z0-9.]/g, '-')}`, [{ ecosystem, name, fixed: '0.0.2' }], {
    modified,
  });
}
