import type { MadeRepository } from '../../__tests__/support/github/organization-server.js';
import { makeImage, makeLayer } from '../../__tests__/support/image/image-maker.js';
import { apkInstalled } from '../../__tests__/support/image/packaged-files.js';
import type { RegistryServer } from '../../__tests__/support/registry/registry-server.js';

/** Images of a registry: ten tags in each repository, a few packages of their own over a layer that ten share. */
export async function pushImages(registry: RegistryServer, count: number): Promise<readonly string[]> {
  const names: string[] = [];
  let base: Awaited<ReturnType<typeof makeLayer>> | undefined;
  for (let index = 0; index < count; index++) {
    const repository = `${index % 20 < 16 ? 'good' : 'other'}/image-${Math.floor(index / 10)}`;
    const packages = (from: number, many: number) =>
      apkInstalled(
        Array.from({ length: many }, (_, at) => ({
          name: `package-${from + at}`,
          version: `1.${from}.${at}-r0`,
          files: Array.from({ length: 8 }, (__, file) => ({
            path: `usr/lib/package-${from + at}/file-${file}`,
            content: `${from + at} ${file}\n`.repeat(20),
          })),
        })),
      );
    if (index % 10 === 0 || base === undefined)
      base = await makeLayer([
        { path: 'etc/os-release', content: 'ID=wolfi\nVERSION_ID=20230201\n' },
        ...packages(index * 1000, 60),
      ]);
    const image = await makeImage({
      layers: [base, packages(index * 1000 + 500, 30)],
      config: index % 3 === 0 ? {} : { User: '65532' },
    });
    registry.push(repository, image, `${index % 10}`);
    names.push(`${registry.host}/${repository}:${index % 10}`);
  }
  return names;
}

/** Repositories as organizations have them: a few images are in most of them, most images in a few. */
export function makeRepositories(count: number, images: readonly string[]): readonly MadeRepository[] {
  return Array.from({ length: count }, (_, index): MadeRepository => {
    const popular = images[Math.floor((index % 97) ** 1.3) % images.length] ?? '';
    const own = images[(index * 7) % images.length] ?? '';
    const third = images[(index * 13 + 5) % images.length] ?? '';
    const files: Record<string, string> = {
      Dockerfile: `ARG VERSION=${index}\nFROM ${popular} AS build\nWORKDIR /src\nCOPY . .\nRUN make build-${index} && make test\nFROM ${own}\nCOPY --from=build /src/out /app\nUSER 65532\nENTRYPOINT ["/app/run"]\n`,
      '.github/workflows/ci.yml': `name: ci\non: push\njobs:\n  build:\n    runs-on: ubuntu-latest\n    container: ${third}\n    steps:\n      - uses: actions/checkout@v4\n      - run: docker build -t acme/r${index} .\n`,
      '.github/CODEOWNERS': `* @acme/team-${index % 60}\n/deploy/ @acme/platform\n`,
      'compose.yaml': `services:\n  web:\n    build: .\n  db:\n    image: ${third}\n`,
      Makefile: `build-${index}:\n\tdocker build -t acme/r${index} .\n`,
      'package.json': JSON.stringify({ name: `r${index}`, scripts: { build: 'docker build .' } }),
      'README.md': `Repository ${index}\n`,
    };
    if (index % 4 === 0) files['deploy/Dockerfile'] = `FROM ${third}\nRUN echo ${index}\n`;
    if (index % 11 === 0) files['Jenkinsfile'] = 'sh "docker build ."\n';
    for (let file = 0; file < 40; file++) files[`src/module-${file}/index.ts`] = `export const value = ${file};\n`;
    return { name: `acme/r${index}`, visibility: index % 5 === 0 ? 'PUBLIC' : 'PRIVATE', files };
  });
}
