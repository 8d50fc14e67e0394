/**
 * The SBOM of the bundle: a CycloneDX 1.6 document in JSON, of the packages of which something is in it and
 * nothing else. The same packages give the same bytes, so it has no time and no serial number; a release adds the time.
 * @see https://cyclonedx.org/docs/1.6/json/
 */
export function sbom(packages, product) {
  const root = `pkg:npm/${product.name}@${product.version}`;
  const people = [{ name: `${product.name} contributors` }];
  const document = {
    $schema: 'http://cyclonedx.org/schema/bom-1.6.schema.json',
    bomFormat: 'CycloneDX',
    specVersion: '1.6',
    version: 1,
    metadata: {
      lifecycles: [{ phase: 'build' }],
      authors: people,
      component: {
        type: 'application',
        'bom-ref': root,
        name: product.name,
        version: product.version,
        description: product.description,
        ...license(product.license),
        purl: root,
      },
    },
    components: packages.map((one) => ({
      type: 'library',
      'bom-ref': purl(one),
      ...nameParts(one.name),
      version: one.version,
      ...license(one.license),
      purl: purl(one),
    })),
    dependencies: [
      { ref: root, dependsOn: packages.filter(({ direct }) => direct).map(purl) },
      ...packages.map((one) => ({
        ref: purl(one),
        dependsOn: packages.filter(({ id }) => one.imports.has(id)).map(purl),
      })),
    ],
  };
  return `${JSON.stringify(document, null, 2)}\n`;
}

/** @see https://github.com/package-url/purl-spec/blob/main/types-doc/npm-definition.md */
function purl({ name, version }) {
  return `pkg:npm/${name.replace('@', '%40')}@${version}`;
}

function nameParts(name) {
  const [group, rest] = name.startsWith('@') ? name.split('/') : [undefined, name];
  return group === undefined ? { name: rest } : { group, name: rest };
}

/** What a package declares is an SPDX expression, or nothing. */
function license(expression) {
  return expression === undefined ? {} : { licenses: [{ expression }] };
}
