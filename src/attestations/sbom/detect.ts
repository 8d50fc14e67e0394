import { type Fields, isFields, text, texts } from './fields.js';
import type { SbomFormat } from './sbom.js';

const SPDX_VERSIONS = new Set(['2.2', '2.3']);
const CYCLONEDX_VERSIONS = new Set(['1.4', '1.5', '1.6', '1.7']);

export type DetectedText =
  | { readonly kind: 'json' }
  | { readonly kind: 'tag-value'; readonly version: string }
  | { readonly kind: 'empty' }
  | { readonly kind: 'unsupported'; readonly form: string };

/** How much of a text is looked at to name its form. */
const LOOKED_AT = 16_384;

/** Says what a text is by its beginning. */
export function detectText(source: string): DetectedText {
  const start = source.slice(0, LOOKED_AT).trimStart();
  if (start === '')
    return source.trim() === '' ? { kind: 'empty' } : { kind: 'unsupported', form: 'of an unknown form' };
  if (start.startsWith('{') || start.startsWith('[') || start.startsWith('"')) return { kind: 'json' };
  if (start.startsWith('<')) return { kind: 'unsupported', form: nameXml(start) };
  const version = /^SPDXVersion:[ \t]*SPDX-([0-9][0-9.]{0,9})[ \t]*$/m.exec(start.replaceAll('\r', '\n'))?.[1];
  if (version !== undefined) {
    return SPDX_VERSIONS.has(version)
      ? { kind: 'tag-value', version }
      : { kind: 'unsupported', form: `SPDX ${version} (tag-value)` };
  }
  if (/^(?:---[ \t]*\n)?[ \t]*["']?(?:spdxVersion|SPDXID)["']?:/m.test(start))
    return { kind: 'unsupported', form: 'SPDX (YAML)' };
  if (start.startsWith('PK\u0003\u0004')) return { kind: 'unsupported', form: 'a ZIP archive or spreadsheet' };
  return { kind: 'unsupported', form: 'of an unknown form (neither JSON, XML nor SPDX tag-value)' };
}

/** Says which XML format this is, by the namespaces its beginning declares. */
function nameXml(start: string): string {
  const cycloneDx = /http:\/\/cyclonedx\.org\/schema\/bom\/([0-9]+\.[0-9]+)/.exec(start)?.[1];
  if (cycloneDx !== undefined) return `CycloneDX ${cycloneDx} (XML)`;
  if (start.includes('http://spdx.org/rdf/terms')) return 'SPDX (RDF/XML)';
  if (start.includes('SoftwareIdentity') || start.includes('standards.iso.org/iso/19770')) return 'a SWID tag (XML)';
  return 'of an unknown form (XML)';
}

export type DetectedJson =
  | { readonly kind: 'read'; readonly format: SbomFormat }
  | { readonly kind: 'unsupported'; readonly form: string };

/** Says what a JSON document is, by the fields that its format asks for. */
export function detectJson(fields: Fields): DetectedJson {
  const other = (form: string): DetectedJson => ({ kind: 'unsupported', form });
  const spdxVersion = text(fields['spdxVersion']);
  const bomFormat = text(fields['bomFormat']);
  if (spdxVersion !== undefined && bomFormat !== undefined) return other('both SPDX and CycloneDX by its fields');
  if (spdxVersion !== undefined) {
    const version = spdxVersion.startsWith('SPDX-') ? spdxVersion.slice('SPDX-'.length) : spdxVersion;
    return SPDX_VERSIONS.has(version)
      ? { kind: 'read', format: { name: 'SPDX', version, encoding: 'JSON' } }
      : other(`SPDX ${version.slice(0, 20)} (JSON)`);
  }
  if (bomFormat !== undefined) {
    if (bomFormat !== 'CycloneDX') return other(`of the bomFormat ${JSON.stringify(bomFormat.slice(0, 40))} (JSON)`);
    const version = text(fields['specVersion']) ?? 'of no version';
    return CYCLONEDX_VERSIONS.has(version)
      ? { kind: 'read', format: { name: 'CycloneDX', version, encoding: 'JSON' } }
      : other(`CycloneDX ${version.slice(0, 20)} (JSON)`);
  }
  return other(nameOtherJson(fields));
}

function nameOtherJson(fields: Fields): string {
  const contexts = [fields['@context'], ...texts(fields['@context'])].filter((item) => typeof item === 'string');
  for (const context of contexts) {
    const spdx = /^https:\/\/spdx\.org\/rdf\/([0-9][0-9.]{0,9})\//.exec(context)?.[1];
    if (spdx !== undefined) return `SPDX ${spdx} (JSON-LD)`;
    if (context.startsWith('https://openvex.dev/ns'))
      return 'OpenVEX, which is a statement about vulnerabilities and no SBOM';
  }
  const csaf = fields['document'];
  if (isFields(csaf) && 'csaf_version' in csaf) return 'CSAF, which is a security advisory and no SBOM';
  if (Array.isArray(fields['artifacts']) && isFields(fields['descriptor'])) return 'Syft JSON';
  if ('ArtifactName' in fields && 'Results' in fields) return 'Trivy JSON';
  if (text(fields['_type'])?.startsWith('https://in-toto.io/Statement'))
    return 'an in-toto statement, of which the predicate would be the SBOM';
  if ('payloadType' in fields && 'payload' in fields) return 'a DSSE envelope, whose payload would hold the SBOM';
  if (text(fields['mediaType'])?.startsWith('application/vnd.dev.sigstore.bundle'))
    return 'a Sigstore bundle, which would hold the SBOM';
  return 'of an unknown form (JSON)';
}
