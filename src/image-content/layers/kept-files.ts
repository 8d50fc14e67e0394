/** Files whose bytes are kept because other step read them, by their path without a leading slash. */
const KEPT: readonly RegExp[] = [
  /(?:^|\/)(?:etc|usr\/lib)\/os-release$/,
  /^etc\/(?:passwd|apko\.json|alpine-release|debian_version|lsb-release)$/,
  // What the dynamic loader reads before any program runs.
  /^etc\/(?:ld\.so\.(?:preload|conf|cache)|ld\.so\.conf\.d\/[^/]+|ld-musl-[^/]+\.path)$/,
  /^etc\/apk\/(?:repositories|keys\/[^/]+)$/,
  /^(?:etc|(?:usr\/)?lib)\/apk\/repositories\.d\/[^/]+\.list$/,
  /^etc\/busybox-paths\.d\/[^/]+$/,
  // Also in other root file systems of the image.
  /(?:^|\/)lib\/apk\/db\/installed$/,
  /(?:^|\/)var\/lib\/dpkg\/(?:status|diversions|status\.d\/[^/]+|updates\/[0-9]+|info\/[^/]+\.(?:list|md5sums))$/,
  /(?:^|\/)(?:var\/lib|usr\/lib\/sysimage|usr\/share)\/rpm\/(?:Packages|Packages\.db|rpmdb\.sqlite)$/,
  /(?:^|\/)var\/lib\/rpmmanifest\/container-manifest-2$/,
  // What an installed package of the runtimes says of itself. A nested directory's package.json is no package.
  /(?:^|\/)node_modules\/(?:@[^/]+\/)?[^/@][^/]*\/package\.json$/,
  // Yarn's linker `pnpm` keeps packages in a store, and links to them. https://yarnpkg.com/features/linkers
  /(?:^|\/)node_modules\/\.store\/[^/]+\/package\/package\.json$/,
  /(?:^|\/)[^/]+\.(?:dist-info\/(?:METADATA|RECORD)|egg-info\/PKG-INFO|egg-info)$/,
  // What `setup.py install` and easy_install unpack. https://setuptools.pypa.io/en/latest/deprecated/python_eggs.html
  /(?:^|\/)[^/]+\.egg\/EGG-INFO\/PKG-INFO$/,
];

/** Cheap words that every kept path has one of, so that most paths need no regular expression. */
const WORDS =
  /os-release|(?:alpine|lsb)-release$|etc\/ld[.-]|debian_version$|passwd|etc\/apk|apk\/repositories\.d|apko\.json|busybox-paths|apk\/db\/installed|lib\/dpkg\/|\/rpm|package\.json$|\.(?:dist|egg)-info|EGG-INFO/;

/** Whether a file's bytes are worth keeping for another step. */
export function isKeptFile(path: string): boolean {
  return WORDS.test(path) && KEPT.some((pattern) => pattern.test(path));
}
