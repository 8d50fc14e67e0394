import { err, ok, type Result } from '../lib/result.js';
import { plural } from '../lib/text.js';
import type { BlobKind } from './image-source.js';

const KIB = 1024;
const MIB = 1024 * KIB;
const GIB = 1024 * MIB;

/**
 * Every limit on what registries may cost us: its default, its unit, and what it bounds. A registry is an untrusted party;
 * passing a limit is `indeterminate` under the limit's name, never a pass.
 */
export const LIMITS = {
  'manifest-bytes': { value: 4 * MIB, unit: 'bytes', bounds: 'a manifest or an index' },
  'config-bytes': { value: 8 * MIB, unit: 'bytes', bounds: 'an image configuration' },
  'attestation-bytes': { value: 96 * MIB, unit: 'bytes', bounds: 'a signature, bundle or attestation' },
  'advisory-bytes': { value: 32 * MIB, unit: 'bytes', bounds: "a vulnerability database's response" },
  'revocation-bytes': { value: 8 * MIB, unit: 'bytes', bounds: 'a certificate revocation list or an OCSP response' },
  'layer-bytes': { value: 4 * GIB, unit: 'bytes', bounds: 'a layer as downloaded (compressed)' },
  'run-bytes': { value: 16 * GIB, unit: 'bytes', bounds: 'everything that one run downloads' },
  'error-bytes': { value: 64 * KIB, unit: 'bytes', bounds: 'the body of an error response' },
  'token-bytes': { value: 256 * KIB, unit: 'bytes', bounds: "a token server's response" },
  'index-entries': { value: 1000, unit: 'count', bounds: 'manifests in an index' },
  'index-depth': { value: 4, unit: 'count', bounds: 'indexes within indexes' },
  layers: { value: 500, unit: 'count', bounds: 'layers of a manifest' },
  referrers: { value: 1000, unit: 'count', bounds: 'referrers of one digest' },
  'referrer-pages': { value: 50, unit: 'count', bounds: "pages of one digest's referrers" },
  'signature-referrers': { value: 256, unit: 'count', bounds: 'referrers of one digest that are read for signatures' },
  'signature-layers': { value: 256, unit: 'count', bounds: 'signatures in one manifest' },
  'signature-bytes': { value: 128 * MIB, unit: 'bytes', bounds: "one digest's signatures in one place" },
  'attestation-manifests': { value: 16, unit: 'count', bounds: 'unsigned attestation manifests of one image' },
  'attestation-layers': { value: 32, unit: 'count', bounds: 'documents in one unsigned attestation manifest' },
  redirects: { value: 5, unit: 'count', bounds: 'redirects of one request' },
  'tag-pages': { value: 10, unit: 'count', bounds: "pages of one repository's tags" },
  attempts: { value: 4, unit: 'count', bounds: 'attempts at one request' },
  'host-concurrency': { value: 32, unit: 'count', bounds: 'requests to one host at a time' },
  'connect-ms': { value: 10_000, unit: 'milliseconds', bounds: 'establishing a connection, including TLS' },
  'answer-ms': { value: 30_000, unit: 'milliseconds', bounds: 'silence before and during a response' },
  'document-ms': {
    value: 60_000,
    unit: 'milliseconds',
    bounds: 'one response that is kept in memory (all but layers)',
  },
  'retry-after-ms': { value: 120_000, unit: 'milliseconds', bounds: 'the wait that a registry may request' },
  'run-ms': {
    value: 600_000,
    unit: 'milliseconds',
    bounds: 'the evaluation; what is not finished by then counts as not checked',
  },
} as const satisfies Readonly<
  Record<string, { readonly value: number; readonly unit: 'bytes' | 'count' | 'milliseconds'; readonly bounds: string }>
>;

export type LimitName = keyof typeof LIMITS;
export type RegistryLimits = Readonly<Record<LimitName, number>>;

/** The limit that each kind of blob is read under. */
export const BLOB_LIMITS = {
  config: 'config-bytes',
  attestation: 'attestation-bytes',
  layer: 'layer-bytes',
} as const satisfies Readonly<Record<BlobKind, LimitName>>;

function isLimitName(name: string): name is LimitName {
  return Object.hasOwn(LIMITS, name);
}

/** The environment variable that changes limits, in the form that `parseLimits` reads. */
export const LIMITS_VARIABLE = 'BASE_IMAGE_GATE_LIMITS';

/** The limits of a run: the defaults, and what the run changes. */
export function registryLimits(changes: Partial<RegistryLimits> = {}): RegistryLimits {
  // The keys are LIMITS' own, which TypeScript's Object.entries forgets.
  const defaults = Object.fromEntries(Object.entries(LIMITS).map(([name, limit]) => [name, limit.value])) as Record<
    LimitName,
    number
  >;
  return { ...defaults, ...changes };
}

/** A limit's value as a person reads it: `4 MiB`, `10 min`, `1,000`. */
export function amountOf(name: LimitName, value: number): string {
  const { unit } = LIMITS[name];
  const suffix = suffixFor(unit, value);
  if (suffix !== undefined) return `${value / suffix.factor} ${suffix.text === 'm' ? 'min' : suffix.text}`;
  return unit === 'bytes'
    ? plural(value, 'byte')
    : unit === 'milliseconds'
      ? `${value} ms`
      : plural(value, '', '').trim();
}

/** What to do about a limit that is `set` to this in the run, as it is typed: with space for twice as much. */
export function raiseLimit(name: LimitName, set: number): string {
  return `If that is expected, raise the limit: ${LIMITS_VARIABLE}="${twice(name, set)}".`;
}

/** What to do where registries are slow; the limits are `LIMITS`' own. */
export function raiseTimes(...names: readonly LimitName[]): string {
  return `Run the gate again. If the registry is slow, raise the limit: ${LIMITS_VARIABLE}="${names.map((name) => twice(name, LIMITS[name].value)).join(' ')}".`;
}

function twice(name: LimitName, set: number): string {
  const suffix = suffixFor(LIMITS[name].unit, 2 * set);
  return `${name}=${suffix === undefined ? 2 * set : `${(2 * set) / suffix.factor}${suffix.text}`}`;
}

/** The largest suffix of which the value is a whole number. */
function suffixFor(unit: string, value: number): { readonly text: string; readonly factor: number } | undefined {
  return Object.entries(SUFFIXES)
    .map(([text, suffix]) => ({ text, ...suffix }))
    .filter((suffix) => suffix.unit === unit && value % suffix.factor === 0)
    .at(-1);
}

const SUFFIXES: Readonly<Record<string, { readonly unit: string; readonly factor: number }>> = {
  KiB: { unit: 'bytes', factor: KIB },
  MiB: { unit: 'bytes', factor: MIB },
  GiB: { unit: 'bytes', factor: GIB },
  s: { unit: 'milliseconds', factor: 1000 },
  m: { unit: 'milliseconds', factor: 60_000 },
};

/**
 * Reads `layer-bytes=8GiB, run-ms=20m`: names of `LIMITS`, whole numbers, with `KiB`, `MiB`, `GiB` on bytes and `s`,
 * `m` on milliseconds. Fails with one sentence that names the part that is wrong and what was expected.
 */
export function parseLimits(text: string): Result<Partial<RegistryLimits>, string> {
  const changes: Partial<Record<LimitName, number>> = {};
  for (const part of text.split(/[\s,]+/).filter((word) => word !== '')) {
    const equals = part.indexOf('=');
    const name = part.slice(0, Math.max(equals, 0));
    if (!isLimitName(name))
      return err(`"${part}" does not set a limit; expected NAME=NUMBER with one of ${Object.keys(LIMITS).join(', ')}.`);
    const amount = /^([0-9]{1,15})(KiB|MiB|GiB|s|m)?$/.exec(part.slice(equals + 1));
    const suffix = amount?.[2] === undefined ? undefined : SUFFIXES[amount[2]];
    const value = Number(amount?.[1] ?? Number.NaN) * (suffix?.factor ?? 1);
    if (!Number.isSafeInteger(value) || value < 1 || (suffix !== undefined && suffix.unit !== LIMITS[name].unit))
      return err(
        `"${part}" is not a limit in ${LIMITS[name].unit}; expected for example ${name}=${LIMITS[name].value}.`,
      );
    changes[name] = value;
  }
  return ok(changes);
}
