import { type Fields, isFields, text, texts } from './fields.js';
import type { SbomFormat } from './sbom.js';

const SPDX_VERSIONS = new Set(['2.2', '2.3']);
const SPDX_3_VERSIONS = new Set(['3.0.0', '3.0.1']);
const CYCLONEDX_VERSIONS = new Set(['1.2', '1.3', '1.4', '1.5', '1.6', '1.7']);
/** Before 1.2 there was no JSON, and the elements that are read were the same. */
const CYCLONEDX_XML_VERSIONS = new Set(['1.0', '1.1', ...CYCLONEDX_VERSIONS]);

export type DetectedText =
  | { readonly kind: 'json' }
  | { readonly kind: 'tag-value'; readonly version: string }
  | { readonly kind: 'cyclonedx-xml' }
  | { readonly kind: 'empty' }
  | { readonly kind: 'unsupported'; readonly form: string };

/** How much of a text is examined to name its form. */
const LOOKED_AT = 16_384;

/** Says what a text is by its beginning. */
export function detectText(source: string): DetectedText {
  const start = source.slice(0, LOOKED_AT).trimStart();
  if (start === '')
    return source.trim() === '' ? { kind: 'empty' } : { kind: 'unsupported', form: 'in an unknown format' };
  if (start.startsWith('{') || start.startsWith('[') || start.startsWith('"')) return { kind: 'json' };
  if (start.startsWith('<')) return detectXml(start);
  const version = /^SPDXVersion:[ \t]*SPDX-([0-9][0-9.]{0,9})[ \t]*$/m.exec(start.replaceAll('\r', '\n'))?.[1];
  if (version !== undefined) {
    return SPDX_VERSIONS.has(version)
      ? { kind: 'tag-value', version }
      : { kind: 'unsupported', form: `SPDX ${version} (tag-value)` };
  }
  if (/^(?:---[ \t]*\n)?[ \t]*["']?(?:spdxVersion|SPDXID)["']?:/m.test(start))
    return { kind: 'unsupported', form: 'SPDX (YAML)' };
  if (start.startsWith('PK\u0003\u0004')) return { kind: 'unsupported', form: 'a ZIP archive or spreadsheet' };
  return { kind: 'unsupported', form: 'in an unknown format (not JSON, XML or SPDX tag-value)' };
}

/** Says which XML format this is, by the namespaces its beginning declares. */
function detectXml(start: string): DetectedText {
  if (start.includes('http://cyclonedx.org/schema/bom/')) return { kind: 'cyclonedx-xml' };
  if (start.includes('http://spdx.org/rdf/terms')) return { kind: 'unsupported', form: 'SPDX (RDF/XML)' };
  if (start.includes('SoftwareIdentity') || start.includes('standards.iso.org/iso/19770'))
    return { kind: 'unsupported', form: 'a SWID tag (XML)' };
  return { kind: 'unsupported', form: UNKNOWN_XML };
}

export const UNKNOWN_XML = 'in an unknown format (XML)';

/** Says whether a version of CycloneDX is read in XML. */
export function detectXmlVersion(version: string): DetectedDocument {
  return CYCLONEDX_XML_VERSIONS.has(version)
    ? { kind: 'read', format: { name: 'CycloneDX', version, encoding: 'XML' } }
    : { kind: 'unsupported', form: `CycloneDX ${version.slice(0, 20)} (XML)` };
}

export type DetectedDocument =
  | { readonly kind: 'read'; readonly format: SbomFormat }
  | { readonly kind: 'unsupported'; readonly form: string };

/** Says what a JSON document is, by the fields that its format asks for. */
export function detectJson(fields: Fields): DetectedDocument {
  const other = (form: string): DetectedDocument => ({ kind: 'unsupported', form });
  const spdxVersion = text(fields['spdxVersion']);
  const bomFormat = text(fields['bomFormat']);
  if (spdxVersion !== undefined && bomFormat !== undefined)
    return other('both SPDX and CycloneDX, according to its fields');
  if (spdxVersion !== undefined) {
    const version = spdxVersion.startsWith('SPDX-') ? spdxVersion.slice('SPDX-'.length) : spdxVersion;
    return SPDX_VERSIONS.has(version)
      ? { kind: 'read', format: { name: 'SPDX', version, encoding: 'JSON' } }
      : other(`SPDX ${version.slice(0, 20)} (JSON)`);
  }
  if (bomFormat !== undefined) {
    if (bomFormat !== 'CycloneDX') return other(`of the bomFormat ${JSON.stringify(bomFormat.slice(0, 40))} (JSON)`);
    const version = text(fields['specVersion']) ?? 'without a version';
    return CYCLONEDX_VERSIONS.has(version)
      ? { kind: 'read', format: { name: 'CycloneDX', version, encoding: 'JSON' } }
      : other(`CycloneDX ${version.slice(0, 20)} (JSON)`);
  }
  const context = spdx3Context(fields);
  if (context === null) return other(nameOtherJson(fields));
  const { version, isAlone } = context;
  if (!isAlone) return other(`SPDX ${version} (JSON-LD with contexts of its own)`);
  return SPDX_3_VERSIONS.has(version)
    ? { kind: 'read', format: { name: 'SPDX', version, encoding: 'JSON-LD' } }
    : other(`SPDX ${version} (JSON-LD)`);
}

/** The version that a JSON-LD document names by its context. Another context next to it may give names other meanings. */
function spdx3Context(fields: Fields): { readonly version: string; readonly isAlone: boolean } | null {
  const written = fields['@context'];
  const contexts = Array.isArray(written) ? written : [written];
  for (const context of contexts) {
    const version = /^https:\/\/spdx\.org\/rdf\/([0-9][0-9.]{0,9})\//.exec(text(context) ?? '')?.[1];
    if (version !== undefined) return { version, isAlone: contexts.length === 1 };
  }
  return null;
}

function nameOtherJson(fields: Fields): string {
  const contexts = [fields['@context'], ...texts(fields['@context'])].filter((item) => typeof item === 'string');
  for (const context of contexts) {
    if (context.startsWith('https://openvex.dev/ns'))
      return 'OpenVEX, which is a statement about vulnerabilities, not an SBOM';
  }
  const csaf = fields['document'];
  if (isFields(csaf) && 'csaf_version' in csaf) return 'CSAF, which is a security advisory, not an SBOM';
  if (Array.isArray(fields['artifacts']) && isFields(fields['descriptor'])) return 'Syft JSON';
  if ('ArtifactName' in fields && 'Results' in fields) return 'Trivy JSON';
  if (text(fields['_type'])?.startsWith('https://in-toto.io/Statement'))
    return 'an in-toto statement, whose predicate would be the SBOM';
  if ('payloadType' in fields && 'payload' in fields) return 'a DSSE envelope, whose payload would contain the SBOM';
  if (text(fields['mediaType'])?.startsWith('application/vnd.dev.sigstore.bundle'))
    return 'a Sigstore bundle, which would contain the SBOM';
  return 'in an unknown format (JSON)';
}
