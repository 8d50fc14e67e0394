import { ok, type Result } from '../../lib/result.js';
import { type Fields, isFields, objects, text, texts } from './fields.js';
import type { Sbom, SbomFormat, SbomPackage } from './sbom.js';
import type { SbomError } from './sbom-error.js';
import { readSpdx } from './spdx.js';

const PACKAGES = new Set(['software_Package', 'ai_AIPackage', 'dataset_DatasetPackage']);
const COLLECTIONS = new Set(['SpdxDocument', 'Bom', 'software_Sbom']);
const RELATIONSHIPS = new Set(['Relationship', 'LifecycleScopedRelationship']);

/** SPDX 3's names of the fields that SPDX 2 calls otherwise, for the places that are reported. */
const FIELD_NAMES: ReadonlyMap<string, string> = new Map([
  ['versionInfo', 'software_packageVersion'],
  ['checksums', 'verifiedUsing'],
  ['supplier', 'suppliedBy'],
  ['originator', 'originatedBy'],
  ['licenseDeclared', 'relationship hasDeclaredLicense'],
  ['licenseConcluded', 'relationship hasConcludedLicense'],
  ['primaryPackagePurpose', 'software_primaryPurpose'],
  ['sourceInfo', 'software_sourceInfo'],
]);

/**
 * Reads an SPDX 3.0 document (JSON-LD): the elements of its `@graph`, by way of the shape that SPDX 2 has. An element may
 * stand where another refers to it, and agents, licenses and relationships are elements too. Sets of licenses become
 * license expressions. Fails as {@link readSpdx} does.
 *
 * @see https://spdx.github.io/spdx-spec/v3.0.1/
 */
export function readSpdx3(document: Fields, format: SbomFormat): Result<Sbom, SbomError> {
  const graph = new Graph(document);
  const packages: Fields[] = [];
  const places: string[] = [];
  for (const { element, at } of graph.elements) {
    if (!PACKAGES.has(typeOf(element) ?? '')) continue;
    packages.push(graph.readPackage(element));
    places.push(at);
  }
  const read = readSpdx(
    {
      ...graph.readDocument(),
      documentDescribes: graph.roots(),
      packages,
      relationships: graph.relationships,
    },
    format,
    (index) => places[index] ?? '',
  );
  if (!read.ok) return read;
  return ok({
    ...read.value,
    packages: read.value.packages.map(withOwnFieldNames),
    contradictions: [...graph.contradictions, ...read.value.contradictions],
  });
}

function withOwnFieldNames(item: SbomPackage): SbomPackage {
  const from: SbomPackage['from'] = Object.fromEntries(
    Object.entries(item.from).map(([field, name]) => [
      field,
      name.startsWith('externalRefs/') ? 'software_packageUrl' : (FIELD_NAMES.get(name) ?? name),
    ]),
  );
  return { ...item, from };
}

/** Sets in sets, members of one, characters of an expression that is made of them, and of all that a document makes. */
const MAX_LICENSE_DEPTH = 8;
const MAX_LICENSES = 64;
const MAX_EXPRESSION = 1024;
const MAX_EXPRESSIONS = 8 * 1024 * 1024;

function inParentheses(license: string): string {
  return license.includes(' ') ? `(${license})` : license;
}

function typeOf(element: Fields): string | undefined {
  return text(element['type']) ?? text(element['@type']);
}

function idOf(element: Fields): string | undefined {
  return text(element['spdxId']) ?? text(element['@id']);
}

/** A value that may be a list or stand alone. */
function listed(value: unknown): readonly unknown[] {
  if (Array.isArray(value)) return value;
  return value === undefined || value === null ? [] : [value];
}

/** The elements of a document, and what they say of each other. */
class Graph {
  readonly elements: readonly { readonly element: Fields; readonly at: string }[];
  readonly contradictions: string[] = [];
  /** As SPDX 2 writes them. */
  readonly relationships: Fields[] = [];
  readonly #byId = new Map<string, Fields>();
  readonly #licenses = {
    hasDeclaredLicense: new Map<string, string[]>(),
    hasConcludedLicense: new Map<string, string[]>(),
  };

  readonly #sets = new Map<Fields, { readonly expression: string | undefined }>();
  #setLeft = MAX_EXPRESSIONS;

  constructor(document: Fields) {
    const listedElements = document['@graph'];
    this.elements = Array.isArray(listedElements)
      ? listedElements.flatMap((element: unknown, index) =>
          isFields(element) ? [{ element, at: `/@graph/${index}` }] : [],
        )
      : [{ element: document, at: '' }];
    for (const { element } of this.elements) {
      const id = idOf(element);
      if (id === undefined) continue;
      // Packages that share an id are compared by readSpdx; of other elements the second would be ignored.
      if (this.#byId.has(id) && !PACKAGES.has(typeOf(element) ?? ''))
        this.contradictions.push(`${id} is the id of more than one element`);
      else this.#byId.set(id, element);
    }
    for (const { element } of this.elements)
      if (RELATIONSHIPS.has(typeOf(element) ?? '')) this.#readRelationship(element);
  }

  #resolve(value: unknown): Fields | undefined {
    return isFields(value) ? value : this.#byId.get(text(value) ?? '');
  }

  #idOf(value: unknown): string | undefined {
    return isFields(value) ? idOf(value) : text(value);
  }

  #readRelationship(element: Fields): void {
    const type = text(element['relationshipType']);
    const from = this.#idOf(element['from']);
    if (type === undefined || from === undefined) return;
    for (const value of listed(element['to'])) {
      if (type === 'hasDeclaredLicense' || type === 'hasConcludedLicense') {
        const license = this.#license(value);
        const known = this.#licenses[type].get(from);
        if (license === undefined) continue;
        if (known === undefined) this.#licenses[type].set(from, [license]);
        else known.push(license);
        continue;
      }
      const to = this.#idOf(value);
      if (to === undefined) continue;
      const relationshipType = type.replaceAll(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase();
      this.relationships.push({ spdxElementId: from, relationshipType, relatedSpdxElement: to });
    }
  }

  /**
   * A license expression; of a listed license, which need not be in the document, its short name. What it is made of may be
   * elements: undefined where one of them says no license, or they nest deeper than real documents do.
   *
   * @see https://spdx.github.io/spdx-spec/v3.0.1/model/ExpandedLicensing/ExpandedLicensing/
   */
  #license(value: unknown, depth = 0): string | undefined {
    const element = this.#resolve(value);
    const expression = element === undefined ? undefined : text(element['simplelicensing_licenseExpression']);
    if (expression !== undefined) return expression;
    const id = this.#idOf(value) ?? '';
    const listedName = /^https?:\/\/spdx\.org\/licenses\/([\w.+-]+)$/.exec(id)?.[1];
    if (listedName !== undefined) return listedName;
    if (element === undefined || depth >= MAX_LICENSE_DEPTH) return undefined;
    const part = (name: string) => this.#license(element[name], depth + 1);
    switch (typeOf(element)) {
      case 'expandedlicensing_CustomLicense':
      case 'expandedlicensing_CustomLicenseAddition':
      case 'expandedlicensing_ListedLicenseException':
        return text(element['name']);
      case 'expandedlicensing_ConjunctiveLicenseSet':
        return this.#licenseSet(element, ' AND ', depth);
      case 'expandedlicensing_DisjunctiveLicenseSet':
        return this.#licenseSet(element, ' OR ', depth);
      case 'expandedlicensing_OrLaterOperator': {
        const license = part('expandedlicensing_subjectLicense');
        return license === undefined ? undefined : `${license}+`;
      }
      case 'expandedlicensing_WithAdditionOperator': {
        const license = part('expandedlicensing_subjectExtendableLicense');
        const addition = part('expandedlicensing_subjectAddition');
        return license === undefined || addition === undefined ? undefined : `${license} WITH ${addition}`;
      }
      default:
        return undefined;
    }
  }

  /** Sets are made once, however many packages and other sets name them. */
  #licenseSet(element: Fields, operator: string, depth: number): string | undefined {
    const known = this.#sets.get(element);
    if (known !== undefined) return known.expression;
    const expression = this.#setLeft > 0 ? this.#makeSet(element, operator, depth) : undefined;
    this.#setLeft -= expression?.length ?? 0;
    this.#sets.set(element, { expression });
    return expression;
  }

  #makeSet(element: Fields, operator: string, depth: number): string | undefined {
    const members = listed(element['expandedlicensing_member']).slice(0, MAX_LICENSES + 1);
    if (members.length === 0 || members.length > MAX_LICENSES) return undefined;
    const licenses: string[] = [];
    let length = 0;
    for (const member of members) {
      const license = this.#license(member, depth + 1);
      length += license?.length ?? 0;
      // A set of sets may name one element again and again, and double with each level.
      if (license === undefined || length > MAX_EXPRESSION) return undefined;
      licenses.push(inParentheses(license));
    }
    return licenses.join(operator);
  }

  /** What the collections of the document say they are about, apart from each other. */
  roots(): readonly string[] {
    return this.elements.flatMap(({ element }) =>
      COLLECTIONS.has(typeOf(element) ?? '')
        ? listed(element['rootElement']).flatMap((value) => this.#idOf(value) ?? [])
        : [],
    );
  }

  #nameOf(value: unknown): string | undefined {
    const element = this.#resolve(value);
    return element === undefined ? undefined : text(element['name']);
  }

  readPackage(element: Fields): Fields {
    const id = idOf(element);
    const purl = text(element['software_packageUrl']);
    const external = objects(element['externalIdentifier']).map((identifier) => ({
      referenceType:
        identifier['externalIdentifierType'] === 'packageUrl' ? 'purl' : identifier['externalIdentifierType'],
      referenceLocator: identifier['identifier'],
    }));
    const [originator] = listed(element['originatedBy']);
    const purpose = text(element['software_primaryPurpose']);
    return {
      SPDXID: id,
      name: element['name'],
      versionInfo: element['software_packageVersion'],
      externalRefs: purl === undefined ? external : [{ referenceType: 'purl', referenceLocator: purl }, ...external],
      checksums: listed(element['verifiedUsing']).flatMap((value) => {
        const hash = this.#resolve(value);
        return hash === undefined ? [] : [{ algorithm: hash['algorithm'], checksumValue: hash['hashValue'] }];
      }),
      supplier: this.#nameOf(element['suppliedBy']),
      originator: this.#nameOf(originator),
      licenseDeclared: this.#licensesOf('hasDeclaredLicense', id),
      licenseConcluded: this.#licensesOf('hasConcludedLicense', id),
      sourceInfo: element['software_sourceInfo'],
      primaryPackagePurpose: purpose?.replaceAll(/[A-Z]/g, (letter) => `-${letter}`),
    };
  }

  #licensesOf(type: 'hasDeclaredLicense' | 'hasConcludedLicense', id: string | undefined): string | undefined {
    const found = this.#licenses[type].get(id ?? '');
    if (found === undefined || found.length === 1) return found?.[0];
    return found.map(inParentheses).join(' AND ');
  }

  /** The document's own fields: of SpdxDocument, or of the one element there is. */
  readDocument(): Fields {
    const own = this.elements.find(({ element }) => typeOf(element) === 'SpdxDocument') ?? this.elements[0];
    if (own === undefined) return {};
    const { element } = own;
    const creation = this.#resolve(element['creationInfo']) ?? {};
    const creators = [
      ...listed(creation['createdBy']).flatMap((agent) => {
        const name = this.#nameOf(agent);
        const resolved = this.#resolve(agent);
        if (name === undefined || resolved === undefined) return [];
        return [`${typeOf(resolved) === 'SoftwareAgent' ? 'Tool' : 'Organization'}: ${name}`];
      }),
      ...listed(creation['createdUsing']).flatMap((tool) => {
        const name = this.#nameOf(tool);
        return name === undefined ? [] : [`Tool: ${name}`];
      }),
    ];
    const kinds = this.elements.flatMap(({ element: part }) => texts(part['software_sbomType']));
    const comment = [...new Set(kinds)].join(', ') || text(creation['comment']);
    const id = idOf(element);
    return {
      SPDXID: id,
      name: element['name'],
      documentNamespace: id,
      creationInfo: { creators, created: creation['created'], comment },
    };
  }
}
