import { optionalField } from '../../lib/collections.js';
import { err, ok, type Result } from '../../lib/result.js';
import { type Fields, isFields, text } from '../sbom/fields.js';
import {
  VEX_JUSTIFICATIONS,
  VEX_STATUSES,
  type VexComponent,
  type VexProduct,
  type VexStatement,
} from './vex-verdict.js';

export const VEX_LIMITS = { statements: 20_000, products: 100_000 } as const;

/** Who vouches for a document, and which digest it was attested of. */
export interface VexOrigin {
  readonly signer: string;
  readonly digest: string;
  /** ISO 8601: the time of statements without their own. */
  readonly signedAt?: string;
}

export interface OpenVexDocument {
  readonly statements: readonly VexStatement[];
  readonly problems: readonly string[];
}

/**
 * Reads an OpenVEX document, v0.0.1 to v0.2.0: vulnerabilities and products may be texts or objects. Statements without
 * a status or a vulnerability are skipped with a problem. Fails with a reason that can follow "because".
 * @see https://github.com/openvex/spec/blob/main/OPENVEX-SPEC.md
 */
export function readOpenVex(predicate: unknown, origin: VexOrigin): Result<OpenVexDocument, string> {
  if (!isFields(predicate)) return err('it is not an object');
  const listed = predicate['statements'];
  if (!Array.isArray(listed)) return err('it has no statements');
  if (listed.length > VEX_LIMITS.statements)
    return err(`it has ${listed.length} statements; at most ${VEX_LIMITS.statements} are read`);
  const id = text(predicate['@id']) ?? 'OpenVEX document';
  const author = text(predicate['author']);
  const time = readTime(predicate['last_updated']) ?? readTime(predicate['timestamp']) ?? readTime(origin.signedAt);
  const statements: VexStatement[] = [];
  const problems: string[] = [];
  let products = 0;
  for (let i = 0; i < listed.length; i += 1) {
    const place = `${id} statement ${i + 1}`;
    const read = readStatement(listed[i], place);
    if (!read.ok) {
      problems.push(`${place}: ${read.error}`);
      continue;
    }
    products += read.value.products.reduce((sum, { subcomponents }) => sum + 1 + subcomponents.length, 0);
    if (products > VEX_LIMITS.products) return err(`it names more than ${VEX_LIMITS.products} products`);
    const own = read.value.time ?? time;
    statements.push({
      ...read.value,
      signer: origin.signer,
      digest: origin.digest,
      ...optionalField('time', own),
      ...optionalField('author', author),
    });
  }
  return ok({ statements, problems });
}

type OwnFields = Omit<VexStatement, 'signer' | 'digest' | 'author'>;

function readStatement(fields: unknown, document: string): Result<OwnFields, string> {
  if (!isFields(fields)) return err('it is not an object');
  const status = VEX_STATUSES.find((known) => known === fields['status']);
  if (status === undefined)
    return err(`its status ${JSON.stringify(fields['status'])?.slice(0, 40)} is not one of ${VEX_STATUSES.join(', ')}`);
  const vulnerabilities = readVulnerability(fields['vulnerability']);
  if (vulnerabilities.length === 0) return err('it names no vulnerability');
  const justification = VEX_JUSTIFICATIONS.find((known) => known === fields['justification']);
  const impact = text(fields['impact_statement']);
  const action = text(fields['action_statement']);
  const time = readTime(fields['last_updated']) ?? readTime(fields['timestamp']);
  return ok({
    vulnerabilities,
    status,
    products: readProducts(fields['products']),
    document,
    ...optionalField('justification', justification),
    ...optionalField('impact', impact),
    ...optionalField('action', action),
    ...optionalField('time', time),
  });
}

function readVulnerability(value: unknown): readonly string[] {
  if (typeof value === 'string') return value.trim() === '' ? [] : [value];
  if (!isFields(value)) return [];
  const aliases = Array.isArray(value['aliases']) ? value['aliases'] : [];
  return [value['name'], value['@id'], ...aliases].flatMap((name) => text(name) ?? []);
}

function readProducts(value: unknown): readonly VexProduct[] {
  if (!Array.isArray(value)) return [];
  return value.flatMap((product: unknown) => {
    if (typeof product === 'string') return [{ names: [product], digests: [], subcomponents: [] }];
    if (!isFields(product)) return [];
    const listed = product['subcomponents'];
    const subcomponents = (Array.isArray(listed) ? listed : []).flatMap((component: unknown) => {
      if (typeof component === 'string') return [{ names: [component], digests: [] }];
      return isFields(component) ? [readComponent(component)] : [];
    });
    return [{ ...readComponent(product), subcomponents }];
  });
}

function readComponent(fields: Fields): VexComponent {
  const identifiers = isFields(fields['identifiers']) ? Object.values(fields['identifiers']) : [];
  const hashes = isFields(fields['hashes']) ? Object.entries(fields['hashes']) : [];
  return {
    names: [fields['@id'], ...identifiers].flatMap((name) => text(name) ?? []),
    digests: hashes.flatMap(([algorithm, value]) =>
      typeof value === 'string' ? [`${algorithm.replace('sha-', 'sha')}:${value.toLowerCase()}`] : [],
    ),
  };
}

/** Milliseconds since 1970; undefined for what is no time. */
function readTime(value: unknown): number | undefined {
  const written = text(value);
  const time = written === undefined ? Number.NaN : Date.parse(written);
  return Number.isNaN(time) ? undefined : time;
}
