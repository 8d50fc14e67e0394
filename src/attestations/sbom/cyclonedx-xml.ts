import { SaxesParser, type SaxesTagNS } from 'saxes';
import { err, ok, type Result } from '../../lib/result.js';
import { plural } from '../../lib/text.js';
import type { Fields } from './fields.js';
import { overLimit, refused, SBOM_LIMITS, type SbomError } from './sbom-error.js';

/**
 * What an element becomes in CycloneDX's JSON. `text`: its text. `attribute`: one of its attributes. `object`: fields by
 * its attributes and elements, its own text under `text`. `list`: its elements, each under its name where `named`.
 * `repeated`: one of the values of `field`, a list that has no element of its own.
 */
type Shape =
  | { readonly is: 'text' }
  | { readonly is: 'attribute'; readonly name: string }
  | {
      readonly is: 'object';
      readonly attributes?: readonly string[];
      readonly text?: string;
      readonly elements?: Elements;
    }
  | { readonly is: 'list'; readonly items: Elements; readonly named?: true }
  | { readonly is: 'repeated'; readonly field: string; readonly of: Shape };

type Elements = ReadonlyMap<string, Shape>;

const TEXT: Shape = { is: 'text' };
const texts = (...names: readonly string[]): readonly (readonly [string, Shape])[] => names.map((name) => [name, TEXT]);
const listOf = (name: string, item: Shape): Shape => ({ is: 'list', items: new Map([[name, item]]) });
const objectOf = (...elements: readonly (readonly [string, Shape])[]): Shape => ({
  is: 'object',
  elements: new Map(elements),
});

const CONTACT = objectOf(...texts('name', 'email'));
const REFERENCE: Shape = { is: 'attribute', name: 'ref' };

const componentElements = new Map<string, Shape>([
  ...texts('author', 'publisher', 'group', 'name', 'version', 'cpe', 'purl'),
  ['supplier', CONTACT],
  ['manufacturer', CONTACT],
  ['authors', listOf('author', CONTACT)],
  ['hashes', listOf('hash', { is: 'object', attributes: ['alg'], text: 'content' })],
  [
    'licenses',
    {
      is: 'list',
      named: true,
      items: new Map([
        ['license', objectOf(...texts('id', 'name'))],
        ['expression', TEXT],
      ]),
    },
  ],
  ['swid', { is: 'object', attributes: ['tagId'] }],
  ['omniborId', { is: 'repeated', field: 'omniborId', of: TEXT }],
  ['swhid', { is: 'repeated', field: 'swhid', of: TEXT }],
  ['properties', listOf('property', { is: 'object', attributes: ['name'], text: 'value' })],
]);
const COMPONENT: Shape = { is: 'object', attributes: ['type', 'bom-ref'], elements: componentElements };
componentElements.set('components', listOf('component', COMPONENT));

const TOOL = objectOf(...texts('name', 'version'));
const BOM: Shape = {
  is: 'object',
  attributes: ['serialNumber', 'version'],
  elements: new Map<string, Shape>([
    [
      'metadata',
      objectOf(
        ...texts('timestamp'),
        ['lifecycles', listOf('lifecycle', objectOf(...texts('phase', 'name')))],
        [
          'tools',
          objectOf(
            ['tool', { is: 'repeated', field: 'tool', of: TOOL }],
            ['components', listOf('component', TOOL)],
            ['services', listOf('service', TOOL)],
          ),
        ],
        ['authors', listOf('author', CONTACT)],
        ['manufacture', CONTACT],
        ['manufacturer', CONTACT],
        ['component', COMPONENT],
      ),
    ],
    ['components', listOf('component', COMPONENT)],
    [
      'dependencies',
      listOf('dependency', {
        is: 'object',
        attributes: ['ref'],
        elements: new Map<string, Shape>([
          ['dependency', { is: 'repeated', field: 'dependsOn', of: REFERENCE }],
          ['provides', { is: 'repeated', field: 'provides', of: REFERENCE }],
        ]),
      }),
    ],
  ]),
};

const NAMESPACE = 'http://cyclonedx.org/schema/bom/';
const SIGNATURE_NAMESPACE = 'http://www.w3.org/2000/09/xmldsig#';
/** Characters given to the parser at once, so that a document which is refused early is read no further. */
const STEP = 64 * 1024;

/** A CycloneDX document in the shape of its JSON, and its version: what its root's namespace ends with. */
export interface XmlDocument {
  readonly version: string;
  readonly fields: Fields;
}

/**
 * Reads CycloneDX XML into the shape of the JSON format. Elements of other namespaces and unknown ones are skipped.
 * Fails on text that is not well-formed, on a document type declaration (which could define entities), on an element that
 * stands twice where one may, on another encoding than UTF-8, and beyond the depth limit. Null where the root is no `bom`
 * of CycloneDX.
 *
 * @see https://cyclonedx.org/docs/1.7/xml/
 */
export function readCycloneDxXml(source: string): Result<XmlDocument | null, SbomError> {
  const reading = new Reading();
  for (let at = 0; at < source.length && reading.flaw === null; at += STEP)
    reading.parser.write(source.slice(at, at + STEP));
  if (reading.flaw === null) reading.parser.close();
  if (reading.flaw !== null) return err(reading.flaw);
  return ok(reading.document);
}

/** An element that is open: what its value is so far. */
interface OpenElement {
  readonly name: string;
  /** Null within what is skipped. */
  readonly shape: Shape | null;
  readonly fields: Record<string, unknown>;
  readonly list: unknown[];
  text: string;
}

class Reading {
  readonly parser = new SaxesParser({ xmlns: true });
  readonly #open: OpenElement[] = [];
  #namespace = '';
  flaw: SbomError | null = null;
  document: XmlDocument | null = null;

  constructor() {
    this.parser.on('error', ({ message }) => this.#refuse(refused('malformed', `is not well-formed XML: ${message}`)));
    this.parser.on('doctype', () =>
      this.#refuse(refused('malformed', 'has a document type declaration, which may define entities and is not read')),
    );
    this.parser.on('xmldecl', ({ encoding }) => {
      if (encoding !== undefined && !/^(?:utf-?8|us-ascii)$/i.test(encoding))
        this.#refuse(refused('encoding', `says that it is in ${encoding.slice(0, 40)}, not in UTF-8`));
    });
    this.parser.on('opentag', (tag) => this.#start(tag));
    this.parser.on('text', (text) => this.#text(text));
    this.parser.on('cdata', (text) => this.#text(text));
    this.parser.on('closetag', () => this.#end());
  }

  #refuse(flaw: SbomError): void {
    this.flaw ??= flaw;
  }

  #start(tag: SaxesTagNS): void {
    if (this.flaw !== null) return;
    if (this.#open.length >= SBOM_LIMITS['sbom-depth']) {
      const depth = plural(SBOM_LIMITS['sbom-depth'], 'level');
      this.#refuse(overLimit('sbom-depth', `nests more than ${depth} deep, in line ${this.parser.line}`));
      return;
    }
    const shape = this.#shapeOf(tag);
    const fields: Record<string, unknown> = {};
    const names = shape?.is === 'object' ? shape.attributes : undefined;
    for (const name of names ?? []) {
      const value = tag.attributes[name]?.value;
      if (value !== undefined) fields[name] = value;
    }
    const text = shape?.is === 'attribute' ? (tag.attributes[shape.name]?.value ?? '') : '';
    this.#open.push({ name: tag.local, shape, fields, list: [], text });
  }

  #shapeOf(tag: SaxesTagNS): Shape | null {
    const parent = this.#open.at(-1);
    if (parent === undefined) {
      if (tag.local !== 'bom' || !tag.uri.startsWith(NAMESPACE)) return null;
      this.#namespace = tag.uri;
      return BOM;
    }
    if (tag.uri === SIGNATURE_NAMESPACE && tag.local === 'Signature' && parent.shape === BOM)
      parent.fields['signature'] = {};
    if (tag.uri !== this.#namespace) return null;
    const shape = elementsOf(parent.shape)?.get(tag.local) ?? null;
    return shape?.is === 'repeated' ? shape.of : shape;
  }

  #text(text: string): void {
    const element = this.#open.at(-1);
    if (element?.shape?.is === 'text' || (element?.shape?.is === 'object' && element.shape.text !== undefined))
      element.text += text;
  }

  #end(): void {
    const element = this.flaw === null ? this.#open.pop() : undefined;
    if (element === undefined || element.shape === null) return;
    const parent = this.#open.at(-1);
    if (parent === undefined) {
      const version = element.fields['version'];
      const fields =
        typeof version === 'string' && /^[0-9]{1,15}$/.test(version)
          ? { ...element.fields, version: Number(version) }
          : element.fields;
      this.document = { version: this.#namespace.slice(NAMESPACE.length), fields };
      return;
    }
    this.#give(parent, element.name, fieldValue(element, element.shape));
  }

  #give(parent: OpenElement, name: string, value: unknown): void {
    const { shape, fields, list } = parent;
    if (shape?.is === 'list') {
      list.push(shape.named === true ? { [name]: value } : value);
      return;
    }
    const own = elementsOf(shape)?.get(name);
    if (own?.is === 'repeated') {
      const values = fields[own.field];
      if (Array.isArray(values)) values.push(value);
      else fields[own.field] = [value];
    } else if (name in fields) {
      const place = `in line ${this.parser.line}, and parsers disagree on which one counts`;
      this.#refuse(refused('duplicate-key', `has <${name}> twice in one <${parent.name}>, ${place}`));
    } else fields[name] = value;
  }
}

function elementsOf(shape: Shape | null): Elements | undefined {
  if (shape?.is === 'object') return shape.elements;
  return shape?.is === 'list' ? shape.items : undefined;
}

function fieldValue(element: OpenElement, shape: Shape): unknown {
  switch (shape.is) {
    case 'list':
      return element.list;
    case 'object':
      return shape.text === undefined ? element.fields : { ...element.fields, [shape.text]: element.text.trim() };
    default:
      return element.text.trim();
  }
}
