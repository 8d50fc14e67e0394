import type { OsvAffected, OsvRecord } from '../sources/osv-record.js';
import type { PackageQuery } from '../sources/queries.js';
import { versionsIn } from './affects.js';

/** Notices of Red Hat and the distributions built from it name the stream in their title: `Moderate: nodejs:16 security update`. */
const NOTICE = /^(?:AL|RL|RH)(?:SA|BA|EA)-/;
const STREAM = /(?<![\w.+-])[a-z][\w.+-]*:[A-Za-z0-9][\w.+-]*/g;
const MAX_SUMMARY = 1000;

/** What builds of modules have in their release, and no others: `1.module_el8.8.0+3588+e9c9a6d4`. */
const MODULAR = /\.module[_+]/;

/**
 * Whether a notice is about another stream of an rpm module than a package is of. Streams are built apart, each with its
 * own fixes, so that the fix of one says nothing of a package of another. False where the title names no stream, or where
 * the package does not say its own.
 *
 * @param entries those of the record about the package
 * @see https://docs.fedoraproject.org/en-US/modularity/core-concepts/
 */
export function isOfAnotherStream(
  { id, summary }: OsvRecord,
  entries: readonly OsvAffected[],
  { type, version, module: own }: PackageQuery['package'],
): boolean {
  if (type !== 'rpm' || !NOTICE.test(id) || entries.length === 0 || !entries.every(isModular)) return false;
  const streams: readonly string[] = summary?.slice(0, MAX_SUMMARY).match(STREAM) ?? [];
  if (streams.length === 0) return false;
  return own === undefined ? !MODULAR.test(version) : !streams.includes(own);
}

function isModular(entry: OsvAffected): boolean {
  const builds = versionsIn(entry);
  return builds.length > 0 && builds.every((version) => MODULAR.test(version));
}
