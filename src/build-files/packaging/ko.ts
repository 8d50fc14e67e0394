import { allRequested, NO_BUILDS, notRead, type RequestedBuilds } from '../script/named-build.js';
import { entriesOf, field, items, parseYaml } from '../workflow/yaml-fields.js';
import { basedOn } from './base-image.js';

/**
 * The images that a `.ko.yaml` has ko build on: `defaultBaseImage`, and `baseImageOverrides` by import path.
 * @see https://ko.build/configuration/
 */
export async function buildsInKo(bytes: Uint8Array): Promise<RequestedBuilds> {
  const { documents, fault, lineOf } = await parseYaml(bytes);
  if (fault !== undefined) return notRead(fault);
  const [file] = documents;
  const platforms = items(field(file, 'defaultPlatforms')).filter((one) => typeof one === 'string' && one !== 'all');
  const given = platforms.length === 0 ? {} : { platforms: platforms.map(String) };
  const usual = field(file, 'defaultBaseImage');
  const overrides = entriesOf(field(file, 'baseImageOverrides')).map(([name, base]) =>
    basedOn({ base, name, what: `builds ${name} with ko`, line: lineOf(['baseImageOverrides', name]), ...given }),
  );
  const ofUsual: RequestedBuilds =
    usual === undefined
      ? {
          ...NO_BUILDS,
          unseen: [{ what: "builds with ko on ko's default image because it sets no `defaultBaseImage`", line: 1 }],
        }
      : basedOn({ base: usual, what: 'builds with ko', line: lineOf(['defaultBaseImage']), ...given });
  return allRequested([ofUsual, ...overrides]);
}
