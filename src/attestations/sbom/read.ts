import { isAscii, isUtf8 } from 'node:buffer';
import { err, ok, type Result } from '../../lib/result.js';
import { scanJson } from '../../lib/scan-json.js';
import { plural } from '../../lib/text.js';
import { readCycloneDx } from './cyclonedx.js';
import { readCycloneDxXml } from './cyclonedx-xml.js';
import { detectJson, detectText, detectXmlVersion, UNKNOWN_XML } from './detect.js';
import { type Fields, isFields } from './fields.js';
import type { Sbom } from './sbom.js';
import { overLimit, refused, SBOM_LIMITS, type SbomError, unsupported } from './sbom-error.js';
import { readSpdx } from './spdx.js';
import { readSpdx3 } from './spdx3.js';
import { readTagValue } from './tag-value.js';

/**
 * Reads JSON text that an untrusted party wrote. Fails on text that is no JSON, that has a key twice in one object, or that nests
 * deeper than the limit.
 */
function parseJsonDocument(text: string, bytes: Uint8Array): Result<unknown, SbomError> {
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
        `has the key ${key} twice in one object, at byte ${flaw.offset}, and parsers disagree on which one counts`,
      ),
    );
  }
  return ok(value);
}

/**
 * Reads an SBOM from a file's bytes. Takes SPDX 2.2 and 2.3 (JSON, tag-value), SPDX 3.0 (JSON-LD) and CycloneDX (JSON from
 * 1.2, XML, up to 1.7). Fails with `unsupported` and the form's name for any other, and with `refused` for what cannot be
 * believed: not UTF-8, no JSON or XML, a key twice, over a limit. The process takes some 0.4 GB at its peak for a document of 50 MB: JSON.parse's
 * tree and the inventory stand side by side (bench/sbom/sbom.mjs).
 */
export function readSbom(bytes: Uint8Array): Result<Sbom, SbomError> {
  if (bytes.length > SBOM_LIMITS['sbom-bytes'])
    return err(overLimit('sbom-bytes', `has more than ${plural(SBOM_LIMITS['sbom-bytes'], 'byte')}`));
  const content = withoutByteOrderMark(bytes);
  const source = decode(content);
  return source === null ? err(refused('encoding', 'is not valid UTF-8')) : readSource(source, content);
}

/**
 * Reads the predicate of an attestation: the document itself; its text, as `cosign attest --type spdx` stores it; or
 * either inside cosign's older wrapper `{ Data, Timestamp }`. A text that again holds a text is refused.
 * @see https://github.com/sigstore/cosign/blob/main/specs/COSIGN_PREDICATE_SPEC.md
 */
export function readSbomPredicate(predicate: unknown): Result<Sbom, SbomError> {
  const inner = isFields(predicate) && 'Data' in predicate && 'Timestamp' in predicate ? predicate['Data'] : predicate;
  if (isFields(inner)) return readFields(inner);
  if (typeof inner !== 'string') return err(refused('malformed', 'is neither an object nor a string'));
  const bytes = Buffer.from(inner, 'utf8');
  if (bytes.length > SBOM_LIMITS['sbom-bytes'])
    return err(overLimit('sbom-bytes', `has more than ${plural(SBOM_LIMITS['sbom-bytes'], 'byte')}`));
  return readSource(inner, bytes);
}

function readSource(source: string, bytes: Uint8Array): Result<Sbom, SbomError> {
  const detected = detectText(source);
  if (detected.kind === 'unsupported') return err(unsupported(detected.form));
  if (detected.kind === 'empty') return err(refused('empty', 'is empty'));
  if (detected.kind === 'tag-value') {
    const read = readTagValue(source);
    if (!read.ok) return read;
    return readSpdx(
      read.value.fields,
      { name: 'SPDX', version: detected.version, encoding: 'tag-value' },
      read.value.place,
    );
  }
  if (detected.kind === 'cyclonedx-xml') return readXml(source, bytes.length);
  const parsed = parseJsonDocument(source, bytes);
  if (!parsed.ok) return parsed;
  if (typeof parsed.value === 'string') return err(refused('nested-string', 'is a string inside a string'));
  if (!isFields(parsed.value)) return err(refused('malformed', 'is JSON, but not an object'));
  return readFields(parsed.value);
}

function readFields(fields: Fields): Result<Sbom, SbomError> {
  const detected = detectJson(fields);
  if (detected.kind === 'unsupported') return err(unsupported(detected.form));
  const { format } = detected;
  if (format.name === 'CycloneDX') return readCycloneDx(fields, format);
  return format.encoding === 'JSON-LD' ? readSpdx3(fields, format) : readSpdx(fields, format);
}

function readXml(source: string, size: number): Result<Sbom, SbomError> {
  const most = SBOM_LIMITS['sbom-xml-bytes'];
  if (size > most) return err(overLimit('sbom-xml-bytes', `has more than ${plural(most, 'byte')}`));
  const read = readCycloneDxXml(source);
  if (!read.ok) return read;
  if (read.value === null) return err(unsupported(UNKNOWN_XML));
  const detected = detectXmlVersion(read.value.version);
  if (detected.kind === 'unsupported') return err(unsupported(detected.form));
  return readCycloneDx(read.value.fields, detected.format);
}

function withoutByteOrderMark(bytes: Uint8Array): Uint8Array {
  return bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? bytes.subarray(3) : bytes;
}

/** Null where the bytes are no UTF-8. Most documents are ASCII, which copies ten times as fast as it decodes. */
function decode(bytes: Uint8Array): string | null {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (isAscii(buffer)) return buffer.toString('latin1');
  return isUtf8(buffer) ? buffer.toString('utf8') : null;
}
