/** A runtime or server that catalogers find outside the distribution's packages, and who knows something of it. */
export interface Component {
  /** For people. */
  readonly label: string;
  /** Who publishes advisories about it that a source has. Absent if no source has any. */
  readonly advisories?: {
    readonly ecosystem: 'Bitnami' | 'Go';
    readonly names: readonly string[];
    /** Numbers a whole version has; fewer name a release line, which no source can be queried about. */
    readonly numbers: 2 | 3;
  };
  /** The product in the table of lifecycles, and what of a version names one of its cycles. */
  readonly lifecycle?: { readonly product: string; readonly cycle: RegExp };
}

const MAJOR = /^[0-9]+/;
const MAJOR_MINOR = /^[0-9]+\.[0-9]+/;

/** Bitnami's advisories are about upstream's versions, and kept by its community. @see https://github.com/bitnami/vulndb */
const bitnami = (name: string, numbers: 2 | 3 = 3) => ({ ecosystem: 'Bitnami', names: [name], numbers }) as const;

/** By the name that purls of type `generic` give it. */
const COMPONENTS: Readonly<Record<string, Component>> = {
  node: { label: 'Node.js', advisories: bitnami('node'), lifecycle: { product: 'nodejs', cycle: MAJOR } },
  // Java 8 writes 1.8.0_91.
  openjdk: {
    label: 'Java',
    advisories: bitnami('jre'),
    lifecycle: { product: 'eclipse-temurin', cycle: /(?<=^(?:1\.)?)(?!1\.)[0-9]+/ },
  },
  python: { label: 'Python', advisories: bitnami('python'), lifecycle: { product: 'python', cycle: MAJOR_MINOR } },
  dotnet: {
    label: '.NET',
    advisories: bitnami('dotnet'),
    lifecycle: { product: 'dotnet', cycle: /^(?:[0-3]\.[0-9]+|[0-9]+)/ },
  },
  'aspnet-core': { label: 'ASP.NET Core' },
  php: { label: 'PHP', advisories: bitnami('php'), lifecycle: { product: 'php', cycle: MAJOR_MINOR } },
  ruby: { label: 'Ruby', advisories: bitnami('ruby'), lifecycle: { product: 'ruby', cycle: MAJOR_MINOR } },
  perl: { label: 'Perl', lifecycle: { product: 'perl', cycle: MAJOR_MINOR } },
  go: {
    label: 'Go',
    advisories: { ecosystem: 'Go', names: ['stdlib', 'toolchain'], numbers: 2 },
    lifecycle: { product: 'go', cycle: MAJOR_MINOR },
  },
  deno: { label: 'Deno', lifecycle: { product: 'deno', cycle: /^(?:1(?=\.)|[0-9]+\.[0-9]+)/ } },
  bun: { label: 'Bun' },
  nginx: { label: 'nginx', advisories: bitnami('nginx') },
  httpd: { label: 'Apache HTTP Server', advisories: bitnami('apache') },
  redis: { label: 'Redis', advisories: bitnami('redis') },
  postgresql: { label: 'PostgreSQL', advisories: bitnami('postgresql', 2) },
  openssl: { label: 'OpenSSL' },
};

/** A component by its name; undefined where it is not one that is known. */
export function componentOf(name: string): Component | undefined {
  return Object.hasOwn(COMPONENTS, name) ? COMPONENTS[name] : undefined;
}

/**
 * A component's version as Semantic Versioning writes it, which is how Bitnami's advisories do: PostgreSQL 14.5 is 14.5.0,
 * Java 1.8.0_91-b14 is 8.0.91, Python 3.13.0rc1 is 3.13.0-rc1. Undefined where it has fewer numbers than a whole version.
 */
export function semanticVersion(version: string, numbers: 2 | 3): string | undefined {
  const java8 = /^1\.8\.0_([0-9]+)/.exec(version)?.[1];
  if (java8 !== undefined) return `8.0.${java8}`;
  const [, major, minor, patch, stage] =
    /^([0-9]+)(?:\.([0-9]+))?(?:\.([0-9]+))?(?:\.[0-9]+)*(?:-?((?:alpha|beta|a|b|rc|RC|preview)\.?[0-9]*))?/.exec(
      version,
    ) ?? [];
  // Java's first release of a line is plain `21`, with its build behind it.
  const isWhole = (numbers === 3 ? patch : minor) !== undefined || /^[0-9]+\+[0-9]/.test(version);
  if (major === undefined || !isWhole) return undefined;
  return `${major}.${minor ?? '0'}.${patch ?? '0'}${stage === undefined ? '' : `-${stage}`}`;
}
