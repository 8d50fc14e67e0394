import { optionalField } from '../lib/collections.js';
import { err, ok, type Result } from '../lib/result.js';

/**
 * An operating system and processor, as in an image index's `platform` object.
 * @see https://github.com/opencontainers/image-spec/blob/main/image-index.md
 */
export interface Platform {
  readonly os: string;
  readonly architecture: string;
  readonly variant?: string;
  readonly osVersion?: string;
}

/** The platform that is built and evaluated if none is given. */
export const DEFAULT_PLATFORM: Platform = { os: 'linux', architecture: 'amd64' };

/** A map and no object: the name is anyone's, `constructor` too. */
const ARCHITECTURES: ReadonlyMap<string, readonly [string, string?]> = new Map([
  ['i386', ['386']],
  ['x86_64', ['amd64']],
  ['x86-64', ['amd64']],
  ['aarch64', ['arm64']],
  ['armhf', ['arm', 'v7']],
  ['armel', ['arm', 'v6']],
]);

/**
 * Reads `os/arch[/variant]`, `os` or `arch`, normalized as containerd does (`linux/x86_64` is `linux/amd64`,
 * `linux/arm64/v8` is `linux/arm64`, `linux/arm` is `linux/arm/v7`). Fails with a reason that can follow "because".
 *
 * @see https://github.com/containerd/platforms/blob/main/platforms.go
 */
export function parsePlatform(text: string): Result<Platform, string> {
  const parts = text.split('/');
  if (parts.length > 3 || parts.some((part) => !/^[A-Za-z0-9_.()%+-]+$/.test(part))) {
    return err(`"${text}" is not a platform such as linux/amd64 or linux/arm/v7`);
  }
  const [first = '', second, third] = parts;
  const { os, osVersion } = splitOsVersion(first.toLowerCase());
  if (second === undefined) {
    const knownOs =
      /^(linux|windows|darwin|freebsd|netbsd|openbsd|solaris|wasip1|js|aix|android|dragonfly|illumos|ios|plan9|zos)$/;
    if (knownOs.test(os)) return ok({ os, architecture: 'amd64', ...optionalField('osVersion', osVersion) });
    const architecture = normalizeArchitecture(os);
    if (!KNOWN_ARCHITECTURES.has(architecture.architecture))
      return err(`"${text}" names neither a known operating system nor a known architecture`);
    return ok({ os: 'linux', ...architecture });
  }
  return ok({
    os: os === 'macos' ? 'darwin' : os,
    ...normalizeArchitecture(second.toLowerCase(), third?.toLowerCase()),
    ...optionalField('osVersion', osVersion),
  });
}

/** The platforms of a build definition; a text that is no platform is left out. */
export function readablePlatforms(texts: readonly string[]): readonly Platform[] {
  return texts.flatMap((text) => {
    const parsed = parsePlatform(text);
    return parsed.ok ? [parsed.value] : [];
  });
}

/** Whether two platforms have the same text; two absent ones are the same. */
export function isSamePlatform(one: Platform | null, other: Platform | null): boolean {
  if (one === null || other === null) return one === other;
  return formatPlatform(one) === formatPlatform(other);
}

const KNOWN_ARCHITECTURES = new Set(
  '386 amd64 amd64p32 arm armbe arm64 arm64be loong64 mips mipsle mips64 mips64le mips64p32 mips64p32le ppc ppc64 ppc64le riscv riscv64 s390 s390x sparc sparc64 wasm'.split(
    ' ',
  ),
);

function splitOsVersion(text: string): { os: string; osVersion?: string } {
  // Features of the operating system, `windows(10.0.17763+win32k)`, choose no image here.
  const match = /^([a-z0-9_-]+)\(([^()+]*)(?:\+[^()+]+)*\)$/.exec(text);
  if (match?.[1] === undefined || match[2] === undefined) return { os: text };
  return { os: match[1], osVersion: match[2] };
}

function normalizeArchitecture(name: string, variant?: string): { architecture: string; variant?: string } {
  const [architecture, implied] = ARCHITECTURES.get(name) ?? [name];
  const chosen = variant ?? implied;
  if (architecture === 'arm64' && (chosen === undefined || chosen === '8' || chosen === 'v8')) return { architecture };
  if (architecture === 'arm')
    return { architecture, variant: chosen === undefined ? 'v7' : /^[5-8]$/.test(chosen) ? `v${chosen}` : chosen };
  if (architecture === 'amd64' && chosen === 'v1') return { architecture };
  return chosen === undefined ? { architecture } : { architecture, variant: chosen };
}

/** `os/architecture[/variant]`, the text BuildKit and Docker print. */
export function formatPlatform(platform: Platform): string {
  return [platform.os, platform.architecture, platform.variant].filter((part) => part !== undefined).join('/');
}
