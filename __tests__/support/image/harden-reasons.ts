/** Why a use is left, by what the reasons have in common. */
export const KINDS: readonly (readonly [kind: string, pattern: RegExp])[] = [
  ['a split that is not certain', /stage of its own/],
  ['no equivalent in the catalog, or none for its stage', /no image that the policy allows/],
  ['an equivalent of another version', /of another version/],
  ['a variant or a version that the tag names in words', /its tag says|its digest is of/],
  ['a package without a known counterpart', /no counterpart of the package/],
  ['packages by version, variable or file', /asks for a version|which only the build knows|no package of the/],
  ['a path of the official image', /belongs to the official image/],
  ['a program that is not known to be there', /^it calls|^which program/],
  ['a part of the distribution', /belongs to its distribution|has no known counterpart|need not have/],
  [
    'another image in a way that is not certain to work',
    /no libc|has no npm|interpreter|lies? in other places|listens/,
  ],
  ['ONBUILD', /ONBUILD/],
  ['for Windows', /Windows/],
  ['COPY --from, a mount or a trigger', /only images in FROM/],
  ['a reference put together from variables', /put together|plain default|takes ARG|stands for/],
  ['the image is not known', /the image is not known/],
  ['how it starts', /started|entrypoint|shell|HEALTHCHECK|ships by being copied|several of its stages/],
  ['another stage stays on another distribution', /stays on/],
  ['what the official image holds, or its working directory', /what its image holds|names no working directory/],
  ['an account that is not understood', /not understood|two accounts|by its number|which account/],
  [
    'packages or accounts in a form that is not read',
    /here-document|within another one|exec form|comment within|not closed/,
  ],
  ['the result would not name the intended images', /would not name|different changes at one place/],
  ['an image that is not of Wolfi, or has no package manager', /images of Wolfi|no package manager/],
];

/** What a reason has in common with others; the reason itself where it has nothing. */
export function kindOf(reason: string): string {
  return KINDS.find(([, pattern]) => pattern.test(reason))?.[0] ?? reason;
}
