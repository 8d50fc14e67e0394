import { z } from 'zod';
import { optionalField } from '../lib/collections.js';
import { nearest } from '../lib/nearest.js';
import { formatKey, type PolicyProblem, type PolicyProblemCode } from './problem.js';
import type { YamlDocument } from './yaml-document.js';

/** The keys that a schema knows at a path: what an unknown key there may have meant. Forms of a union are taken together. */
function keysOfSchema(schema: z.core.$ZodType, path: readonly PropertyKey[]): readonly string[] {
  const [step, ...rest] = path;
  if (schema instanceof z.ZodOptional) return keysOfSchema(schema.unwrap(), path);
  if (schema instanceof z.ZodUnion) return [...new Set(schema.options.flatMap((option) => keysOfSchema(option, path)))];
  if (schema instanceof z.ZodObject) {
    if (step === undefined) return Object.keys(schema.shape);
    const child: unknown = Object.hasOwn(schema.shape, step) ? Reflect.get(schema.shape, step) : undefined;
    return child instanceof z.ZodType ? keysOfSchema(child, rest) : [];
  }
  if (step === undefined) return [];
  if (schema instanceof z.ZodArray) return keysOfSchema(schema.element, rest);
  if (schema instanceof z.ZodRecord) return keysOfSchema(schema.valueType, rest);
  return [];
}

type Issue = z.core.$ZodIssue;

/** The most problems that are reported of one kind and place; the rest appear once these are fixed. */
const MAX_REPORTED = 100;

/** What zod found wrong with a document, as problems with a place and a fix. */
export function schemaProblems(
  issues: readonly Issue[],
  document: YamlDocument,
  schema: z.ZodType,
): readonly PolicyProblem[] {
  return issues
    .slice(0, MAX_REPORTED)
    .flatMap((issue) => problemsOf(issue, [], { document, schema }))
    .sort((a, b) => a.line - b.line || a.column - b.column);
}

interface Checked {
  readonly document: YamlDocument;
  readonly schema: z.ZodType;
}

function problemsOf(issue: Issue, above: readonly PropertyKey[], checked: Checked): readonly PolicyProblem[] {
  const { document } = checked;
  const path = [...above, ...issue.path];
  const value = valueAt(document.value, path);
  if (issue.code === 'invalid_union') return unionProblems(issue.errors, path, checked);
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.slice(0, MAX_REPORTED).map((key) => unknownKey(path, key, checked));
  }
  const problem = (code: PolicyProblemCode, message: string, expected: string, fix?: string): PolicyProblem[] => [
    {
      code,
      severity: 'error',
      file: document.file,
      key: formatKey(path),
      message,
      expected,
      ...optionalField('fix', fix),
      ...document.place(path),
    },
  ];
  const name = path.length === 0 ? 'The policy' : `"${formatKey(path)}"`;
  const expected = expectedBy(issue);
  if (value === undefined) {
    const only = issue.code === 'invalid_value' && issue.values.length === 1;
    const line = `${String(path.at(-1))}: ${expected}`;
    return problem('missing-key', `${name} is missing.`, expected, only ? `Add "${line}".` : undefined);
  }
  if (issue.code === 'invalid_type') {
    return problem('wrong-type', `${name} is ${describeValue(value)}.`, expected, fixForType(issue, value, path));
  }
  const suggestion = issue.code === 'invalid_value' ? meantValue(String(value), issue.values.map(String)) : undefined;
  const reason = issue.code === 'custom' ? `: ${issue.message}` : '';
  const isSure = suggestion !== undefined && nearest(String(value), [suggestion]) === undefined;
  const other =
    isSure || issue.code !== 'invalid_value' || issue.values.length === 1
      ? `Write ${suggestion}.`
      : `Did you mean "${suggestion}"?`;
  const fix = suggestion === value ? 'Write it without quotes.' : other;
  const message = `${name} is ${describeValue(value)}, which can't be used${reason}.`;
  return problem('bad-value', message, expected, suggestion === undefined ? undefined : fix);
}

/**
 * Of several forms that a value may have, the problems of the one that was most likely meant: of the value's own type,
 * with the fewest keys missing or unknown. Where no form can be reported, the keys that would tell it.
 */
function unionProblems(
  branches: readonly (readonly Issue[])[],
  path: readonly PropertyKey[],
  checked: Checked,
): readonly PolicyProblem[] {
  const { document } = checked;
  const value = valueAt(document.value, path);
  const ranked = branches
    .map((issues) => {
      const wrongKind = issues.some((issue) => issue.path.length === 0 && issue.code !== 'unrecognized_keys');
      const missing = issues.filter((issue) => issue.path.length === 1 && valueAt(value, issue.path) === undefined);
      const unknown = issues.flatMap((issue) => (issue.code === 'unrecognized_keys' ? issue.keys : []));
      const cost = (wrongKind ? 1000 : 0) + 10 * missing.length + 5 * unknown.length + issues.length;
      return { issues, missing: missing.map((issue) => String(issue.path[0])), cost };
    })
    .sort((a, b) => a.cost - b.cost);
  const [first, second] = ranked;
  if (first === undefined) return [];
  const undecided = first.missing.length > 0 && second !== undefined && second.missing.length > 0;
  if (!undecided) return first.issues.flatMap((issue) => problemsOf(issue, path, checked));
  const unknown = first.issues.filter(({ code }) => code === 'unrecognized_keys');
  if (unknown.length > 0) return unknown.flatMap((issue) => problemsOf(issue, path, checked));
  const keys = [...new Set(ranked.flatMap(({ missing }) => missing))];
  return [
    {
      code: 'missing-key',
      severity: 'error',
      file: document.file,
      key: formatKey(path),
      message: `"${formatKey(path)}" has none of the keys ${keys.join(', ')}.`,
      expected: `one of ${keys.join(', ')}`,
      ...document.place(path),
    },
  ];
}

/** Keys of 1.0.0 that have another name now: where they stood, and what to write. */
export const RENAMED_KEYS: readonly { readonly parent: RegExp; readonly key: string; readonly fix: string }[] = [
  {
    parent: /^allow\[\d+\]$/,
    key: 'sbom',
    fix: 'Write attestations: { unsigned: allow }; it is about SBOMs and provenance.',
  },
  { parent: /(?:^|\.)sbom-complete$/, key: 'licence', fix: 'Write license.' },
];

function unknownKey(parent: readonly PropertyKey[], key: string, { document, schema }: Checked): PolicyProblem {
  const known = keysOfSchema(schema, parent);
  const isRule = parent.at(-1) === 'rules';
  const suggestion = nearest(key, known) ?? sharingAWord(key, known);
  const otherForm = known.includes(key);
  const renamed = RENAMED_KEYS.find((one) => one.key === key && one.parent.test(formatKey(parent)));
  const fix = renamed?.fix ?? (suggestion === undefined ? undefined : `Did you mean "${suggestion}"?`);
  const message = otherForm
    ? `"${key}" can't be combined with the other keys of ${placeName(parent)}.`
    : isRule
      ? `There is no rule called "${key}".`
      : `"${key}" is not a key of ${placeName(parent)}.`;
  return {
    code: 'unknown-key',
    severity: 'error',
    file: document.file,
    key: formatKey([...parent, key]),
    message,
    ...(known.length === 0 || otherForm ? {} : { expected: `one of ${known.join(', ')}` }),
    ...(otherForm ? {} : optionalField('fix', fix)),
    ...document.place([...parent, key], 'key'),
  };
}

/** The names that other tools use for levels. */
const OTHER_LEVELS: Readonly<Record<string, string>> = {
  warn: 'warning',
  info: 'note',
  notice: 'note',
  fatal: 'error',
  none: 'off',
  false: 'off',
  no: 'off',
  true: 'error',
  yes: 'error',
  disabled: 'off',
};

/** The value that was meant: the only one there is, one that is spelled alike, or the word of another tool for it. */
function meantValue(written: string, values: readonly string[]): string | undefined {
  if (values.length === 1) return values[0];
  const other = OTHER_LEVELS[written.toLowerCase()];
  return other !== undefined && values.includes(other) ? other : nearest(written, values);
}

/** The only key that has a word in common, as `max-age` has with `maximum-age`. */
function sharingAWord(key: string, known: readonly string[]): string | undefined {
  const words = new Set(key.split(/[-_]/));
  const sharing = known.filter((other) => other.split('-').some((word) => words.has(word)));
  return sharing.length === 1 ? sharing[0] : undefined;
}

function placeName(path: readonly PropertyKey[]): string {
  return path.length === 0 ? 'a policy' : `"${formatKey(path)}"`;
}

function expectedBy(issue: Issue): string {
  switch (issue.code) {
    case 'custom':
      return typeof issue.params?.['expected'] === 'string' ? issue.params['expected'] : issue.message;
    case 'invalid_value':
      return issue.values.length === 1 ? String(issue.values[0]) : `one of ${issue.values.map(String).join(', ')}`;
    case 'invalid_type':
      return TYPE_NAMES[issue.expected] ?? issue.expected;
    case 'invalid_key':
      return issue.issues[0]?.message ?? issue.message;
    case 'too_small':
      return issue.origin === 'array' ? 'a non-empty list' : issue.message;
    default:
      return issue.message;
  }
}

const TYPE_NAMES: Readonly<Record<string, string>> = {
  string: 'a string',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'a map of keys and values',
  record: 'a map of keys and values',
};

function describeValue(value: unknown): string {
  if (value === null) return 'empty';
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object') return 'a map of keys';
  if (typeof value === 'string') return JSON.stringify(value.length > 80 ? `${value.slice(0, 80)}…` : value);
  return `${typeof value === 'number' ? 'the number' : 'the value'} ${String(value)}`;
}

/** Options whose value is a duration; a bare number has no unit. */
const DURATIONS = new Set<PropertyKey | undefined>(['max-age', 'grace']);

function fixForType(issue: Issue, value: unknown, path: readonly PropertyKey[]): string | undefined {
  if (issue.code !== 'invalid_type') return undefined;
  if (issue.expected === 'string' && value === null)
    return 'Write a value after the colon; quote one that begins with #.';
  const scalar = typeof value === 'number' || typeof value === 'boolean';
  if (issue.expected === 'string' && typeof value === 'number' && DURATIONS.has(path.at(-1)))
    return `Write ${value}d for days.`;
  if (issue.expected === 'string' && scalar) return `Put it in quotes: "${value}".`;
  const entry = typeof value === 'string' ? entryFor(value, path) : undefined;
  if (entry !== undefined)
    return issue.expected === 'array' ? `Make it a list of such entries: ${entry}.` : `Write ${entry}.`;
  if (issue.expected === 'array' && typeof value === 'object' && value !== null)
    return 'Begin each entry with "- ", the first one too.';
  if ((issue.expected === 'record' || issue.expected === 'object') && Array.isArray(value))
    return 'Write each entry as a key and its value, without "- ".';
  if (issue.expected === 'array' && typeof value === 'string') return `Make it a list: [${JSON.stringify(value)}].`;
  return undefined;
}

function valueAt(value: unknown, path: readonly PropertyKey[]): unknown {
  let at = value;
  for (const step of path) {
    if (typeof at !== 'object' || at === null || !Object.hasOwn(at, step)) return undefined;
    at = Reflect.get(at, step);
  }
  return at;
}

/** The entry that a bare word in a list stands for: `- alpine` means its images. */
function entryFor(word: string, [list, index, ...more]: readonly PropertyKey[]): string | undefined {
  if (more.length > 0 || (index !== undefined && typeof index !== 'number')) return undefined;
  const image = `image: ${JSON.stringify(word)}`;
  if (list === 'deny') return `{ ${image}, reason: … }`;
  if (list !== 'allow') return undefined;
  return /^[a-z-]+$/.test(word) ? `{ catalog: ${word} } for a publisher, or { ${image} } for images` : `{ ${image} }`;
}
