// The type of packages.generated.json, which scripts/generate-packages.mjs makes from packages.yaml.
declare const packages: {
  readonly names: readonly string[];
  readonly debian: Readonly<Record<string, readonly string[]>>;
  readonly fedora: Readonly<Record<string, readonly string[]>>;
};
export = packages;
