import type { Evidence } from '../evidence/evidence.js';
import type { CollectedEvidence } from '../evidence/kinds.js';
import type { EvidenceDocument } from './check-document.js';
import {
  holdsSecretByName,
  namedValueWithoutSecret,
  variableWithoutSecret,
  WITHHELD,
  withoutSecrets,
} from './withheld.js';

/** How much of one value is printed: an inventory can have 50,000 packages, and this document is for scripts and people. */
export interface ValueLimits {
  readonly items: number;
  readonly characters: number;
  readonly depth: number;
  /** Characters of a whole value, about: what does not fit is left out from the end. */
  readonly total: number;
}

const REPORT_VALUE_LIMITS: ValueLimits = { items: 200, characters: 1024, depth: 8, total: 2500 };

/** What is left of a value's space, and whether something did not fit. */
interface Budget {
  truncated: boolean;
  left: number;
}

/** Quotes, colon and comma of an item. */
const PUNCTUATION = 6;

type Json = string | number | boolean | null | Json[] | { [key: string]: Json };

/** Evidence by kind, as documents print it: values within the limits, and without what looks like a secret. */
export function evidenceDocument(
  collected: CollectedEvidence,
  limits: ValueLimits = REPORT_VALUE_LIMITS,
): Readonly<Record<string, EvidenceDocument>> {
  return Object.fromEntries(Object.entries(collected).map(([kind, evidence]) => [kind, oneDocument(evidence, limits)]));
}

function oneDocument(evidence: Evidence<unknown>, limits: ValueLimits): EvidenceDocument {
  const lookedIn =
    evidence.lookedIn === undefined || evidence.lookedIn.length === 0
      ? {}
      : { lookedIn: evidence.lookedIn.slice(0, limits.items).map(({ place, answer }) => ({ place, answer })) };
  switch (evidence.status) {
    case 'present': {
      const state = { truncated: false, left: limits.total };
      const value = bounded(evidence.value, limits, 0, state);
      return {
        status: 'present',
        from: evidence.from,
        value,
        ...(state.truncated ? { truncated: true as const } : {}),
        ...lookedIn,
      };
    }
    case 'absent':
      return { status: 'absent', ...lookedIn };
    case 'unavailable':
      return {
        status: 'unavailable',
        cause: evidence.cause,
        message: evidence.message,
        fix: evidence.fix,
        ...lookedIn,
      };
    case 'unsupported':
      return { status: 'unsupported', form: evidence.form, message: evidence.message, ...lookedIn };
  }
}

/**
 * A value as JSON within limits: maps as objects, sets as arrays, dates as RFC 3339, bytes as their number. Objects of
 * classes, such as the tree of an image's files, are for rules to ask and have no form in a document: the fields that
 * hold them are left out.
 */
function bounded(value: unknown, limits: ValueLimits, depth: number, state: Budget): Json {
  if (value === null || value === undefined || typeof value === 'boolean') return value ?? null;
  if (typeof value === 'number') return Number.isFinite(value) ? value : null;
  if (typeof value === 'bigint') return value.toString();
  if (typeof value === 'string') {
    const shown = withoutSecrets(value);
    const kept = shown.slice(0, limits.characters);
    state.left -= kept.length;
    if (kept.length < shown.length) state.truncated = true;
    return kept;
  }
  if (typeof value !== 'object') return null;
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? null : value.toISOString();
  if (value instanceof Uint8Array) return { bytes: value.length };
  if (depth >= limits.depth) {
    state.truncated = true;
    return null;
  }
  const next = (item: unknown) => bounded(item, limits, depth + 1, state);
  if (Array.isArray(value) || value instanceof Set) {
    const items: readonly unknown[] = [...value];
    const kept: Json[] = [];
    for (const item of fitting(items, limits, state)) kept.push(next(item));
    return kept;
  }
  const entries: readonly (readonly [unknown, unknown])[] =
    value instanceof Map
      ? [...value]
      : Object.entries(value).filter(([, item]) => item !== undefined && !isOfOwnClass(item));
  const named = namedValue(entries);
  const fields: [string, Json][] = [];
  for (const [key, item] of fitting(entries, limits, state)) {
    const name = String(key);
    state.left -= name.length;
    fields.push([name, next(name === 'value' && named !== null ? named : settingsOf(name, item))]);
  }
  return Object.fromEntries(fields);
}

/** The first of several items, as long as there is space for them: the space is taken as they are used. */
function* fitting<T>(items: readonly T[], limits: ValueLimits, state: Budget): Generator<T> {
  for (const item of items.slice(0, limits.items)) {
    if (state.left <= 0) break;
    state.left -= PUNCTUATION;
    yield item;
  }
  if (items.length > limits.items || state.left <= 0) state.truncated = true;
}

/** `{ name, value }`, as provenance lists build arguments and SBOMs list properties: the value as it may be printed. */
function namedValue(entries: readonly (readonly [unknown, unknown])[]): string | null {
  const name = entries.find(([key]) => key === 'name')?.[1];
  const value = entries.find(([key]) => key === 'value')?.[1];
  return typeof name === 'string' && typeof value === 'string' ? namedValueWithoutSecret(name, value) : null;
}

/**
 * A field as it may be printed by what it is called: an environment, as image configurations (`env`, lines) and apko's
 * (`environment`, an object) have it, and fields named like a secret, such as `build-arg:NPM_TOKEN`.
 */
function settingsOf(key: string, item: unknown): unknown {
  if (typeof item === 'string') return holdsSecretByName(key) && item !== '' ? WITHHELD : item;
  if (typeof item !== 'object' || item === null || !/^env(?:ironment)?$/i.test(key)) return item;
  if (Array.isArray(item)) return item.map((line) => (typeof line === 'string' ? variableWithoutSecret(line) : line));
  const pairs = Object.entries(item);
  return Object.fromEntries(
    pairs.map(([name, value]) => [name, typeof value === 'string' ? namedValueWithoutSecret(name, value) : value]),
  );
}

const DATA: ReadonlySet<unknown> = new Set([
  Object.prototype,
  null,
  Array.prototype,
  Map.prototype,
  Set.prototype,
  Date.prototype,
]);

function isOfOwnClass(value: unknown): boolean {
  if (typeof value !== 'object' || value === null || value instanceof Uint8Array) return false;
  return !DATA.has(Object.getPrototypeOf(value));
}
