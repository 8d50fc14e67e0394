import type { Role } from '../build-files/image-use.js';
import type { Equivalent, EquivalentVariant } from '../catalog/equivalent.js';
import type { Reference } from '../references/reference.js';
import type { StageNeeds } from './stage-needs.js';
import type { MissedVersion } from './version-line.js';

/** The purpose of an image that holds nothing but what compiled programs need. */
export const COMPILED = 'final stage for compiled programs';

/** An image that is known in the place of the use's, in the variant that its stage needs. */
export interface Candidate {
  readonly equivalent: Equivalent;
  readonly variant: EquivalentVariant;
  readonly image: string;
  /** What `image` names; null where the catalog's text is no reference. */
  readonly reference: Reference | null;
  /** Where what the stage runs has to be run, if not in this image. */
  readonly buildOn?: string;
  /** The version that was wanted, where this image is or may be of another. */
  readonly missedVersion?: MissedVersion;
}

/** What a stage has to be changed for when it is built on another image: clauses, the weightiest first. */
export function changesFor(candidate: Candidate, needs: StageNeeds, role: Role): readonly string[] {
  const { equivalent, variant, buildOn, missedVersion } = candidate;
  const changes: string[] = [];
  if (missedVersion !== undefined) changes.push(versionChange(missedVersion));
  if (buildOn !== undefined)
    changes.push(`RUN belongs in a stage of its own on ${buildOn}, and what it makes is copied`);
  if (role === 'copy') return [...changes, 'paths in it may differ from those that are copied', ...login(candidate)];
  changes.push(...shellChange(variant.shell, needs));
  const manager = variant.packageManager;
  if (
    needs.packageManager !== null &&
    manager !== undefined &&
    manager !== 'none' &&
    !isSame(manager, needs.packageManager)
  ) {
    changes.push(`its package manager is ${manager}, and packages may have other names`);
  }
  const inferred = equivalent.userInferred === true && variant.user !== undefined ? ' (inferred)' : '';
  changes.push(`${userChange(variant.user, needs, role, buildOn !== undefined)}${inferred}`);
  if (equivalent.entrypoint !== undefined && role === 'final') {
    changes.push(`its entrypoint is \`${equivalent.entrypoint}\`, so CMD gives arguments to that`);
  }
  if (equivalent.workdir !== undefined) changes.push(`its working directory is ${equivalent.workdir}`);
  if (role === 'final') changes.push(...(equivalent.changes ?? []));
  return [...changes, ...login(candidate)];
}

function versionChange({ wanted, newest }: MissedVersion): string {
  if (newest === undefined) return `it is of another version than ${wanted}`;
  return `its tag follows the newest ${newest === '' ? 'version' : newest} and not ${wanted}`;
}

function shellChange(shell: boolean | undefined, { atStart }: StageNeeds): readonly string[] {
  if (shell === true) return [];
  if (shell === undefined) return ['whether it has a shell is not known'];
  if (atStart === 'shell-form') return ['it has no shell, so ENTRYPOINT, CMD and HEALTHCHECK need the exec form'];
  return atStart === 'calls-shell'
    ? ['it has no shell, and ENTRYPOINT, CMD or HEALTHCHECK start one']
    : ['it has no shell'];
}

function isSame(a: string, b: string): boolean {
  return a === b || (/^apt/.test(a) && /^apt/.test(b));
}

function userChange(user: string | undefined, needs: StageNeeds, role: Role, runsElsewhere: boolean): string {
  if (user === undefined) return 'the user that it runs as is not known';
  if (user === 'root') {
    return role === 'final' && !needs.setsUser ? 'it runs as root, so the stage needs a USER' : 'it runs as root';
  }
  return needs.packageManager !== null && !runsElsewhere
    ? `it runs as ${user}, so packages are installed after USER root`
    : `it runs as ${user}`;
}

function login({ equivalent, image }: Candidate): readonly string[] {
  return equivalent.login === true ? [`pulling needs a login to ${image.split('/')[0]}`] : [];
}
