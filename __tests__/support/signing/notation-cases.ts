import { readdirSync, readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { err, ok } from '../../../src/lib/result.js';
import { parseReference } from '../../../src/references/reference.js';
import { LayoutSource } from '../../../src/registry/layout/layout.js';
import type { FetchFromService } from '../../../src/signatures/format.js';
import { trustOfAuthority } from '../../../src/signatures/notation/authority-trust.js';
import { authorityOf, readPolicyFile, readStores } from '../../../src/signatures/notation/configuration.js';
import { findEnvelope } from '../../../src/signatures/notation/signature-manifest.js';
import { statementFor } from '../../../src/signatures/notation/trust-policy.js';
import { checkTrust, type NotationTrust, proveEnvelope } from '../../../src/signatures/notation/verify.js';

const expectedSchema = z.object({
  case: z.string(),
  what: z.string(),
  reference: z.string(),
  http: z.record(z.string(), z.string()).optional(),
  gate: z.object({ verdict: z.enum(['pass', 'refuse']), reason: z.string(), why: z.string().optional() }),
  notation: z.object({ verdict: z.enum(['pass', 'refuse']) }),
});
/** A given case: what to verify, with which configuration, and what is right. */
export type NotationCase = z.infer<typeof expectedSchema> & { readonly directory: string };

export interface NotationAnswer {
  readonly verdict: 'pass' | 'refuse';
  readonly reason: string;
  readonly detail: string;
}

/** The cases of a directory, by name. */
export function listNotationCases(data: string): readonly NotationCase[] {
  return readdirSync(data, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && entry.name !== 'real')
    .map(({ name }) => {
      const directory = join(data, name);
      const expected: unknown = JSON.parse(readFileSync(join(directory, 'expected.json'), 'utf8'));
      return { ...expectedSchema.parse(expected), directory };
    });
}

/** Verifies a case with notation's own configuration; its services answer from its files. */
export async function verifyNotationCase(given: NotationCase, now: Date): Promise<NotationAnswer> {
  const refused = (reason: string, detail: string): NotationAnswer => ({ verdict: 'refuse', reason, detail });
  const reference = parseReference(given.reference);
  if (!reference.ok || reference.value.digest === undefined) return refused('reference', given.reference);
  const { registry, repository, digest } = reference.value;
  const configuration = join(given.directory, 'config', 'notation');
  const statements = await readPolicyFile(configuration);
  if (!statements.ok) return refused('policy', statements.error);
  const statement = statementFor(statements.value, `${registry}/${repository}`);
  if (statement === undefined) return refused('policy', 'no statement');
  const files = await readStores(configuration, statement);
  if (!files.ok) return refused('trust-store', files.error);
  const authority = authorityOf(statement, files.value);
  if (!authority.ok) return refused('policy', authority.error);
  const trust = trustOfAuthority(authority.value);
  if (!trust.ok) return refused('trust-store', trust.error);
  return verifyInLayout(given, { registry, repository, digest }, trust.value, now);
}

async function verifyInLayout(
  given: NotationCase,
  image: { readonly registry: string; readonly repository: string; readonly digest: string },
  trust: NotationTrust,
  now: Date,
): Promise<NotationAnswer> {
  const source = new LayoutSource(join(given.directory, 'layout'));
  const target = await source.manifest(image, image.digest);
  const referrers = await source.referrers(image, image.digest);
  if (!target.ok || !referrers.ok) throw new Error('the layout of a case is broken');
  const fetchRevocation = askFiles(given);
  let refusal: NotationAnswer | undefined;
  for (const descriptor of referrers.value.descriptors) {
    const manifest = await source.manifest(image, descriptor.digest);
    if (!manifest.ok) throw new Error(manifest.error.message);
    const envelope = findEnvelope(manifest.value, image.digest);
    if (envelope === null) continue;
    const refused = ({ check, reason }: { readonly check: string; readonly reason: string }): NotationAnswer => ({
      verdict: 'refuse',
      reason: check,
      detail: reason,
    });
    if (!envelope.ok) {
      refusal ??= refused(envelope.error);
      continue;
    }
    const blob = await source.blob(image, envelope.value, 'attestation');
    if (!blob.ok) throw new Error(blob.error.message);
    const { mediaType, bytes } = target.value;
    const proven = proveEnvelope(blob.value, envelope.value.mediaType, {
      mediaType,
      digest: image.digest,
      size: bytes.length,
    });
    const trusted = proven.ok ? await checkTrust(proven.value, trust, { now, fetchRevocation }) : proven;
    if (trusted.ok) {
      const { logged } = trusted.value;
      return { verdict: 'pass', reason: logged.length > 0 ? 'verified-with-logged' : 'verified', detail: '' };
    }
    refusal ??= refused(trusted.error);
  }
  return refusal ?? { verdict: 'refuse', reason: 'no-signature', detail: '' };
}

function askFiles({ http = {}, directory }: NotationCase): FetchFromService {
  return async (address) => {
    const file = http[address];
    return file === undefined ? err('does not answer') : ok(await readFile(join(directory, file)));
  };
}
