import { PLATFORM } from '../open-arguments.js';
import type { NamedBuild, OpenParts } from './named-build.js';

/** The machine that a job of a CI system runs on, as far as its definition says. */
export interface Runner {
  /** None where it is linux/amd64, or not known. */
  readonly platforms: readonly string[];
  /** What decides it, where that has no value here: `runs-on: ${{ vars.RUNNER }}`. */
  readonly decidedBy?: string;
}

/** A build that names no platform is for the machine that it runs on. */
export function onRunner(build: NamedBuild, runner: Runner | undefined): NamedBuild {
  if (runner === undefined || build.platforms !== undefined || build.open?.platforms === true) return build;
  const { platforms, decidedBy } = runner;
  const known = platforms.length === 0 ? build : { ...build, platforms };
  if (decidedBy === undefined) return known;
  const open: OpenParts = build.open ?? { args: [], target: false, contexts: [] };
  return { ...known, open: { ...open, platforms: true, decidedBy: { ...open.decidedBy, [PLATFORM]: decidedBy } } };
}
