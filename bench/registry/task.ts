/** What the program under measurement is reported, as JSON on its command line. */
export interface Task {
  /** `host:port` of the registry, plain HTTP on loopback. */
  readonly host: string;
  /** References to resolve, all at once. */
  readonly uses: readonly string[];
  readonly cacheDirectory?: string;
  /** A layer to stream, after that. */
  readonly layer?: { readonly repository: string; readonly digest: string; readonly size: number };
}

/** What it answers, as JSON on standard output. */
export interface Outcome {
  /** From the first look-up to the last answer. */
  readonly seconds: number;
  readonly resolved: number;
  readonly layerBytes: number;
  readonly peakMiB: number;
}
