import type { CatalogedPackage } from './cataloger.js';

type Coordinates = Pick<CatalogedPackage, 'name' | 'version'>;

/**
 * Reads pom.properties, which Maven puts into every archive it builds and shading keeps: `G:A` and version, or null
 * where one of them is missing.
 *
 * @see https://maven.apache.org/shared/maven-archiver/index.html
 */
export function readPomProperties(text: string): Coordinates | null {
  const fields = new Map<string, string>();
  // Builds on Windows end their lines with both characters.
  for (const line of text.split(/\r\n|\n|\r/)) {
    const match = /^\s*(groupId|artifactId|version)\s*[=:](.*)$/.exec(line);
    if (match?.[1] !== undefined && match[2] !== undefined) fields.set(match[1], match[2].trim());
  }
  const [group, artifact, version] = ['groupId', 'artifactId', 'version'].map((key) => fields.get(key));
  // A build that lost its filtering leaves `${project.version}`.
  if (!group || !artifact || !version || /[\s${}]/.test(group + artifact + version)) return null;
  return { name: `${group}:${artifact}`, version };
}

/**
 * The main section of a manifest, keys in lower case. A line that begins with a blank goes on with the value before it.
 * @see https://docs.oracle.com/en/java/javase/21/docs/specs/jar/jar.html#jar-manifest
 */
export function readManifest(text: string): ReadonlyMap<string, string> {
  const fields = new Map<string, string>();
  let last = '';
  for (const line of text.split(/\r\n|\n|\r/)) {
    if (line === '') {
      if (fields.size > 0) break;
      continue;
    }
    if (line[0] === ' ') {
      fields.set(last, `${fields.get(last) ?? ''}${line.slice(1)}`);
      continue;
    }
    const colon = line.indexOf(':');
    if (colon <= 0) continue;
    last = line.slice(0, colon).toLowerCase();
    fields.set(last, line.slice(colon + 1).trim());
  }
  return fields;
}

/** Groups of archives that Gradle and Ant build, which have no pom.properties; by the artifact's name. */
const GROUPS: readonly (readonly [artifact: RegExp, group: string])[] = [
  [
    /^spring-(?:aop|aspects|beans|context(?:-indexer|-support)?|core|expression|instrument|jcl|jdbc|jms|messaging|orm|oxm|r2dbc|test|tx|web|webflux|webmvc|websocket)$/,
    'org.springframework',
  ],
  [/^spring-boot(?:-|$)/, 'org.springframework.boot'],
  [/^spring-security-/, 'org.springframework.security'],
  [/^tomcat-embed-/, 'org.apache.tomcat.embed'],
  [/^tomcat-/, 'org.apache.tomcat'],
  [/^kafka(?:-clients$|_[0-9])/, 'org.apache.kafka'],
  [/^lucene-/, 'org.apache.lucene'],
  [/^elasticsearch(?:-core|-x-content)?$/, 'org.elasticsearch'],
  [/^kotlin-(?:stdlib|reflect)/, 'org.jetbrains.kotlin'],
  [/^micrometer-/, 'io.micrometer'],
  [/^reactor-core$/, 'io.projectreactor'],
  [/^postgresql$/, 'org.postgresql'],
];

/**
 * What an archive without pom.properties is, by its manifest and its file name. The name has no group where nothing
 * says it, and the version is empty where neither has one; null where not even a name is known.
 */
export function guessCoordinates(fileName: string, manifest: ReadonlyMap<string, string>): Coordinates | null {
  const version = firstOf(manifest, [
    'implementation-version',
    'specification-version',
    'plugin-version',
    'bundle-version',
  ]);
  const plugin = manifest.get('short-name');
  const pluginGroup = manifest.get('group-id');
  if (plugin && pluginGroup)
    return { name: `${pluginGroup}:${plugin}`, version: manifest.get('plugin-version') ?? version };
  const stem = fileName.replace(/\.[A-Za-z]{3,4}$/, '');
  if (manifest.get('implementation-title') === 'Apache Tomcat') {
    return { name: `org.apache.tomcat:${stem.startsWith('tomcat-') ? stem : `tomcat-${stem}`}`, version };
  }
  const dash = /-(?=[0-9])/.exec(stem);
  const artifact = dash === null ? artifactOf(manifest, stem) : stem.slice(0, dash.index);
  const vendor = manifest.get('implementation-vendor-id') ?? '';
  const group =
    GROUPS.find(([pattern]) => pattern.test(artifact))?.[1] ??
    (/^[a-z]\w*(?:\.\w+)+$/.test(vendor) ? vendor : undefined);
  if (artifact === '') return null;
  return {
    name: group === undefined ? artifact : `${group}:${artifact}`,
    version: dash === null ? version : stem.slice(dash.index + 1),
  };
}

/** Titles are mostly words for people: one that can be an artifact's name is taken before the file's. */
function artifactOf(manifest: ReadonlyMap<string, string>, stem: string): string {
  const title = manifest.get('implementation-title') ?? '';
  return /^[a-z][a-z0-9]*(?:-[a-z0-9]+)+$/.test(title) ? title : stem;
}

function firstOf(manifest: ReadonlyMap<string, string>, keys: readonly string[]): string {
  for (const key of keys) {
    const value = manifest.get(key);
    // `Implementation-Version: ${project.version}` and words are none.
    if (value !== undefined && /^[0-9][\w.+-]*$/.test(value)) return value;
  }
  return '';
}
