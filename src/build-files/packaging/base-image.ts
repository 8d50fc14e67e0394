import { optionalField } from '../../lib/collections.js';
import { parseReference } from '../../references/reference.js';
import { NO_BUILDS, type RequestedBuilds } from '../script/named-build.js';

/** An image that is made of another one without a build file. */
export interface BasedImage {
  /** What a definition writes for the image it is made of. */
  readonly base: unknown;
  readonly line: number;
  /** What makes it, in a clause that follows the file's name: `builds app with ko`. */
  readonly what: string;
  readonly name?: string;
  readonly platforms?: readonly string[];
}

/** The build of an image on a literal base, as the build file of one line that it comes to; any other base is named. */
export function basedOn({ base, line, what, name, platforms }: BasedImage): RequestedBuilds {
  const image = typeof base === 'string' ? base.replace(/^(?:docker|registry):\/\//, '') : '';
  if (!/^[\w./:@-]+$/.test(image) || !parseReference(image).ok) {
    const written =
      typeof base === 'string' ? ` on ${base}, which is not literal` : ' on an image that it does not name';
    return { ...NO_BUILDS, unseen: [{ what: `${what}${written}`, line }] };
  }
  const request = { line, ...optionalField('name', name) };
  const given = { buildArgs: {}, buildContexts: {}, ...optionalField('platforms', platforms) };
  // The path is that of the definition, which the caller knows.
  return { ...NO_BUILDS, named: [{ file: '', inline: `FROM ${image}\n`, ...given, request }] };
}
