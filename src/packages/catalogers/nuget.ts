import { z } from 'zod';
import { type CatalogedPackage, type Cataloger, EMPTY, type FileCatalog, readWhole } from './cataloger.js';
import { CATALOG_LIMITS } from './limits.js';

/** `NAME/VERSION`, as both parts of the file call a library. */
const LIBRARY = /^([^/\s]{1,200})\/([^/\s]{1,200})$/;

const assets = z.record(z.string(), z.unknown()).optional();
const dependencies = z.object({
  libraries: z.record(z.string(), z.object({ type: z.string() })).optional(),
  targets: z
    .record(z.string(), z.record(z.string(), z.object({ runtime: assets, runtimeTargets: assets, native: assets })))
    .optional(),
});

/** The runtime that a self-contained application brings. @see https://learn.microsoft.com/en-us/dotnet/core/deploying/#self-contained-deployment */
const RUNTIME_PACK = /^(?:runtimepack\.)?Microsoft\.(NETCore|AspNetCore)\.App\.Runtime\.[\w.-]+$/;
const RUNTIMES: Readonly<Record<string, string>> = { NETCore: 'dotnet', AspNetCore: 'aspnet-core' };

/**
 * Reads which packages of NuGet a .NET application was published with, and the runtime where it brings its own. What brings
 * no code is left out, and so is the file of a shared framework, which is a runtime.
 *
 * @see https://github.com/dotnet/sdk/blob/main/documentation/specs/runtime-configuration-file.md
 */
export const nugetCataloger: Cataloger = {
  id: 'nuget',
  names: /(?:^|\/)(?!Microsoft\.(?:NETCore|AspNetCore|WindowsDesktop)\.App\.deps)[^/]+\.deps\.json$/,
  open: (file) => readWhole(file, CATALOG_LIMITS['package-list-bytes'], readDependencies, 'package-list-bytes'),
};

function readDependencies(text: string): FileCatalog {
  let value: unknown;
  try {
    value = JSON.parse(text.replace(/^\uFEFF/, ''));
  } catch {
    return { ...EMPTY, problems: ['it is not JSON'] };
  }
  const read = dependencies.safeParse(value);
  if (!read.success) return { ...EMPTY, problems: ['it is not the dependency list of a .NET application'] };
  const { libraries = {}, targets = {} } = read.data;
  const entries = Object.values(targets).flatMap((target) => Object.entries(target));
  const withCode = new Set(
    entries
      .filter(([, parts]) => Object.values(parts).some((files) => Object.keys(files ?? {}).length > 0))
      .map(([library]) => library),
  );
  const problems: string[] = [];
  const packages = Object.entries(libraries).flatMap(([library, { type }]): readonly CatalogedPackage[] => {
    if (type !== 'package' && type !== 'runtimepack') return [];
    if (type === 'package' && entries.length > 0 && !withCode.has(library)) return [];
    const [, name, version] = LIBRARY.exec(library) ?? [];
    if (name === undefined || version === undefined) {
      if (problems.length === 0) problems.push(`it has a package without a name or version (${library.slice(0, 100)})`);
      return [];
    }
    const runtime = RUNTIMES[RUNTIME_PACK.exec(name)?.[1] ?? ''];
    if (runtime !== undefined) return [{ type: 'generic', name: runtime, version }];
    return type === 'package' ? [{ type: 'nuget', name, version }] : [];
  });
  if (packages.length > CATALOG_LIMITS['packages']) {
    return { ...EMPTY, problems: [`it has more than ${CATALOG_LIMITS['packages']} packages (limit packages)`] };
  }
  return { ...EMPTY, packages, problems };
}
