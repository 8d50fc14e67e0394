/** A flag: what parseArgs needs to know of it, and its line in the help. */
export interface Flag {
  readonly type: 'string' | 'boolean';
  readonly multiple?: true;
  /** The placeholder of its value, such as `FILE`; absent if the flag takes none. */
  readonly value?: string;
  /** The words it takes; the first is the default. */
  readonly choices?: readonly string[];
  readonly help: string;
}

export type Flags = Readonly<Record<string, Flag>>;

type ValueOf<F extends Flag> = F extends { readonly type: 'boolean' }
  ? boolean
  : F extends { readonly multiple: true }
    ? readonly string[]
    : F extends { readonly choices: readonly (infer C)[] }
      ? C
      : string;

/** What a command is given for its flags: a value for each that was written, and the default of each that has one. */
export type FlagValues<F extends Flags> = {
  readonly [K in keyof F as F[K] extends { readonly choices: readonly string[] } ? never : K]?:
    | ValueOf<F[K]>
    | undefined;
} & {
  readonly [K in keyof F as F[K] extends { readonly choices: readonly string[] } ? K : never]: ValueOf<F[K]>;
};

/** A flag that takes one of a few words. */
export function choice<const C extends readonly string[]>(choices: C, help: string) {
  return { type: 'string', choices, value: choices.join('|'), help } as const;
}

/** The flag that chooses the policy. */
export const POLICY_FLAG = {
  policy: {
    type: 'string',
    value: 'FILE|DIR',
    help: "the policy, or a directory with one, instead of the evaluated directory's own",
  },
} as const satisfies Flags;

/** The flags for a command's output. */
export const OUTPUT_FLAG = {
  output: { type: 'string', value: 'FILE', help: 'write to FILE instead of standard output' },
} as const satisfies Flags;

export const PLATFORM_FLAG = {
  platform: { type: 'string', multiple: true, value: 'OS/ARCH', help: 'the platform, such as linux/arm64' },
} as const satisfies Flags;

/** Of every command that reads images. */
export const REGISTRY_FLAGS = {
  registry: {
    type: 'string',
    multiple: true,
    value: 'HOST=HOST2/PREFIX|oci-layout:DIR',
    help: 'read images of HOST from a mirror, or from an OCI image layout',
  },
  offline: { type: 'boolean', help: 'contact no host' },
  'trusted-root': {
    type: 'string',
    value: 'FILE',
    help: "verify signatures with this Sigstore trusted root instead of Sigstore's own",
  },
} as const satisfies Flags;

export const VULNERABILITIES_FLAG = {
  vulnerabilities: { type: 'string', value: 'DIR', help: 'read advisories from OSV exports in DIR' },
} as const satisfies Flags;

export const ALL_FILES_FLAG = {
  'all-files': { type: 'boolean', help: 'also read files that Git does not track' },
} as const satisfies Flags;

/** How the build is really started. */
export const BUILD_FLAGS = {
  'build-arg': { type: 'string', multiple: true, value: 'NAME=VALUE', help: 'set a build argument' },
  'build-context': { type: 'string', multiple: true, value: 'NAME=VALUE', help: 'set a named build context' },
  ...PLATFORM_FLAG,
  target: { type: 'string', value: 'STAGE', help: 'the stage that is built' },
  definition: { type: 'string', multiple: true, value: 'FILE', help: 'read only this bake or Compose file' },
  'set-env': {
    type: 'string',
    multiple: true,
    value: 'NAME=VALUE',
    help: 'set a variable of the environment for bake and Compose files',
  },
  ...ALL_FILES_FLAG,
} as const satisfies Flags;

/** The flags that name the required signer. */
export const SIGNER_FLAGS = {
  'certificate-identity': { type: 'string', value: 'SUBJECT', help: 'the identity in the signing certificate' },
  'certificate-oidc-issuer': { type: 'string', value: 'ISSUER', help: 'the issuer of that identity' },
  key: { type: 'string', value: 'FILE', help: 'the public key, instead of an identity' },
} as const satisfies Flags;
