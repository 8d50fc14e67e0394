/**
 * An image's configuration, as far as rules need it.
 * @see https://github.com/opencontainers/image-spec/blob/main/config.md
 */
export interface ImageConfiguration {
  readonly os: string;
  readonly architecture: string;
  readonly variant?: string;
  /** RFC 3339, as the config says it; 1970 is a convention for "reproducible", not a time. */
  readonly created?: string;
  readonly user: string;
  readonly env: readonly string[];
  readonly entrypoint: readonly string[];
  readonly cmd: readonly string[];
  readonly shell: readonly string[];
  readonly workingDir: string;
  readonly exposedPorts: readonly string[];
  readonly volumes: readonly string[];
  readonly labels: Readonly<Record<string, string>>;
  readonly onBuild: readonly string[];
  readonly diffIds: readonly string[];
  readonly healthcheck: boolean;
  /** The words of the health check. */
  readonly healthcheckTest?: readonly string[];
  /** The commands that made the layers, and whatever else the history says. */
  readonly history?: readonly string[];
  /** The longer texts of all other fields. */
  readonly otherTexts?: readonly string[];
}

/** The configuration of an image for linux/amd64 that sets nothing. */
export const EMPTY_CONFIGURATION: ImageConfiguration = {
  os: 'linux',
  architecture: 'amd64',
  user: '',
  env: [],
  entrypoint: [],
  cmd: [],
  shell: [],
  workingDir: '',
  exposedPorts: [],
  volumes: [],
  labels: {},
  onBuild: [],
  diffIds: [],
  healthcheck: false,
};
